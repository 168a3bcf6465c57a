// The matrix and the drawing of the tables, and what became of what was foretold; declared in sections.h.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <span>

#include "base/human.h"
#include "report/html/graph.h"
#include "report/html/sections.h"
#include "report/html_text.h"
#include "report/wording.h"

namespace report {
namespace {

using base::human_count;
using outcome::ImportedTable;
using outcome::ImportOutcome;
using outcome::Verdict;

bool is_change(Verdict verdict) { return verdict != Verdict::kUnchanged && verdict != Verdict::kSkipped; }

// What changes first, so that a narrow screen has it without scrolling.
std::vector<Verdict> columns(const ImportOutcome& outcome) {
  const std::span<const Verdict> told = told_verdicts(outcome);
  std::vector<Verdict> all(told.begin(), told.end());
  std::ranges::stable_partition(all, is_change);
  return all;
}

// What a narrow screen leaves out.
std::string_view minor(Verdict verdict) { return is_change(verdict) ? "" : " minor"; }

// How the rows of the file divide, as a bar of 100 units; the numbers are beside it.
std::string bar(const outcome::VerdictCounts& counts) {
  std::string svg = "<svg class=\"bar\" aria-hidden=\"true\" viewBox=\"0 0 100 10\" preserveAspectRatio=\"none\">";
  double x = 0;
  for (const Verdict verdict : outcome::kAllVerdicts) {
    const double width =
        counts.judged() == 0 ? 0 : 100 * static_cast<double>(counts.of(verdict)) / static_cast<double>(counts.judged());
    if (width == 0) continue;
    svg += fmt::format("<rect class=\"v-{}\" x=\"{:.2f}\" width=\"{:.2f}\" height=\"10\"/>",
                       outcome::verdict_name(verdict == Verdict::kDelete ? Verdict::kConflict : verdict), x, width);
    x += width;
  }
  return svg + "</svg>";
}

// The share of the target's rows that are updated.
std::string updated_share(const ImportedTable& table) {
  const std::uint64_t before = table.effects.rows_before;
  if (before == 0 || table.counts.update == 0) return "–";
  const double percent = 100 * static_cast<double>(table.counts.update) / static_cast<double>(before);
  return percent < 1 ? "&lt; 1 %" : fmt::format("{:.0f} %", percent);
}

std::string count_cells(const outcome::VerdictCounts& counts, const std::vector<Verdict>& verdicts) {
  std::string html;
  for (const Verdict verdict : verdicts) {
    const std::uint64_t count = counts.of(verdict);
    html += count == 0 ? fmt::format("<td class=\"zero{}\">0</td>", minor(verdict))
                       : fmt::format("<td class=\"v-{}{}\">{}</td>", outcome::verdict_name(verdict), minor(verdict),
                                     human_count(count));
  }
  return html;
}

std::string table_row(const ImportedTable& table, std::size_t index, const std::vector<Verdict>& verdicts) {
  std::string name = html_name(table.name);
  if (table.audit) name += " <span class=\"remark\">audit</span>";
  if (!table.taken) name += " <span class=\"remark\">− not taken</span>";
  std::string identity = html_data(identity_used(table));
  if (table.effects.remapped != 0)
    identity += fmt::format("<br><span class=\"remark\">{} took over the target's key</span>",
                            human_count(table.effects.remapped));
  std::string notes;
  for (const std::string& anomaly : anomalies(table)) notes += "<p class=\"flag\">! " + html_data(anomaly) + "</p>";
  if (!notes.empty())
    notes = fmt::format("<tr class=\"notes\"><td colspan=\"{}\">{}</td></tr>\n", verdicts.size() + 7, notes);
  return fmt::format(
      "<tr id=\"t{}\"><th scope=\"row\">{}</th>{}<td class=\"minor\">{}</td><td class=\"minor\">{}</td><td "
      "class=\"minor\">{}</td><td class=\"minor\">{}</td><td class=\"minor\">{}</td><td class=\"left minor\">{}</td>"
      "</tr>\n{}",
      index, name, count_cells(table.counts, verdicts), human_count(table.counts.rows),
      human_count(table.effects.rows_before), human_count(rows_after(table)), updated_share(table), bar(table.counts),
      identity, notes);
}

std::string matrix_begin(const ImportOutcome& outcome) {
  std::string html =
      "<div class=\"scroll\" tabindex=\"0\" role=\"group\" aria-label=\"Rows of each table\"><table "
      "class=\"matrix\">\n<thead><tr><th scope=\"col\">Table</th>";
  for (const Verdict verdict : columns(outcome))
    html += fmt::format(
        "<th scope=\"col\" class=\"count{2}\"><span class=\"v-{0}\">{1}</span> <span "
        "class=\"word\">{0}</span></th>",
        outcome::verdict_name(verdict), verdict_symbol(verdict), minor(verdict));
  return html + fmt::format(
                    "<th scope=\"col\" class=\"minor\">In the file</th><th scope=\"col\" class=\"minor\">Target "
                    "before</th><th scope=\"col\" class=\"minor\">Target after{}</th><th scope=\"col\" "
                    "class=\"minor\">Updated</th><th scope=\"col\" class=\"minor\">Share</th>"
                    "<th scope=\"col\" class=\"left minor\">Rows told apart by</th></tr></thead>\n<tbody>\n",
                    outcome.ending == outcome::Ending::kCommitted ? "" : ", predicted");
}

bool is_calm(const ImportedTable& table) {
  return table.taken && table.counts.unchanged == table.counts.judged() && anomalies(table).empty();
}

std::string totals(const ImportOutcome& outcome) {
  std::uint64_t before = 0;
  std::uint64_t after = 0;
  for (const ImportedTable& table : outcome.tables) {
    before += table.effects.rows_before;
    after += rows_after(table);
  }
  return fmt::format(
      "</tbody>\n<tfoot><tr><th scope=\"row\">Total</th>{}<td class=\"minor\">{}</td><td class=\"minor\">{}</td><td "
      "class=\"minor\">{}</td><td class=\"minor\"></td><td class=\"minor\">{}</td><td class=\"minor\"></td></tr>"
      "</tfoot></table></div>\n",
      count_cells(outcome.total, columns(outcome)), human_count(outcome.total.rows), human_count(before),
      human_count(after), bar(outcome.total));
}

// Tables that stay as they are wait in a <details>, where there are others.
std::string matrix(const ImportOutcome& outcome) {
  std::string changed;
  std::string calm;
  std::size_t calm_tables = 0;
  std::uint64_t calm_rows = 0;
  for (std::size_t i = 0; i < outcome.tables.size(); ++i) {
    const bool stays = is_calm(outcome.tables[i]);
    (stays ? calm : changed) += table_row(outcome.tables[i], i, columns(outcome));
    calm_tables += stays ? 1 : 0;
    calm_rows += stays ? outcome.tables[i].counts.rows : 0;
  }
  std::string html = matrix_begin(outcome) + changed + totals(outcome);
  if (calm_tables != 0)
    html += fmt::format("<details class=\"calm\"><summary>{}, {} in the file, {} as they are</summary>\n{}{}",
                        counted(calm_tables, "more table", "more tables"), rows(calm_rows),
                        calm_tables == 1 ? "stays" : "stay", matrix_begin(outcome), calm) +
            "</tbody></table></div></details>\n";
  return html;
}

std::string drawing(const ImportOutcome& outcome) {
  const std::size_t left_out = tables_not_drawn(outcome.tables);
  std::string remark = "An arrow goes from a table to those that refer to it.";
  if (left_out != 0)
    remark += fmt::format(" Only tables that change and their parents are drawn; {} not.",
                          counted(left_out, "table is", "tables are"));
  if (left_out == outcome.tables.size()) return {};
  return "<details open><summary>Which tables refer to which</summary>\n<p class=\"remark\">" + remark +
         "</p>\n<div class=\"scroll\" tabindex=\"0\" role=\"group\" aria-label=\"Drawing of the tables\">" +
         audit_graph(outcome.tables) + "</div></details>\n";
}

std::string told_and_done(const ImportOutcome& outcome, const ImportedTable& table) {
  std::string html;
  for (const Verdict verdict : columns(outcome)) {
    const std::uint64_t told = table.foretold->of(verdict);
    const std::uint64_t done = table.counts.of(verdict);
    html += told == done ? fmt::format("<td class=\"zero\">{}</td>", human_count(done))
                         : fmt::format("<td class=\"flag\">! {} → {}</td>", human_count(told), human_count(done));
  }
  return html;
}

}  // namespace

std::string tables_section(const ImportOutcome& outcome) {
  return section_begin(Topic::kTables, "Tables") +
         "<p class=\"lead\">In the order of the import: parents before the tables that refer to them.</p>\n" +
         matrix(outcome) + drawing(outcome) + "</section>\n";
}

std::string result_section(const ImportOutcome& outcome) {
  std::string deviating;
  bool merged = false;
  for (std::size_t i = 0; i < outcome.tables.size(); ++i) {
    const ImportedTable& table = outcome.tables[i];
    merged = merged || table.foretold.has_value();
    if (!table.foretold || *table.foretold == table.counts) continue;
    deviating += fmt::format("<tr><th scope=\"row\"><a href=\"#t{}\">{}</a></th>{}</tr>\n", i, html_name(table.name),
                             told_and_done(outcome, table));
  }
  if (!merged) return {};
  std::string html = "<section id=\"result\"><h2>Foretold and done</h2>\n";
  if (deviating.empty())
    return html + "<p>✓ Every table came out as it was foretold before the first write.</p>\n</section>\n";
  html +=
      "<p class=\"flag\">! These tables came out otherwise than was foretold before the first write.</p>\n"
      "<div class=\"scroll\" tabindex=\"0\" role=\"group\" aria-label=\"Foretold and done\"><table "
      "class=\"matrix\"><thead><tr><th scope=\"col\">Table</th>";
  for (const Verdict verdict : columns(outcome))
    html += fmt::format("<th scope=\"col\">{}</th>", outcome::verdict_name(verdict));
  return html + "</tr></thead><tbody>\n" + deviating + "</tbody></table></div>\n</section>\n";
}

}  // namespace report
