#include "transfer/undo.h"

#include <algorithm>

#include "base/error.h"
#include "base/terminal.h"
#include "transfer/cross_engine.h"

namespace transfer {
namespace {

using base::Error;
using base::ErrorKind;

// What every change of a schema moves, also one that concerns no table of the import: what the tables are is compared
// column by column.
bool moves_by_itself(const std::string& fact) { return fact == "schema_version"; }

bool same_columns(std::vector<std::string> a, std::vector<std::string> b) {
  std::ranges::sort(a);
  std::ranges::sort(b);
  return a == b;
}

bool is_key(const catalog::Table& table, const std::vector<std::string>& columns) {
  return same_columns(table.primary_key, columns) ||
         std::ranges::any_of(table.unique_keys, [&](const auto& key) { return same_columns(key, columns); });
}

std::string listed(const std::vector<std::string>& columns) {
  std::string text;
  for (const std::string& column : columns) text += (text.empty() ? "(" : ", ") + column;
  return text.empty() ? "none" : text + ")";
}

}  // namespace

void demand_fitting(const format::Header& header, const ImportOptions& options) {
  if (header.undo && options.direction == Direction::kImport) {
    throw Error(ErrorKind::kUsage,
                base::printable(options.input) + " is an undo file: it takes back an import into " +
                    base::printable(header.database) + ", and holds no rows to be imported",
                "say --undo before it to take that import back");
  }
  if (!header.undo && options.direction == Direction::kUndo) {
    throw Error(ErrorKind::kFile,
                base::printable(options.input) + " is no undo file: it says of no row what the import made of it",
                "name the file that --save-undo wrote; without --undo this one is imported");
  }
}

void demand_target_of_undo(const format::Header& header, engine::Target& target) {
  if (!header.undo) return;
  const std::vector<outcome::Fact> now = target.whereabouts();
  std::string lines;
  for (const auto& [name, value] : header.undo->target) {
    if (moves_by_itself(name)) continue;
    const auto there = std::ranges::find(now, name, &outcome::Fact::name);
    const std::string found = there == now.end() ? std::string("unknown") : there->value;
    if (found == value) continue;
    // With -t there may be fewer.
    if (name == "schemas" && value.find(found) != std::string::npos) continue;
    lines += "\n  " + base::printable(name) + ": it was " + base::printable(value) + ", here it is " +
             base::printable(found);
  }
  if (lines.empty()) return;
  throw Error(ErrorKind::kSchema, "the undo file belongs to another target:" + lines,
              "an import is taken back where it was done: check --url, --env-file and --to");
}

std::vector<std::string> identity_of_undo(const format::Header& header, std::size_t table, const catalog::Table& file,
                                          const catalog::Table& there, const std::string& section,
                                          std::vector<catalog::Drift>& drift) {
  const catalog::Table& then = header.tables[table];
  std::vector<std::string> identity = then.identity();
  const auto matched =
      std::ranges::find(header.undo->matched, then.name, [](const auto& match) { return match.first; });
  if (matched != header.undo->matched.end()) identity = matched->second;
  for (std::string& name : identity) {
    const catalog::Column* column = then.find_column(name);
    if (column == nullptr)
      throw Error(ErrorKind::kFile, "\"matched\" of the undo file names the column " + base::printable(name) +
                                        ", which " + base::printable(section) + " has not");
    name = file.columns[static_cast<std::size_t>(column - then.columns.data())].name;
  }
  // Columns that rows were matched by need not be a key.
  if (matched == header.undo->matched.end() && !identity.empty() && !is_key(there, identity))
    drift.push_back({section, "",
                     "has another key than at the import: that was " + listed(identity) + ", it is " +
                         listed(there.identity()) + " now, and rows are found by the first"});
  return identity;
}

void set_marks(const format::Header& header, const ImportOptions& options, Plan& plan) {
  if (!header.undo) return;
  for (std::size_t i = 0; i < plan.table_of_section.size(); ++i) {
    if (!plan.table_of_section[i]) continue;
    engine::TablePlan& table = plan.tables[*plan.table_of_section[i]];
    table.mark = record_columns(header, i).size() - 1;
    const Masks masks = options.masks;
    table.hides = [masks](const catalog::TableName& name, const std::string& column) {
      return is_masked(name, column, masks);
    };
  }
}

}  // namespace transfer
