#include "report/difference_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "base/human.h"
#include "base/table_printer.h"
#include "report/wording.h"

namespace report {
namespace {

using base::Align;
using base::Color;
using base::human_count;
using base::printable;
using outcome::ComparedTable;
using outcome::DifferingRow;
using outcome::Presence;
using outcome::RowDifference;

std::string lines(const std::string& mark, const std::vector<std::string>& sentences) {
  std::string text;
  for (const std::string& sentence : sentences) text += "  " + mark + " " + printable(sentence) + "\n";
  return text;
}

std::string values(const DifferingRow& row) {
  std::string text;
  for (const outcome::ColumnValue& value : row.values)
    text += (text.empty() ? "" : ", ") + value.column + "=" + shown_value(value.value);
  return text;
}

std::string row_text(const DifferingRow& row, Color color) {
  const std::string times = row.times > 1 ? fmt::format(" ({} times)", human_count(row.times)) : "";
  const auto line = [&](const std::string& mark, const std::string& rest) {
    return "  " + mark + (row.key.empty() ? "" : " " + printable(row.key)) + times + rest + "\n";
  };
  if (row.difference == RowDifference::kOnlyA)
    return line(base::red("only in A", color), ": " + printable(values(row)));
  if (row.difference == RowDifference::kOnlyB)
    return line(base::green("only in B", color), ": " + printable(values(row)));
  std::string text = line(base::yellow("changed  ", color), "");
  for (const outcome::ColumnChange& change : row.changes)
    text += fmt::format("    {}: {} → {}\n", printable(change.column), printable(shown_value(change.before)),
                        printable(shown_value(change.after)));
  return text;
}

// "  … and 12 more rows changed, 3 only in A"; nothing where all are told.
std::string not_told(const ComparedTable& table) {
  std::vector<std::string> parts;
  const auto add = [&](RowDifference kind, std::uint64_t all, const char* words) {
    std::uint64_t told = 0;
    for (const DifferingRow& row : table.rows) told += row.difference == kind ? row.times : 0;
    if (all > told) parts.push_back(fmt::format("{} more {}", human_count(all - told), words));
  };
  add(RowDifference::kChanged, table.changed, "changed");
  add(RowDifference::kOnlyA, table.only_a, "only in A");
  add(RowDifference::kOnlyB, table.only_b, "only in B");
  return parts.empty() ? "" : "  … and " + joined(parts) + "\n";
}

std::string table_text(const ComparedTable& table, Color color) {
  if (table.presence != Presence::kBoth) {
    const bool in_a = table.presence == Presence::kOnlyA;
    return fmt::format("{}\n  the table is only in {}, with {}\n", base::bold(printable(table.name), color),
                       in_a ? "A" : "B", rows(in_a ? table.rows_a : table.rows_b));
  }
  if (table.is_equal() && table.notes.empty()) return {};
  std::string text = base::bold(printable(table.name), color);
  if (!table.other.empty()) text += printable(" (" + table.other + " in B)");
  text += "\n" + lines(base::yellow("differs  ", color), table.differences) + lines("note:", table.notes);
  if (!table.changed_columns.empty()) {
    std::vector<std::string> columns;
    for (const auto& [column, count] : table.changed_columns)
      columns.push_back(fmt::format("{} in {}", column, rows(count)));
    text += "  columns that differ: " + printable(joined(columns)) + "\n";
  }
  for (const DifferingRow& row : table.rows) text += row_text(row, color);
  return text + not_told(table);
}

std::vector<std::string> counts(const ComparedTable& table) {
  const bool both = table.presence == Presence::kBoth;
  const auto cell = [&](bool told, std::uint64_t count) { return told ? human_count(count) : std::string("-"); };
  return {table.name,
          cell(table.presence != Presence::kOnlyB, table.rows_a),
          cell(table.presence != Presence::kOnlyA, table.rows_b),
          cell(both, table.equal),
          cell(both, table.changed),
          cell(both, table.only_a),
          cell(both, table.only_b)};
}

// Equal tables are told in one line, where there are others.
std::string count_table(const outcome::Difference& difference) {
  base::TablePrinter printer({{"table"},
                              {"rows in A", Align::kRight},
                              {"rows in B", Align::kRight},
                              {"equal", Align::kRight},
                              {"changed", Align::kRight},
                              {"only in A", Align::kRight},
                              {"only in B", Align::kRight}});
  std::vector<std::string> equal;
  std::uint64_t equal_rows = 0;
  for (const ComparedTable& table : difference.tables) {
    if (!table.is_equal()) {
      printer.add_row(counts(table));
      continue;
    }
    equal.push_back(table.name);
    equal_rows += table.rows_a;
  }
  printer.add_row(counts(difference.total()));
  std::string text = printer.text();
  if (equal.empty()) return text;
  constexpr std::size_t kNamed = 8;
  const std::size_t more = equal.size() > kNamed ? equal.size() - kNamed : 0;
  const std::size_t all = equal.size();
  equal.resize(all - more);
  return text + fmt::format("Equal: {} in {} ({}{})\n", rows(equal_rows), counted(all, "table", "tables"),
                            printable(joined(equal)), more == 0 ? "" : fmt::format(" and {} more", more));
}

}  // namespace

std::string side_words(const outcome::ComparedSide& side) {
  std::vector<std::string> parts;
  if (!side.source.database.empty() && side.is_file) parts.push_back("database " + side.source.database);
  if (!side.exported_at.empty()) parts.push_back((side.is_file ? "exported at " : "read at ") + side.exported_at);
  if (!side.sealed) parts.emplace_back("without a seal that vouches for it");
  return side.name + (parts.empty() ? "" : " (" + joined(parts) + ")");
}

std::string difference_sentence(const outcome::Difference& difference) {
  const std::size_t tables = difference.tables.size();
  const ComparedTable total = difference.total();
  if (difference.is_equal())
    return fmt::format("Equal: {} in {}.", rows(total.equal), counted(tables, "table", "tables"));
  const auto differing = static_cast<std::size_t>(
      std::ranges::count_if(difference.tables, [](const ComparedTable& table) { return !table.is_equal(); }));
  const auto only = [&](Presence presence) {
    return static_cast<std::size_t>(std::ranges::count(difference.tables, presence, &ComparedTable::presence));
  };
  std::vector<std::string> parts;
  if (total.changed != 0) parts.push_back(rows(total.changed) + " changed");
  if (total.only_a != 0) parts.push_back(rows(total.only_a) + " only in A");
  if (total.only_b != 0) parts.push_back(rows(total.only_b) + " only in B");
  if (parts.empty()) parts.emplace_back("no row of the tables that both have differs");
  if (const std::size_t count = only(Presence::kOnlyA); count != 0)
    parts.push_back(counted(count, "table", "tables") + " only in A");
  if (const std::size_t count = only(Presence::kOnlyB); count != 0)
    parts.push_back(counted(count, "table", "tables") + " only in B");
  return fmt::format("{} of {} {}: {}.", human_count(differing), counted(tables, "table", "tables"),
                     differing == 1 ? "differs" : "differ", joined(parts));
}

// Details first: what matters most comes last, where a terminal shows it.
std::string difference_text(const outcome::Difference& difference, Color color) {
  std::string text =
      "A is " + printable(side_words(difference.a)) + "\nB is " + printable(side_words(difference.b)) + "\n\n";
  for (const ComparedTable& table : difference.tables) {
    const std::string part = table_text(table, color);
    if (!part.empty()) text += part + "\n";
  }
  for (const std::string& notice : difference.notices)
    text += base::yellow("note:", color) + " " + printable(notice) + "\n";
  if (!difference.skipped.empty()) text += "Left out by --skip-audit: " + printable(joined(difference.skipped)) + "\n";
  if (!difference.notices.empty() || !difference.skipped.empty()) text += "\n";
  text += count_table(difference) + "\n";
  const std::string sentence = difference_sentence(difference);
  text += (difference.is_equal() ? base::green(sentence, color) : base::yellow(sentence, color)) + "\n";
  return text + fmt::format("Took {}.\n", base::human_duration(difference.duration));
}

}  // namespace report
