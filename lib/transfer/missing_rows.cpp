#include "transfer/missing_rows.h"

#include <algorithm>
#include <string>
#include <vector>

#include "base/error.h"
#include "base/suggestion.h"
#include "base/terminal.h"
#include "transfer/secrets.h"
#include "transfer/selection.h"

namespace transfer {
namespace {

using base::Error;
using base::ErrorKind;

bool is_chosen(const catalog::TableName& table, const std::vector<std::string>& patterns) {
  return std::ranges::any_of(patterns, [&](const std::string& pattern) { return matches(pattern, table); });
}

void demand_matches(const Plan& plan, const std::vector<std::string>& patterns) {
  std::vector<catalog::TableName> tables;
  std::vector<std::string> names;
  for (std::size_t i = 0; i < plan.table_of_section.size(); ++i) {
    if (!plan.table_of_section[i]) continue;
    tables.push_back(plan.mapped.header.tables[i].name);
    names.push_back(tables.back().name);
  }
  for (const std::string& pattern : patterns) {
    if (std::ranges::any_of(tables, [&](const auto& table) { return matches(pattern, table); })) continue;
    const auto near = base::closest(pattern, names);
    throw Error(ErrorKind::kUsage,
                "--delete-missing " + base::printable(pattern) + " matches no table that is imported",
                near ? "did you mean " + base::printable(*near) + "?"
                     : "name a table of the file: it lists them at its beginning");
  }
}

[[noreturn]] void refuse(const std::string& section, const std::string& why, const std::string& hint) {
  throw Error(ErrorKind::kUsage, "--delete-missing: " + base::printable(section) + " " + why, hint);
}

void demand_whole(const format::Header& file, const catalog::TableName& table, const std::string& section) {
  if (!file.annotation.empty())
    refuse(section, "is in a file of rows that an import left out: what such a file lacks is not gone",
           "name an export");
  if (!file.narrowed)
    refuse(section, "may be in the file in part only: the file does not say that it holds every row",
           "export again with this version's db-export");
  const bool narrowed =
      std::ranges::any_of(*file.narrowed, [&](const format::Narrowed& one) { return one.table == table; });
  if (narrowed)
    refuse(section, "was exported with --where: a row that does not fulfil the condition looks gone without being so",
           "export the table whole: there is no --since yet, which would list what is gone");
}

// Behind the file's own columns. By such a key the file speaks of a part of the target's rows only: one tenant's.
void demand_no_constant_key(const catalog::Table& file, const catalog::Table& mapped, const engine::TablePlan& plan,
                            const std::string& section) {
  for (std::size_t i = file.columns.size(); i < mapped.columns.size(); ++i) {
    const std::string& name = mapped.columns[i].name;
    for (const std::vector<std::string>& key : {plan.target.identity(), plan.match}) {
      if (std::ranges::find(key, name) != key.end())
        refuse(section,
               "has " + base::printable(name) + " of its key from \"set\": rows with another value are not the file's",
               "leave it out of --delete-missing");
    }
  }
}

}  // namespace

void choose_missing_rows(const format::Header& file, const ImportOptions& options, Plan& plan) {
  if (options.delete_missing.empty()) return;
  demand_matches(plan, options.delete_missing);
  const format::Header& header = plan.mapped.header;
  for (std::size_t i = 0; i < header.tables.size(); ++i) {
    if (!plan.table_of_section[i] || !is_chosen(header.tables[i].name, options.delete_missing)) continue;
    engine::TablePlan& table = plan.tables[*plan.table_of_section[i]];
    const std::string section = format::section_name(header.tables[i].name, header.schemas);
    demand_whole(file, file.tables[i].name, section);
    if (table.target.identity().empty())
      refuse(section, "has no key in the target: equal rows cannot be told apart, nor which of them are gone",
             "give it a primary key, or leave it out of --delete-missing");
    demand_no_constant_key(file.tables[i], header.tables[i], table, section);
    if (table.mode == engine::Mode::kInsert)
      refuse(section, "takes only new rows (\"mode\": \"insert\"): nothing of what is there may change",
             "leave it out of --delete-missing, or let it be updated");
    if (table.newer_rows == engine::NewerRows::kKeep)
      refuse(section,
             "keeps rows that were changed later in the target (--keep-newer): whether one that the file lacks "
             "was, cannot be told",
             "leave it out of --delete-missing, or take what the file has");
    table.missing_rows = engine::MissingRows::kDelete;
    const Masks masks = options.masks;
    table.hides = [masks](const catalog::TableName& name, const std::string& column) {
      return is_masked(name, column, masks);
    };
  }
}

std::vector<std::string> names_of_losing(const Plan& plan) {
  std::vector<std::string> names;
  const format::Header& header = plan.mapped.header;
  for (std::size_t i = 0; i < header.tables.size(); ++i) {
    const auto& table = plan.table_of_section[i];
    if (table && plan.tables[*table].missing_rows == engine::MissingRows::kDelete)
      names.push_back(format::section_name(header.tables[i].name, header.schemas));
  }
  return names;
}

}  // namespace transfer
