// The matrix and the drawing of the tables; declared in audit_sections.h.
#include <fmt/format.h>

#include <span>

#include "base/human.h"
#include "report/audit_graph.h"
#include "report/audit_sections.h"
#include "report/html_text.h"
#include "report/wording.h"

namespace report {
namespace {

using base::human_count;
using outcome::ImportedTable;
using outcome::Verdict;

// How the rows of the file divide, as a bar of 100 units; the numbers stand beside it.
std::string bar(const outcome::VerdictCounts& counts) {
  std::string svg = "<svg class=\"bar\" aria-hidden=\"true\" viewBox=\"0 0 100 10\" preserveAspectRatio=\"none\">";
  double x = 0;
  for (const Verdict verdict : outcome::kUndoVerdicts) {
    const double width =
        counts.rows == 0 ? 0 : 100 * static_cast<double>(count_of(counts, verdict)) / static_cast<double>(counts.rows);
    if (width == 0) continue;
    svg += fmt::format("<rect class=\"v-{}\" x=\"{:.2f}\" width=\"{:.2f}\" height=\"10\"/>",
                       outcome::verdict_name(verdict == Verdict::kDelete ? Verdict::kConflict : verdict), x, width);
    x += width;
  }
  return svg + "</svg>";
}

// The share of the target's rows that are updated.
std::string updated_share(const ImportedTable& table) {
  const std::uint64_t before = table.details.rows_before;
  if (before == 0 || table.counts.update == 0) return "–";
  const double percent = 100 * static_cast<double>(table.counts.update) / static_cast<double>(before);
  return percent < 1 ? "&lt; 1 %" : fmt::format("{:.0f} %", percent);
}

std::string count_cells(const outcome::VerdictCounts& counts, std::span<const Verdict> verdicts) {
  std::string html;
  for (const Verdict verdict : verdicts) {
    const std::uint64_t count = count_of(counts, verdict);
    html += count == 0 ? "<td class=\"zero\">0</td>"
                       : fmt::format("<td class=\"v-{}\">{}</td>", outcome::verdict_name(verdict), human_count(count));
  }
  return html;
}

std::string table_row(const ImportedTable& table, std::size_t index, std::span<const Verdict> verdicts) {
  std::string name = html_data(table.name);
  if (table.audit) name += " <span class=\"remark\">audit</span>";
  if (!table.taken) name += " <span class=\"remark\">− not taken</span>";
  std::string identity = html_data(identity_used(table));
  if (table.details.remapped != 0)
    identity += fmt::format("<br><span class=\"remark\">{} took over the target's key</span>",
                            human_count(table.details.remapped));
  std::string notes;
  for (const std::string& anomaly : anomalies(table)) notes += "<p class=\"flag\">! " + html_data(anomaly) + "</p>";
  if (!notes.empty()) notes = "<tr class=\"notes\"><td colspan=\"13\">" + notes + "</td></tr>\n";
  return fmt::format(
      "<tr id=\"t{}\"><th scope=\"row\">{}</th><td>{}</td><td>{}</td>{}<td>{}</td><td>{}</td><td>{}</td>"
      "<td class=\"left\">{}</td></tr>\n{}",
      index, name, human_count(table.counts.rows), human_count(table.details.rows_before),
      count_cells(table.counts, verdicts), human_count(rows_after(table)), updated_share(table), bar(table.counts),
      identity, notes);
}

std::string matrix(const outcome::ImportOutcome& outcome) {
  std::string html =
      "<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"Rows of each table\"><table "
      "class=\"matrix\">\n"
      "<thead><tr><th scope=\"col\">Table</th><th scope=\"col\">In the file</th><th scope=\"col\">Target before</th>";
  const std::span<const Verdict> verdicts = told_verdicts(outcome);
  for (const Verdict verdict : verdicts)
    html += fmt::format("<th scope=\"col\"><span class=\"v-{0}\">{1}</span> {0}</th>", outcome::verdict_name(verdict),
                        verdict_symbol(verdict));
  html += fmt::format(
      "<th scope=\"col\">Target after{}</th><th scope=\"col\">Updated</th><th scope=\"col\">Share</th>"
      "<th scope=\"col\" class=\"left\">Rows told apart by</th></tr></thead>\n<tbody>\n",
      outcome.ending == outcome::Ending::kCommitted ? "" : ", predicted");
  std::uint64_t before = 0;
  std::uint64_t after = 0;
  for (std::size_t i = 0; i < outcome.tables.size(); ++i) {
    html += table_row(outcome.tables[i], i, verdicts);
    before += outcome.tables[i].details.rows_before;
    after += rows_after(outcome.tables[i]);
  }
  return html + fmt::format(
                    "</tbody>\n<tfoot><tr><th scope=\"row\">Total</th><td>{}</td><td>{}</td>{}<td>{}</td>"
                    "<td></td><td>{}</td><td></td></tr></tfoot></table></div>\n",
                    human_count(outcome.total.rows), human_count(before), count_cells(outcome.total, verdicts),
                    human_count(after), bar(outcome.total));
}

}  // namespace

std::string tables_section(const outcome::ImportOutcome& outcome) {
  return section_begin(Topic::kTables, "Tables") +
         "<p class=\"lead\">In the order of the import: parents before the tables that refer to them.</p>\n" +
         matrix(outcome) +
         "<details open><summary>Which tables refer to which</summary>\n"
         "<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"Drawing of the tables\">" +
         audit_graph(outcome.tables) + "</div></details>\n</section>\n";
}

}  // namespace report
