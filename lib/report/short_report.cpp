#include "report/short_report.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/human.h"
#include "report/comparison.h"
#include "report/findings.h"
#include "report/wording.h"

namespace report {
namespace {

using base::human_count;
using outcome::Decision;
using outcome::ImportedTable;
using outcome::ImportOutcome;
using outcome::Verdict;

using Lines = std::vector<std::string>;

std::vector<Cause> all_causes(const ImportOutcome& outcome) {
  std::vector<Cause> all = causes(outcome, Verdict::kConflict);
  const std::vector<Cause> invalid = causes(outcome, Verdict::kInvalid);
  all.insert(all.end(), invalid.begin(), invalid.end());
  return all;
}

std::string range(std::string_view name, const std::string& before, const std::string& after) {
  if (before.empty() && after.empty()) return {};
  return fmt::format("{} {} → {}", name, before.empty() ? "NULL" : before, after.empty() ? "NULL" : after);
}

std::string ranges(const outcome::ChangedColumn& column) {
  std::string text;
  for (const std::string& part :
       {range("sum", column.sum_before, column.sum_after), range("least", column.least_before, column.least_after),
        range("greatest", column.greatest_before, column.greatest_after)})
    if (!part.empty()) text += (text.empty() ? "" : ", ") + part;
  return text.empty() ? text : " (" + text + ")";
}

std::string update_line(const ImportedTable& table, const Decision& row) {
  std::string text = table.name + " " + shown_key(row) + ":";
  for (std::size_t i = 0; i < row.changes.size(); ++i)
    text += (i == 0 ? " " : "; ") + row.changes[i].column + " " + change_text(row.changes[i]);
  if (row.target_is_newer) text += " (newer in the target)";
  if (!row.remark.empty()) text += " (" + row.remark + ")";
  return text;
}

std::string insert_line(const ImportedTable& table, const Decision& row) {
  constexpr std::size_t kShownBytes = 60;
  std::string text = table.name + " " + shown_key(row);
  for (std::size_t i = 0; i < row.values.size(); ++i) {
    outcome::ShownValue value = row.values[i].value;
    if (value.form == outcome::ShownValue::Form::kWhole && value.text.size() > kShownBytes) {
      std::size_t end = kShownBytes;
      while (inside_character(value.text, end)) ++end;
      value.text.resize(end);
      value.form = outcome::ShownValue::Form::kCut;
    }
    text += (i == 0 ? ": " : ", ") + row.values[i].column + "=" + shown_value(value);
  }
  return text;
}

Lines lines_of(const ImportOutcome& outcome, Verdict verdict, std::size_t of_a_table) {
  Lines lines;
  for (const ImportedTable& table : outcome.tables) {
    const std::vector<const Decision*> list = sampled(table, verdict);
    for (std::size_t i = 0; i < std::min(of_a_table, list.size()); ++i) lines.push_back(insert_line(table, *list[i]));
  }
  return lines;
}

}  // namespace

Lines cause_lines(const ImportOutcome& outcome) {
  Lines lines;
  for (const Cause& cause : all_causes(outcome))
    lines.push_back(fmt::format("{}: {}: {}", cause.table->name, rows(cause.total),
                                cause.name.empty() ? "other causes" : cause.name));
  return lines;
}

Lines left_out_lines(const ImportOutcome& outcome, std::size_t of_a_cause) {
  Lines lines;
  for (const Cause& cause : all_causes(outcome)) {
    for (std::size_t i = 0; i < std::min(of_a_cause, cause.rows.size()); ++i) {
      const Decision& row = *cause.rows[i];
      lines.push_back(fmt::format("{} {} {}: {}: {}", cause.table->name,
                                  row.missing ? place_of(row) : "record " + human_count(row.record), shown_key(row),
                                  outcome::verdict_name(row.verdict), row.reason));
    }
  }
  return lines;
}

Lines changed_lines(const ImportOutcome& outcome) {
  Lines lines;
  for (const ImportedTable& table : outcome.tables) {
    if (table.counts.update == 0) continue;
    std::string text = fmt::format("{}: {}", table.name, counted(table.counts.update, "update", "updates"));
    const auto& columns = table.effects.changed_columns;
    for (std::size_t i = 0; i < columns.size(); ++i)
      text += (i == 0 ? ": " : ", ") + columns[i].name + " " + human_count(columns[i].rows) + ranges(columns[i]);
    if (table.effects.newer_rows != 0)
      text += fmt::format("; {} newer in the target", human_count(table.effects.newer_rows));
    lines.push_back(std::move(text));
  }
  return lines;
}

Lines update_lines(const ImportOutcome& outcome, std::size_t of_a_table) {
  Lines lines;
  for (const ImportedTable& table : outcome.tables) {
    const std::vector<const Decision*> list = sampled(table, Verdict::kUpdate);
    for (std::size_t i = 0; i < std::min(of_a_table, list.size()); ++i) lines.push_back(update_line(table, *list[i]));
  }
  return lines;
}

Lines inserted_lines(const ImportOutcome& outcome) {
  Lines lines;
  for (const ImportedTable& table : outcome.tables) {
    if (table.counts.insert == 0) continue;
    std::string text = fmt::format("{}: {}", table.name, counted(table.counts.insert, "insert", "inserts"));
    bool first = true;
    for (const outcome::CountedValues& column : table.inserted_values) {
      text += (first ? ": " : "; ") + column.column;
      first = false;
      for (std::size_t i = 0; i < column.values.size(); ++i)
        text += fmt::format("{} {} {}", i == 0 ? "" : ",",
                            column.values[i].first.empty() ? "(empty)" : column.values[i].first,
                            human_count(column.values[i].second));
    }
    lines.push_back(std::move(text));
  }
  return lines;
}

Lines insert_lines(const ImportOutcome& outcome, std::size_t of_a_table) {
  return lines_of(outcome, Verdict::kInsert, of_a_table);
}

Lines delete_lines(const ImportOutcome& outcome, std::size_t of_a_table) {
  return lines_of(outcome, Verdict::kDelete, of_a_table);
}

Lines gone_lines(const ImportOutcome& outcome, std::size_t of_a_table) {
  return lines_of(outcome, Verdict::kUnchanged, of_a_table);
}

}  // namespace report
