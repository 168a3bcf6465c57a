// Sections of the page that list rows; declared in audit_sections.h.
#include <fmt/format.h>

#include <algorithm>

#include "base/human.h"
#include "report/audit_sections.h"
#include "report/html_text.h"
#include "report/value_html.h"
#include "report/wording.h"

namespace report {
namespace {

using base::human_count;
using outcome::Decision;
using outcome::ImportedTable;
using outcome::ImportOutcome;
using outcome::Verdict;

constexpr std::size_t kUnfoldedRows = 10;  // of a list; the others wait in a <details>

std::size_t index_of(const ImportOutcome& outcome, const ImportedTable& table) {
  return static_cast<std::size_t>(&table - outcome.tables.data());
}

// "record 12, byte 4,711"
std::string place(const Decision& row) {
  std::string text = "record " + human_count(row.record);
  if (row.offset != 0) text += ", byte " + human_count(row.offset);
  return text;
}

std::string row_begin(const ImportOutcome& outcome, const ImportedTable& table, const Decision& row) {
  const std::string_view verdict = outcome::verdict_name(row.verdict);
  std::string html = fmt::format(
      "<article class=\"row\" data-verdict=\"{0}\" data-table=\"{1}\">\n"
      "<p class=\"head\"><span class=\"badge v-{0}\">{2} {0}</span> <b>{3}</b> {4} <span class=\"remark\">{5}</span>",
      verdict, index_of(outcome, table), verdict_symbol(row.verdict), html_data(table.name), html_code(row.key),
      place(row));
  if (row.target_is_newer) html += " <span class=\"flag\">! newer in the target</span>";
  html += "</p>\n";
  if (!row.file_key.empty() && row.file_key != row.key)
    html +=
        fmt::format("<p>In the file: {}; it takes over the key of the target's row.</p>\n", html_code(row.file_key));
  return html;
}

std::string row_card(const ImportOutcome& outcome, const ImportedTable& table, const Decision& row) {
  std::string html = row_begin(outcome, table, row);
  if (!row.reason.empty()) html += "<p>" + html_data(row.reason) + "</p>\n";
  if (!row.holder.empty()) html += "<p>Held by the target's row " + html_code(row.holder) + "</p>\n";
  if (!row.changes.empty()) html += changes_html(row.changes);
  return html + "</article>\n";
}

std::string row_cards(const ImportOutcome& outcome, const ImportedTable& table,
                      const std::vector<const Decision*>& list) {
  std::string html;
  for (std::size_t i = 0; i < list.size(); ++i) {
    if (i == kUnfoldedRows)
      html += fmt::format("<details class=\"more\"><summary>{}</summary>\n", more_rows(list.size() - i));
    html += row_card(outcome, table, *list[i]);
  }
  return html + (list.size() > kUnfoldedRows ? "</details>\n" : "");
}

// "20 of 1,480 rows are listed", or nothing where all are.
std::string sample_remark(std::size_t listed, std::uint64_t all) {
  if (listed >= all) return {};
  return fmt::format("<p class=\"remark\">{} of {} listed here.</p>\n", human_count(listed), rows(all));
}

std::string nothing() { return "<p class=\"remark\">None.</p>\n"; }

std::string cause_group(const ImportOutcome& outcome, const Cause& cause, Verdict verdict) {
  const std::size_t of_table = sampled(*cause.table, verdict).size();
  const bool complete = of_table >= count_of(cause.table->counts, verdict);
  return fmt::format(
             "<div class=\"group\"><h3>{} <span class=\"cause\">{}</span> <span class=\"remark\">{}{}</span></h3>\n",
             html_data(cause.table->name), html_data(cause.name), complete ? "" : "at least ",
             rows(cause.rows.size())) +
         row_cards(outcome, *cause.table, cause.rows) + "</div>\n";
}

std::string changed_columns(const ImportedTable& table) {
  if (table.details.changed_columns.empty()) return {};
  std::string html = "<ul class=\"chips\" aria-label=\"Columns that change\">";
  for (const outcome::ChangedColumn& column : table.details.changed_columns)
    html += fmt::format("<li>{} <b>{}</b></li>", html_data(column.name), human_count(column.rows));
  return html + "</ul>\n";
}

std::string table_head(const ImportOutcome& outcome, const ImportedTable& table, std::uint64_t count) {
  return fmt::format("<div class=\"group\"><h3><a href=\"#t{}\">{}</a> <span class=\"remark\">{}</span></h3>\n",
                     index_of(outcome, table), html_data(table.name), rows(count));
}

std::string section_of(const ImportOutcome& outcome, Verdict verdict, std::string_view id, std::string_view title) {
  const std::uint64_t all = count_of(outcome.total, verdict);
  std::string html =
      fmt::format("<section id=\"{}\"><h2>{} <span class=\"remark\">{}</span></h2>\n", id, title, rows(all));
  if (all == 0) html += nothing();
  for (const ImportedTable& table : outcome.tables) {
    const std::uint64_t count = count_of(table.counts, verdict);
    if (count == 0) continue;
    const std::vector<const Decision*> list = sampled(table, verdict);
    html += table_head(outcome, table, count) + sample_remark(list.size(), count) + row_cards(outcome, table, list) +
            "</div>\n";
  }
  return html + "</section>\n";
}

}  // namespace

std::string left_out_section(const ImportOutcome& outcome, Verdict verdict) {
  const bool conflict = verdict == Verdict::kConflict;
  std::string html =
      conflict ? section_begin(Topic::kConflicts, "Conflicts", rows(outcome.total.conflict)) +
                     "<p class=\"lead\">Another row holds a key that these rows claim. They are left out.</p>\n"
               : section_begin(Topic::kInvalid, "Invalid rows", rows(outcome.total.invalid)) +
                     "<p class=\"lead\">The target cannot hold these rows. They are left out.</p>\n";
  if (count_of(outcome.total, verdict) == 0) html += nothing();
  for (const ImportedTable& table : outcome.tables)
    if (const std::uint64_t all = count_of(table.counts, verdict); sampled(table, verdict).size() < all)
      html += "<p>" + html_data(table.name) + "</p>" + sample_remark(sampled(table, verdict).size(), all);
  for (const Cause& cause : causes(outcome, verdict)) html += cause_group(outcome, cause, verdict);
  return html + "</section>\n";
}

std::string updates_section(const ImportOutcome& outcome) {
  std::string html =
      section_begin(Topic::kUpdates, "Updates", rows(outcome.total.update)) +
      "<p class=\"lead\">Columns that differ, with the number of rows they differ in; then the rows.</p>\n";
  if (outcome.total.update == 0) html += nothing();
  for (const ImportedTable& table : outcome.tables) {
    if (table.counts.update == 0) continue;
    const std::vector<const Decision*> list = sampled(table, Verdict::kUpdate);
    html += table_head(outcome, table, table.counts.update) + changed_columns(table);
    if (table.details.newer_rows != 0)
      html += fmt::format("<p class=\"flag\">! {} newer in the target than in the file</p>\n",
                          counted(table.details.newer_rows, "row is", "rows are"));
    html += sample_remark(list.size(), table.counts.update) + row_cards(outcome, table, list) + "</div>\n";
  }
  return html + "</section>\n";
}

std::string inserts_section(const ImportOutcome& outcome) {
  return section_of(outcome, Verdict::kInsert, "inserts", "Inserts");
}

std::string deletes_section(const ImportOutcome& outcome) {
  return outcome.is_undo ? section_of(outcome, Verdict::kDelete, "deletes", "Deletes") : std::string{};
}

std::string skipped_section(const ImportOutcome& outcome) {
  std::string html = fmt::format("<section id=\"skipped\"><h2>Skipped <span class=\"remark\">{}</span></h2>\n",
                                 rows(outcome.total.skipped)) +
                     "<p class=\"lead\">Left aside by the user's own word: the options say which.</p>\n";
  if (outcome.total.skipped == 0) html += nothing();
  for (const ImportedTable& table : outcome.tables) {
    if (table.counts.skipped == 0) continue;
    html += table_head(outcome, table, table.counts.skipped);
    if (!table.taken)
      html += fmt::format("<p>{} is skipped as a whole.</p>\n", table.audit ? "This audit table" : "This table");
    html += row_cards(outcome, table, sampled(table, Verdict::kSkipped)) + "</div>\n";
  }
  return html + "</section>\n";
}

}  // namespace report
