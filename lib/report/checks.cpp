// The list of checks, one function a subject; declared in findings.h.
#include <fmt/format.h>

#include <algorithm>

#include "base/human.h"
#include "report/findings.h"
#include "report/wording.h"

namespace report {
namespace {

using outcome::ImportedTable;
using outcome::ImportOutcome;

Check seal(const ImportOutcome& outcome) {
  if (outcome.file.sealed)
    return {Grade::kGood, "Seal", "the file is whole and unchanged since its export", Topic::kIdentity};
  return {Grade::kWarning, "Seal", std::string(unsealed_warning()), Topic::kIdentity};
}

Check migrations(const ImportOutcome& outcome) {
  const std::string& of_file = outcome.file.last_migration;
  const std::string& of_target = outcome.target.last_migration;
  if (of_file.empty() || of_target.empty())
    return {Grade::kNote, "Migrations", "the last migration is not known on both sides", Topic::kIdentity};
  if (of_file == of_target)
    return {Grade::kGood, "Migrations", "file and target are at the same one", Topic::kIdentity};
  return {Grade::kWarning, "Migrations", "file and target are at different ones", Topic::kIdentity};
}

Check differences(const ImportOutcome& outcome) {
  if (outcome.differences.empty()) return {Grade::kGood, "Schema", "the tables are the same", Topic::kDifferences};
  return {Grade::kWarning, "Schema",
          counted(outcome.differences.size(), "difference", "differences") + ", none that prevents the import",
          Topic::kDifferences};
}

Grade grade_of_left_out(const ImportOutcome& outcome) { return outcome.blocked ? Grade::kBad : Grade::kWarning; }

Check unique_keys(const ImportOutcome& outcome) {
  if (outcome.total.conflict == 0)
    return {Grade::kGood, "Unique keys", "no row claims a key that another row holds", Topic::kConflicts};
  return {grade_of_left_out(outcome), "Unique keys",
          counted(outcome.total.conflict, "row claims a key of another row and is left out",
                  "rows claim keys of other rows and are left out"),
          Topic::kConflicts};
}

Check values(const ImportOutcome& outcome) {
  if (outcome.total.invalid == 0)
    return {Grade::kGood, "Values and parents", "every value fits, every parent is there", Topic::kInvalid};
  return {grade_of_left_out(outcome), "Values and parents",
          counted(outcome.total.invalid, "row cannot be held by the target and is left out",
                  "rows cannot be held by the target and are left out"),
          Topic::kInvalid};
}

// Sums over the tables that take part.
template <typename Count>
std::uint64_t sum(const ImportOutcome& outcome, Count count) {
  std::uint64_t total = 0;
  for (const ImportedTable& table : outcome.tables)
    if (table.taken) total += static_cast<std::uint64_t>(count(table));
  return total;
}

Check newer_rows(const ImportOutcome& outcome) {
  const std::uint64_t newer = sum(outcome, [](const ImportedTable& table) { return table.effects.newer_rows; });
  if (newer == 0)
    return {Grade::kGood, "Newer rows", "no row that is updated is known to be newer in the target", Topic::kUpdates};
  return {Grade::kWarning, "Newer rows",
          counted(newer, "row that is updated is newer in the target", "rows that are updated are newer in the target"),
          Topic::kUpdates};
}

Check privileges(const ImportOutcome& outcome) {
  if (outcome.missing_grants.empty())
    return {Grade::kGood, "Privileges", "the role may do what this takes", Topic::kIdentity};
  return {Grade::kBad, "Privileges",
          "the import would end with status 8: " +
              counted(outcome.missing_grants.size(), "privilege is missing", "privileges are missing"),
          Topic::kIdentity};
}

Check secrets_and_rights(const ImportOutcome& outcome) {
  const std::uint64_t columns = sum(outcome, [](const ImportedTable& table) {
    const bool granted = table.meaning == outcome::Meaning::kRights && table.counts.to_write() != 0;
    const auto is_sensitive = [](const auto& column) { return column.meaning != outcome::Meaning::kPlain; };
    return std::ranges::count_if(table.effects.changed_columns, is_sensitive) +
           std::ranges::count_if(table.inserted_values, is_sensitive) + (granted ? 1 : 0);
  });
  if (columns == 0)
    return {Grade::kGood, "Secrets and rights", "no column that its name calls so is written", Topic::kUpdates};
  return {Grade::kWarning, "Secrets and rights",
          "passwords, tokens, roles or permissions are written in " + counted(columns, "place", "places"),
          Topic::kUpdates};
}

Check unusual_tables(const ImportOutcome& outcome) {
  const std::uint64_t unusual =
      sum(outcome, [](const ImportedTable& table) { return anomalies(table).empty() ? 0 : 1; });
  if (unusual == 0) return {Grade::kGood, "Extent", "no table changes in an unusual way", Topic::kTables};
  return {Grade::kWarning, "Extent", counted(unusual, "table changes", "tables change") + " in an unusual way",
          Topic::kTables};
}

Check triggers(const ImportOutcome& outcome) {
  const std::uint64_t fired = sum(outcome, [](const ImportedTable& table) { return table.effects.triggers.size(); });
  if (fired == 0) return {Grade::kGood, "Triggers", "none fires", Topic::kEffects};
  return {Grade::kWarning, "Triggers", counted(fired, "trigger fires", "triggers fire"), Topic::kEffects};
}

Check cascades(const ImportOutcome& outcome) {
  const std::uint64_t set_off = sum(outcome, [](const ImportedTable& table) {
    return std::count_if(table.effects.cascades.begin(), table.effects.cascades.end(),
                         [](const outcome::Cascade& cascade) { return cascade.rows != 0; });
  });
  if (set_off == 0) return {Grade::kGood, "Cascades", "no update reaches rows of another table", Topic::kEffects};
  return {Grade::kWarning, "Cascades",
          counted(set_off, "foreign key passes", "foreign keys pass") + " updates on to rows of other tables",
          Topic::kEffects};
}

Check outside_references(const ImportOutcome& outcome) {
  const std::uint64_t references = sum(outcome, [](const ImportedTable& table) {
    std::uint64_t rows = 0;
    for (const outcome::OutsideReference& reference : table.effects.outside_references) rows += reference.rows;
    return rows;
  });
  if (references == 0)
    return {Grade::kGood, "Outside references", "no row to be written refers to a table left aside", Topic::kEffects};
  return {Grade::kNote, "Outside references",
          counted(references, "reference", "references") + " to rows of tables that take no part", Topic::kEffects};
}

Check sequences(const ImportOutcome& outcome) {
  const std::uint64_t raised = sum(outcome, [](const ImportedTable& table) { return table.effects.sequences.size(); });
  if (raised == 0) return {Grade::kGood, "Sequences", "none has to be raised", Topic::kEffects};
  return {Grade::kGood, "Sequences",
          counted(raised, "sequence is", "sequences are") + " raised to the highest key; none is lowered",
          Topic::kEffects};
}

Check rehearsal(const ImportOutcome& outcome) {
  if (outcome.ending == outcome::Ending::kDryRun)
    return {Grade::kNote, "Rehearsal", "not rehearsed: the rows were judged, not written", Topic::kLimits};
  if (outcome.ending == outcome::Ending::kRehearsed)
    return {Grade::kGood, "Rehearsal", "written for real and rolled back", Topic::kLimits};
  if (outcome.may_delete()) return {Grade::kGood, "Rehearsal", "written for real", Topic::kLimits};
  return {Grade::kGood, "Deletions", "nothing was deleted", Topic::kLimits};
}

Check deletions(const ImportOutcome& outcome) {
  const std::uint64_t kept = outcome.total.missing - std::min(outcome.total.missing, outcome.total.deleted);
  std::string text = counted(outcome.total.deleted, "row goes that the file lacks", "rows go that the file lacks");
  if (kept != 0) text += "; " + counted(kept, "other one stays", "others stay") + ", for they may not go";
  return {outcome.total.missing == 0 ? Grade::kGood : Grade::kWarning, "Deletions", text, Topic::kDeletes};
}

}  // namespace

std::vector<Check> checks(const ImportOutcome& outcome) {
  std::vector<Check> all = {seal(outcome),        privileges(outcome),         migrations(outcome),
                            differences(outcome), unique_keys(outcome),        values(outcome),
                            newer_rows(outcome),  secrets_and_rights(outcome), unusual_tables(outcome),
                            triggers(outcome),    cascades(outcome),           outside_references(outcome),
                            sequences(outcome),   rehearsal(outcome)};
  if (!outcome.deletes_missing.empty()) all.push_back(deletions(outcome));
  if (!outcome.loose_references.empty())
    all.push_back({Grade::kWarning, "Undeclared references",
                   counted(outcome.loose_references.size(), "column holds", "columns hold") +
                       " keys of rows that --match gives other ones, and no foreign key says so",
                   Topic::kTables});
  if (!outcome.passed_limits.empty())
    all.push_back(
        {Grade::kBad, "Limits", "more would change than is allowed: " + joined(outcome.passed_limits), Topic::kLimits});
  return all;
}

}  // namespace report
