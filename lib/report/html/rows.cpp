// Sections of the page that list rows; declared in sections.h. Rows left out and rows that go in are tables, updates
// are cards.
#include <fmt/format.h>

#include <algorithm>

#include "base/human.h"
#include "report/html/sections.h"
#include "report/html/values.h"
#include "report/html_text.h"
#include "report/wording.h"

namespace report {
namespace {

using base::human_count;
using outcome::Decision;
using outcome::ImportedTable;
using outcome::ImportOutcome;
using outcome::Verdict;

constexpr std::size_t kUnfoldedDeletes = 50;
constexpr std::size_t kUnfoldedRows = 10;  // of a list; the others wait in a <details>

std::size_t index_of(const ImportOutcome& outcome, const ImportedTable& table) {
  return static_cast<std::size_t>(&table - outcome.tables.data());
}

// "record 12, byte 4,711"
std::string place(const Decision& row) {
  if (row.missing) return "not in the file";
  std::string text = "record " + human_count(row.record);
  if (row.offset != 0) text += ", byte " + human_count(row.offset);
  return text;
}

// What the filter goes by.
std::string row_attributes(const ImportOutcome& outcome, const ImportedTable& table, const Decision& row) {
  return fmt::format("class=\"row\" data-verdict=\"{}\" data-table=\"{}\"", outcome::verdict_name(row.verdict),
                     index_of(outcome, table));
}

std::string of_file_key(const Decision& row) {
  if (row.file_key.empty() || row.file_key == row.key) return {};
  return fmt::format("<p>In the file: {}; it takes over the key of the target's row.</p>\n", html_code(row.file_key));
}

std::string row_card(const ImportOutcome& outcome, const ImportedTable& table, const Decision& row) {
  const std::string_view verdict = outcome::verdict_name(row.verdict);
  std::string html = fmt::format(
      "<article {0}>\n<p class=\"head\"><span class=\"badge v-{1}\">{2} {1}</span> <b>{3}</b> {4} "
      "<span class=\"remark\">{5}</span>",
      row_attributes(outcome, table, row), verdict, verdict_symbol(row.verdict), html_data(table.name),
      html_code(row.key), place(row));
  if (row.target_is_newer) html += " <span class=\"flag\">! newer in the target</span>";
  if (!row.remark.empty()) html += " <span class=\"flag\">" + html_data(row.remark) + "</span>";
  html += "</p>\n" + of_file_key(row);
  if (!row.changes.empty()) html += changes_html(row.changes);
  return html + "</article>\n";
}

// `item` makes HTML of one; what is after the first ones is folded. `begin` and `end` are around each part.
template <typename Item>
std::string folded_list(std::size_t count, std::string_view begin, std::string_view end, std::size_t unfolded,
                        const Item& item) {
  std::string html(begin);
  for (std::size_t i = 0; i < count; ++i) {
    if (i == unfolded)
      html += fmt::format("{}<details class=\"more\"><summary>{}</summary>\n{}", end, more_rows(count - i), begin);
    html += item(i);
  }
  return html + std::string(end) + (count > unfolded ? "</details>\n" : "");
}

// "20 of 1,480 rows are listed", or nothing where all are.
std::string sample_remark(std::size_t listed, std::uint64_t all) {
  if (listed >= all) return {};
  return fmt::format("<p class=\"remark\">{} of {} listed here.</p>\n", human_count(listed), rows(all));
}

std::string nothing() { return "<p class=\"remark\">None.</p>\n"; }

std::string table_begin(std::string_view name, const std::vector<std::string>& columns) {
  std::string html = fmt::format(
      "<div class=\"scroll\" tabindex=\"0\" role=\"group\" aria-label=\"{}\"><table class=\"rows\"><thead><tr>", name);
  for (const std::string& column : columns) html += "<th scope=\"col\">" + column + "</th>";
  return html + "</tr></thead><tbody>\n";
}

constexpr std::string_view kTableEnd = "</tbody></table></div>\n";

// "name: Ada L. → Ada Lovelace", a line a column; of a row that the file lacks its values.
std::string differences(const Decision& row) {
  std::string html;
  for (const outcome::ColumnValue& value : row.values)
    html += fmt::format("<div>{}: {}</div>", html_data(value.column), short_value_html(value.value));
  for (const outcome::ColumnChange& change : row.changes) {
    const ComparedValues values = compared_html(change.before, change.after);
    html += fmt::format(
        "<div>{}: <span class=\"old\">{}</span> → <span class=\"new\">{}</span>{}</div>", html_data(change.column),
        values.before, values.after,
        change.base ? " <span class=\"remark\">(base: " + short_value_html(*change.base) + ")</span>" : std::string{});
  }
  return html;
}

std::string left_out_row(const ImportOutcome& outcome, const Cause& cause, const Decision& row, bool has_holders,
                         bool has_changes) {
  std::string html =
      fmt::format("<tr {}><th scope=\"row\">{}<br><span class=\"remark\">{}</span>{}</th>",
                  row_attributes(outcome, *cause.table, row), html_code(row.key), place(row), of_file_key(row));
  html += "<td>" + html_data(row.reason) + "</td>";
  if (has_holders) html += "<td>" + (row.holder.empty() ? "" : html_code(row.holder)) + "</td>";
  if (has_changes) html += "<td>" + differences(row) + "</td>";
  return html + "</tr>\n";
}

std::string held_back(const Cause& cause) {
  for (const outcome::BlockingCause& blocking : cause.table->effects.blocking)
    if (blocking.constraint == cause.name && blocking.held_back != 0)
      return fmt::format("<p class=\"flag\">! {} of them {} back {} of the file.</p>\n", human_count(blocking.needed),
                         blocking.needed == 1 ? "holds" : "hold", rows(blocking.held_back));
  return {};
}

std::string cause_group(const ImportOutcome& outcome, const Cause& cause) {
  const bool has_holders = std::ranges::any_of(cause.rows, [](const Decision* row) { return !row->holder.empty(); });
  const bool has_changes = std::ranges::any_of(
      cause.rows, [](const Decision* row) { return !row->changes.empty() || !row->values.empty(); });
  const bool missing = std::ranges::any_of(cause.rows, [](const Decision* row) { return row->missing; });
  std::vector<std::string> columns = {missing ? "Row" : "Row of the file", "Why"};
  if (has_holders) columns.emplace_back(missing ? "Held by" : "Held by the target's row");
  if (has_changes) columns.emplace_back(missing ? "In the target" : "In the target → in the file");
  const std::string name = cause.name.empty() ? "other causes" : cause.name;
  std::string html =
      fmt::format("<div class=\"group\"><h3>{} <span class=\"cause\">{}</span> <span class=\"remark\">{}</span></h3>\n",
                  html_name(cause.table->name), html_data(name), rows(cause.total));
  html += held_back(cause) + sample_remark(cause.rows.size(), cause.total);
  if (cause.rows.empty()) return html + "</div>\n";
  return html +
         folded_list(
             cause.rows.size(), table_begin("Rows left out", columns), kTableEnd, kUnfoldedRows,
             [&](std::size_t i) { return left_out_row(outcome, cause, *cause.rows[i], has_holders, has_changes); }) +
         "</div>\n";
}

// A cell: "152,000 → 152,239".
std::string range_cell(const std::string& before, const std::string& after) {
  if (before.empty() && after.empty()) return "<td></td>";
  return "<td>" + html_data(before.empty() ? "NULL" : before) + " → " + html_data(after.empty() ? "NULL" : after) +
         "</td>";
}

bool has_range(const outcome::ChangedColumn& column) {
  return !column.least_before.empty() || !column.least_after.empty();
}

std::string meaning_flag(outcome::Meaning meaning) {
  if (meaning == outcome::Meaning::kSecret) return " <span class=\"flag\">! secret</span>";
  return meaning == outcome::Meaning::kRights ? " <span class=\"flag\">! rights</span>" : "";
}

// Chips, or a table where numbers or dates change.
std::string changed_columns(const ImportedTable& table) {
  const std::vector<outcome::ChangedColumn>& columns = table.effects.changed_columns;
  if (columns.empty()) return {};
  if (std::ranges::none_of(columns, has_range)) {
    std::string html = "<ul class=\"chips\" aria-label=\"Columns that change\">";
    for (const outcome::ChangedColumn& column : columns)
      html += fmt::format("<li>{} <b>{}</b>{}</li>", html_data(column.name), human_count(column.rows),
                          meaning_flag(column.meaning));
    return html + "</ul>\n";
  }
  std::string html = table_begin("Columns that change", {"Column", "Rows", "Sum", "Least", "Greatest"});
  for (const outcome::ChangedColumn& column : columns)
    html += fmt::format(
        "<tr><th scope=\"row\">{}{}</th><td>{}</td>{}{}{}</tr>\n", html_data(column.name), meaning_flag(column.meaning),
        human_count(column.rows), range_cell(column.sum_before, column.sum_after),
        range_cell(column.least_before, column.least_after), range_cell(column.greatest_before, column.greatest_after));
  return html + std::string(kTableEnd);
}

std::string table_head(const ImportOutcome& outcome, const ImportedTable& table, std::uint64_t count) {
  return fmt::format("<div class=\"group\"><h3><a href=\"#t{}\">{}</a> <span class=\"remark\">{}</span></h3>\n",
                     index_of(outcome, table), html_name(table.name), rows(count));
}

std::string update_cards(const ImportOutcome& outcome, const ImportedTable& table,
                         const std::vector<const Decision*>& list, std::size_t unfolded) {
  return folded_list(list.size(), "", "", unfolded, [&](std::size_t i) { return row_card(outcome, table, *list[i]); });
}

std::string changed_set(const ImportOutcome& outcome, const ImportedTable& table, const outcome::ChangedSet& set) {
  constexpr std::size_t kUnfoldedOfASet = 4;
  std::string names;
  for (const std::string& column : set.columns) names += (names.empty() ? "" : ", ") + html_data(column);
  std::string html = fmt::format("<div class=\"group set\"><h4>{} <span class=\"remark\">{}{}</span></h4>\n",
                                 set.columns.empty() ? "Other sets of columns" : names, rows(set.rows),
                                 set.newer == 0 ? "" : fmt::format(", {} newer in the target", human_count(set.newer)));
  std::vector<const Decision*> list;
  for (const std::size_t sample : set.samples) list.push_back(&table.updates.at(sample));
  return html + update_cards(outcome, table, list, kUnfoldedOfASet) + "</div>\n";
}

// "role: ADMIN 2, AGENT 6"
std::string counted_values(const ImportedTable& table) {
  if (table.inserted_values.empty()) return {};
  std::string html = "<ul class=\"chips\" aria-label=\"Values that go in\">";
  for (const outcome::CountedValues& column : table.inserted_values) {
    html += "<li>" + html_data(column.column) + meaning_flag(column.meaning) + ":";
    for (std::size_t i = 0; i < column.values.size(); ++i)
      html += fmt::format("{} {} <b>{}</b>", i == 0 ? "" : ",",
                          column.values[i].first.empty() ? "(empty)" : html_data(column.values[i].first),
                          human_count(column.values[i].second));
    if (column.nulls != 0) html += fmt::format(", NULL <b>{}</b>", human_count(column.nulls));
    html += "</li>";
  }
  return html + "</ul>\n";
}

std::string whole_row(const ImportOutcome& outcome, const ImportedTable& table, const Decision& row) {
  std::string html = fmt::format("<tr {}><th scope=\"row\">{}<br><span class=\"remark\">{}</span>{}</th>",
                                 row_attributes(outcome, table, row), html_code(row.key), place(row), of_file_key(row));
  for (const outcome::ColumnValue& value : row.values) html += "<td>" + short_value_html(value.value) + "</td>";
  return html + "</tr>\n";
}

// Rows with all their values.
std::string whole_rows(const ImportOutcome& outcome, const ImportedTable& table, Verdict verdict, std::size_t unfolded,
                       std::string_view name) {
  const std::vector<const Decision*> list = sampled(table, verdict);
  if (list.empty()) return {};
  std::vector<std::string> columns = {"Row"};
  for (const outcome::ColumnValue& value : list.front()->values) columns.push_back(html_data(value.column));
  return folded_list(list.size(), table_begin(name, columns), kTableEnd, unfolded,
                     [&](std::size_t i) { return whole_row(outcome, table, *list[i]); });
}

std::string section_of(const ImportOutcome& outcome, Verdict verdict, std::string_view id, std::string_view title) {
  const std::uint64_t all = outcome.total.of(verdict);
  std::string html =
      fmt::format("<section id=\"{}\"><h2>{} <span class=\"remark\">{}</span></h2>\n", id, title, rows(all));
  if (all == 0) html += nothing();
  for (const ImportedTable& table : outcome.tables) {
    const std::uint64_t count = table.counts.of(verdict);
    if (count == 0) continue;
    const std::vector<const Decision*> list = sampled(table, verdict);
    html += table_head(outcome, table, count) + sample_remark(list.size(), count) +
            update_cards(outcome, table, list, 10) + "</div>\n";
  }
  return html + "</section>\n";
}

}  // namespace

std::string left_out_section(const ImportOutcome& outcome, Verdict verdict) {
  const bool conflict = verdict == Verdict::kConflict;
  std::string html =
      conflict
          ? section_begin(Topic::kConflicts, "Conflicts", rows(outcome.total.conflict)) +
                (outcome.base ? "<p class=\"lead\">The file and the target both changed these rows since the base, "
                                "or another row holds a key that they claim. They are left out.</p>\n"
                 : outcome.deletes_missing.empty()
                     ? "<p class=\"lead\">Another row holds a key that these rows claim. They are left out.</p>\n"
                     : "<p class=\"lead\">Another row holds a key that these rows claim, or refers to rows that were "
                       "to go. They are left as they are.</p>\n")
          : section_begin(Topic::kInvalid, "Invalid rows", rows(outcome.total.invalid)) +
                "<p class=\"lead\">The target cannot hold these rows. They are left out.</p>\n";
  if (outcome.total.of(verdict) == 0) html += nothing();
  for (const Cause& cause : causes(outcome, verdict)) html += cause_group(outcome, cause);
  return html + "</section>\n";
}

std::string updates_section(const ImportOutcome& outcome) {
  std::string html = section_begin(Topic::kUpdates, "Updates", rows(outcome.total.update)) +
                     "<p class=\"lead\">Columns that differ, then rows of each set of them: secrets and rights first, "
                     "then what most rows change; of each the largest moves and rows that are newer in the "
                     "target.</p>\n";
  if (outcome.total.update == 0) html += nothing();
  for (const ImportedTable& table : outcome.tables) {
    if (table.counts.update == 0) continue;
    const std::vector<const Decision*> list = sampled(table, Verdict::kUpdate);
    html += table_head(outcome, table, table.counts.update) + changed_columns(table);
    if (table.effects.newer_rows != 0)
      html += fmt::format("<p class=\"flag\">! {} newer in the target than in the file</p>\n",
                          counted(table.effects.newer_rows, "row is", "rows are"));
    html += sample_remark(list.size(), table.counts.update);
    for (const outcome::ChangedSet& set : table.changed_sets) html += changed_set(outcome, table, set);
    if (table.changed_sets.empty()) html += update_cards(outcome, table, list, kUnfoldedRows);
    html += "</div>\n";
  }
  return html + "</section>\n";
}

std::string inserts_section(const ImportOutcome& outcome) {
  std::string html = section_begin(Topic::kInserts, "Inserts", rows(outcome.total.insert));
  if (outcome.total.insert == 0) html += nothing();
  for (const ImportedTable& table : outcome.tables) {
    if (table.counts.insert == 0) continue;
    html += table_head(outcome, table, table.counts.insert) + counted_values(table) +
            sample_remark(sampled(table, Verdict::kInsert).size(), table.counts.insert) +
            whole_rows(outcome, table, Verdict::kInsert, 5, "Rows that go in") + "</div>\n";
  }
  return html + "</section>\n";
}

std::string deletes_section(const ImportOutcome& outcome) {
  if (outcome.is_undo) return section_of(outcome, Verdict::kDelete, "deletes", "Deletes");
  if (outcome.deletes_missing.empty()) return {};
  std::string html =
      section_begin(Topic::kDeletes, "Deletes", rows(outcome.total.deleted)) +
      "<p class=\"lead\">The target has these rows and the file lacks them (--delete-missing). Nobody refers to them, "
      "but "
      "rows that go, too, or that the file moves to another row. Rows that stay referred to stay; they are among the "
      "conflicts.</p>\n";
  if (outcome.total.deleted == 0) html += nothing();
  for (const ImportedTable& table : outcome.tables) {
    if (table.counts.deleted == 0) continue;
    html += table_head(outcome, table, table.counts.deleted) +
            sample_remark(sampled(table, Verdict::kDelete).size(), table.counts.deleted) +
            whole_rows(outcome, table, Verdict::kDelete, kUnfoldedDeletes, "Rows that go") + "</div>\n";
  }
  return html + "</section>\n";
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
    html += update_cards(outcome, table, sampled(table, Verdict::kSkipped), kUnfoldedRows) + "</div>\n";
  }
  return html + "</section>\n";
}

// With a base, or records that carry what they are judged by: what is as the target has it.
std::string kept_section(const ImportOutcome& outcome) {
  if (!outcome.base && outcome.total.kept + outcome.total.gone == 0) return {};
  std::string html =
      fmt::format("<section id=\"kept\"><h2>Kept <span class=\"remark\">{}</span></h2>\n",
                  rows(outcome.total.kept + outcome.total.gone)) +
      "<p class=\"lead\">The file changed nothing of these rows since the base, and they stay as the target has "
      "them: changed there since, or left out by an import. Those that it has no more were deleted there, or never "
      "came there; they "
      "are listed.</p>\n";
  if (outcome.total.kept + outcome.total.gone == 0) html += nothing();
  for (const ImportedTable& table : outcome.tables) {
    if (table.counts.kept + table.counts.gone == 0) continue;
    html += table_head(outcome, table, table.counts.kept + table.counts.gone) +
            fmt::format("<p>{} otherwise in the target, {} not there any more.</p>\n",
                        counted(table.counts.kept, "row", "rows"), human_count(table.counts.gone)) +
            sample_remark(table.gone.size(), table.counts.gone) +
            update_cards(outcome, table, sampled(table, Verdict::kUnchanged), kUnfoldedRows) + "</div>\n";
  }
  return html + "</section>\n";
}

}  // namespace report
