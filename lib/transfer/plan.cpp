#include "transfer/plan.h"

#include <algorithm>

#include "base/error.h"
#include "base/suggestion.h"
#include "base/terminal.h"
#include "catalog/drift.h"
#include "catalog/graph.h"
#include "catalog/ledger.h"
#include "outcome/engine_traits.h"
#include "transfer/letter_case.h"
#include "transfer/limits.h"
#include "transfer/mapped_table.h"
#include "transfer/missing_rows.h"
#include "transfer/policies.h"
#include "transfer/secrets.h"
#include "transfer/selection.h"
#include "transfer/undo.h"

namespace transfer {
namespace {

constexpr std::size_t kMostExplained = 50;

using base::Error;
using base::ErrorKind;

std::string joined(const std::vector<std::string>& names) {
  std::string text;
  for (const std::string& name : names) text += (text.empty() ? "" : ", ") + name;
  return text;
}

const catalog::Table* find(const std::vector<catalog::Table>& tables, const catalog::TableName& name) {
  const auto found = std::find_if(tables.begin(), tables.end(), [&](const auto& table) { return table.name == name; });
  return found == tables.end() ? nullptr : &*found;
}

std::vector<bool> skipped_sections(const format::Header& header, const Selection& selection) {
  std::vector<bool> skipped(header.tables.size(), true);
  for (const std::size_t i : select_tables(header.tables, selection)) {
    const bool audit = header.tables[i].audit || is_audit(header.tables[i].name, selection);
    skipped[i] = audit && selection.audit == Audit::kSkip;
  }
  return skipped;
}

engine::TablePlan plan_table(const catalog::Table& file, const catalog::Table& target, const catalog::Types& types) {
  engine::TablePlan plan;
  plan.target = target;
  for (const catalog::Column& column : file.columns) {
    if (column.generated) continue;  // not in the records
    const catalog::Column* there = target.find_column(column.name);
    plan.file_type.push_back(catalog::base_of(column.type, types));
    plan.target_column.push_back(there == nullptr || there->generated
                                     ? engine::TablePlan::kNotWritten
                                     : static_cast<std::size_t>(there - target.columns.data()));
  }
  plan.identity = target.identity();
  return plan;
}

// Of domains the base type, which find_drift takes for anything.
void add_domain_drift(const std::string& section, const format::Header& header, const catalog::Column& column,
                      const catalog::Column& there, const catalog::Types& target_types,
                      std::vector<catalog::Drift>& drift) {
  const std::string from = catalog::base_of(column.type, header.types);
  const std::string to = catalog::base_of(there.type, target_types);
  if ((from == column.type && to == there.type) || catalog::can_hold(to, from)) return;
  const auto named = [](const std::string& type, const std::string& base) {
    return base == type ? type : type + " (a domain over " + base + ")";
  };
  drift.push_back({section, column.name,
                   "is " + named(there.type, to) + " in the target and " + named(column.type, from) + " in the file"});
}

void note_differences(const std::string& section, const format::Header& header, const catalog::Table& file,
                      const catalog::Table& target, Plan& plan) {
  const char* new_column = header.undo ? " was added since the import: taking back leaves alone what is in it, and "
                                         "deletes no row that somebody gave a value of it"
                                       : " is not in the file: new rows take its default, updates leave it as it is";
  for (const catalog::Column& column : target.columns) {
    if (column.generated || file.find_column(column.name) != nullptr) continue;
    plan.differences.push_back(section + "." + column.name + new_column);
  }
  for (const catalog::Column& column : file.columns) {
    const catalog::Column* there = target.find_column(column.name);
    if (there != nullptr && there->generated && !column.generated) {
      plan.differences.push_back(section + "." + column.name +
                                 " is generated in the target: the file's values are not used");
    }
  }
}

// ": app.team is there, give --schema app", or the nearest name; what is likeliest meant of a table that is missing.
std::string where_else(const catalog::TableName& wanted, const format::Header& header, const Selection& selection,
                       const std::vector<catalog::Table>& target_tables, const catalog::Table* other_case) {
  if (other_case != nullptr)
    return ", which has " + other_case->name.name + " (the names differ in case: rename one of them)";
  if (selection.schemas.size() == 1 && header.schemas.size() > 1)
    return ", where only the schema " + selection.schemas.front() + " is looked at, and the file holds " +
           joined(header.schemas) + ": choose with -t '" + header.schemas.front() + ".*'";
  std::vector<std::string> names;
  for (const catalog::Table& table : target_tables) {
    if (table.name.name == wanted.name && table.name.schema != wanted.schema)
      return ": it is " + table.name.schema + "." + table.name.name + " there (give --schema " + table.name.schema +
             ")";
    if (table.name.name != wanted.name) names.push_back(table.name.name);
  }
  const auto near = base::closest(wanted.name, names);
  return near ? " (did you mean " + *near + "?)" : std::string{};
}

std::string missing_table(const MappedTable& mapped, const catalog::TableName& wanted, const Selection& selection,
                          const std::vector<catalog::Table>& target_tables, const catalog::Table* other_case) {
  const std::string likely = likely_rename(mapped, target_tables);
  if (!likely.empty()) return likely;
  return where_else(wanted, mapped.mapped.header, selection, target_tables, other_case) + beside(mapped);
}

// By value of a record: what its type becomes in the target. The last columns of `file` are constants.
std::vector<catalog::Reshape> fit_columns(const std::string& section, const format::Header& header,
                                          const catalog::Table& file, std::size_t constants,
                                          const catalog::Table& target, const catalog::Types& target_types,
                                          catalog::SameEngine same_engine, std::vector<catalog::Drift>& drift,
                                          std::vector<std::string>& differences) {
  std::vector<catalog::Reshape> reshapes;
  bool all_as_they_are = true;
  for (const catalog::Column& column : file.columns) {
    if (column.generated) continue;  // not in the records
    reshapes.emplace_back();
    const catalog::Column* there = target.find_column(column.name);
    const bool is_constant = static_cast<std::size_t>(&column - file.columns.data()) + constants >= file.columns.size();
    if (there == nullptr || there->generated || is_constant) continue;
    // A value of another engine is a text, of any type of column.
    const std::string type = same_engine == catalog::SameEngine::kYes ? column.type : "text";
    catalog::TypeFit fit = catalog::fit_type(type, header.types, there->type, target_types);
    for (const std::string& misfit : fit.misfits) drift.push_back({section, column.name, misfit});
    for (const std::string& note : fit.notes) differences.push_back(section + "." + column.name + " " + note);
    if (fit.misfits.empty() && same_engine == catalog::SameEngine::kYes)
      add_domain_drift(section, header, column, *there, target_types, drift);
    all_as_they_are = all_as_they_are && fit.reshape.kind == catalog::Reshape::Kind::kNone;
    reshapes.back() = std::move(fit.reshape);
  }
  if (all_as_they_are) reshapes.clear();
  return reshapes;
}

// What the columns of the table that take the file's values drew from in the source.
std::vector<engine::SourceSequence> sequences_of(const format::Header& header, const catalog::Table& file,
                                                 const engine::TablePlan& plan) {
  std::vector<engine::SourceSequence> sequences;
  for (const catalog::Sequence& sequence : header.sequences) {
    for (const catalog::SequenceUser& user : sequence.used_by) {
      const catalog::Column* there = plan.target.find_column(user.column);
      if (user.table == file.name && there != nullptr && !there->generated)
        sequences.push_back({user.column, sequence});
    }
  }
  return sequences;
}

void note_large_objects(const std::string& section, const format::Header& header, const catalog::Table& file,
                        Plan& plan) {
  for (const format::LargeObjectColumn& column : header.large_objects) {
    if (column.table != file.name || plan.tables.back().target.find_column(column.column) == nullptr) continue;
    plan.differences.push_back(
        section + "." + column.column +
        " holds numbers of large objects, which are not in the file: in the target they point at "
        "nothing, or at others' objects, until you bring the objects along");
  }
}

void note_ledgers(const format::Header& header, const Selection& selection, Plan& plan) {
  for (const std::size_t i : ledgers_left_out(header.tables, selection)) {
    const catalog::Table& table = header.tables[i];
    const std::string section = format::section_name(table.name, header.schemas);
    plan.differences.push_back(section + " is the ledger of migrations of " +
                               std::string(catalog::ledger_of(table)->tool) + ", no data: left out; -t " + section +
                               " takes it along");
  }
}

std::vector<std::string> slips_of_order(const format::Header& header, const Selection& selection) {
  std::vector<std::string> names;
  for (const catalog::Table& table : header.tables) names.push_back(format::section_name(table.name, header.schemas));
  return unknown_of_order(selection.preferred_order, names);
}

[[noreturn]] void fail(const std::vector<catalog::Drift>& drift) {
  std::string lines;
  for (const catalog::Drift& difference : drift) {
    lines += "\n  " + base::printable(difference.table) +
             (difference.column.empty() ? "" : "." + base::printable(difference.column)) + " " +
             base::printable(difference.what);
  }
  throw Error(ErrorKind::kSchema, "the file does not fit the target's schema:" + lines,
              "bring the target's migrations up to date, leave tables out with -T, or settle it in the transfer file "
              "(\"rename\", \"set\", \"drop\")");
}

}  // namespace

// A file of one schema goes into the one schema that was asked for; otherwise schemas keep their names.
catalog::TableName name_in_target(const catalog::TableName& name, const format::Header& header,
                                  const Selection& selection, const std::vector<catalog::Table>& target_tables) {
  const bool has_schemas = std::any_of(target_tables.begin(), target_tables.end(),
                                       [](const auto& table) { return !table.name.schema.empty(); });
  if (!has_schemas) return {"", name.name};
  const bool schema_was_named = header.schemas.empty() && !name.schema.empty();  // by a rename
  if (selection.schemas.size() == 1 && header.schemas.size() <= 1 && !schema_was_named)
    return {selection.schemas.front(), name.name};
  const bool known =
      std::any_of(target_tables.begin(), target_tables.end(), [&](const auto& table) { return table.name == name; });
  if (!known && name.schema.empty()) return {"public", name.name};
  return name;
}

Plan make_plan(const format::Header& file_header, const std::vector<catalog::Table>& target_tables,
               const outcome::DatabaseInfo& target, const ImportOptions& options, const catalog::Types& target_types,
               const OtherObject& other_object) {
  const Selection& selection = options.selection;
  Plan plan;
  plan.mapped = map_header(file_header, options.mapping);
  const format::Header& header = plan.mapped.header;
  demand_names_of_target(file_header, plan.mapped, options);
  plan.table_of_section.resize(header.tables.size());
  plan.reshapes.resize(header.tables.size());
  std::vector<catalog::Drift> drift;
  const std::vector<bool> skipped = skipped_sections(header, selection);
  note_ledgers(header, selection, plan);
  const outcome::EngineTraits& traits = outcome::traits_of(target.engine);
  // What an untyped column is declared as says little of what it holds: each value is judged by itself.
  const bool comparable = header.engine == target.engine && traits.is_typed;
  const auto same_engine = comparable ? catalog::SameEngine::kYes : catalog::SameEngine::kNo;

  if (traits.has_schemas) note_schemas(file_header, options.mapping, plan.differences);
  const auto masked = masked_columns(target_tables, target_types, options.masks);
  const auto masked_in_file = masked_columns(file_header.tables, file_header.types, options.masks);
  std::vector<catalog::Table> chosen;
  for (std::size_t i = 0; i < header.tables.size(); ++i) {
    if (skipped[i]) continue;
    const catalog::TableName& name = header.tables[i].name;
    const std::string section = format::section_name(name, header.schemas);
    const MappedTable mapped{file_header, plan.mapped, i};
    const catalog::TableName wanted = name_in_target(name, header, selection, target_tables);
    const catalog::Table* there = find(target_tables, wanted);
    const catalog::Table* other_case = there == nullptr ? find_in_other_case(target_tables, wanted) : nullptr;
    if (other_case != nullptr && traits.names_ignore_case) {
      there = other_case;
      plan.differences.push_back(section + " is " + there->name.name + " in the target: the names differ in case only");
    }
    if (there == nullptr) {
      // A question each: of a file that has nothing to do with the target only the first are asked for.
      const bool asked = other_object && drift.size() < kMostExplained;
      const std::string other = asked ? other_object(wanted) : std::string{};
      drift.push_back({section, "",
                       other.empty() ? "is missing in the target" +
                                           missing_table(mapped, wanted, selection, target_tables, other_case)
                                     : other + " in the target: rows go into tables"});
      continue;
    }
    catalog::Table file = traits.names_ignore_case ? under_names_of(*there, header.tables[i], section, plan.differences)
                                                   : header.tables[i];
    set_types_of_constants(mapped, *there, file);
    if (const catalog::Ledger* ledger = catalog::ledger_of(*there); ledger != nullptr && !catalog::ledger_of(file))
      drift.push_back(
          {section, "", "is data in the file and " + std::string(ledger->tool) + "'s ledger in the target"});
    // An undo inserts only what an undo deleted: of such a row the target says that it lacks a value.
    const catalog::NewRows new_rows = header.undo ? catalog::NewRows::kNever : catalog::NewRows::kMayCome;
    auto differences = catalog::find_drift(section, file, *there, same_engine, new_rows);
    settle_drift(mapped, *there, file, differences);
    drift.insert(drift.end(), differences.begin(), differences.end());
    plan.reshapes[i] = fit_columns(section, header, file, mapped.constants(), *there, target_types, same_engine, drift,
                                   plan.differences);
    if (find(chosen, there->name) != nullptr) {
      drift.push_back({section, "",
                       std::string("is a second section for the same table") +
                           (traits.has_schemas ? std::string{}
                                               : ": " + std::string(traits.title) +
                                                     " has no schemas, so export each by itself (--schema)")});
    }
    note_differences(section, header, file, *there, plan);
    plan.table_of_section[i] = plan.tables.size();
    plan.tables.push_back(plan_table(file, *there, header.types));
    plan.tables.back().sequences = sequences_of(header, file, plan.tables.back());
    note_large_objects(section, header, file, plan);
    // What an undo file says of its rows, no policy of an import changes.
    if (header.undo)
      plan.tables.back().identity = identity_of_undo(header, i, file, *there, section, drift);
    else
      apply_policies(file, options, plan.tables.back());
    plan.of_file.push_back(file);
    plan.tables.back().masked = masked[static_cast<std::size_t>(there - target_tables.data())];
    if (!options.mapping.empty()) mask_renamed(mapped, file, masked_in_file[i], plan.tables.back());
    note_mapping(mapped, *there, plan.tables.back().masked, plan.differences);
    chosen.push_back(*there);
  }
  if (!drift.empty()) fail(drift);
  demand_tables_of_policies(chosen, options);
  demand_tables_of_limits(chosen, options.limits);
  for (std::string& line : slips_of_order(header, selection)) plan.differences.push_back(std::move(line));
  choose_missing_rows(file_header, options, plan);
  plan.components = catalog::dependency_components(chosen, selection.preferred_order);
  return plan;
}

void set_rows(const format::Verified& file, Plan& plan) {
  for (std::size_t i = 0; i < file.rows.size(); ++i) {
    if (plan.table_of_section[i]) plan.tables[*plan.table_of_section[i]].rows = file.rows[i];
  }
}

}  // namespace transfer
