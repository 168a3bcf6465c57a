#include "postgres/import/classify.h"

#include <fmt/format.h>

#include <algorithm>

#include "engine/reasons.h"
#include "postgres/import/classify_keys.h"
#include "postgres/import/evaluation.h"
#include "postgres/import/fingerprints.h"
#include "postgres/import/judged_rows.h"
#include "postgres/import/key_order.h"
#include "postgres/import/made_defaults.h"
#include "postgres/import/match.h"
#include "postgres/import/moved_keys.h"
#include "postgres/import/multiset.h"
#include "postgres/import/rejects.h"
#include "postgres/import/sequence_room.h"
#include "postgres/import/stage.h"
#include "postgres/import/table_sql.h"
#include "postgres/import/unwritable.h"
#include "postgres/session/sql_text.h"

namespace postgres {
namespace {

namespace reasons = engine::reasons;

// Staged rows that nothing speaks against yet. Those that could not be staged are among the rejected as well.
std::uint64_t candidates(const StagedTable& table) {
  const std::uint64_t never_staged = table.counts.rows - table.staged_rows - table.unstaged_rows - table.delete_records;
  return table.staged_rows - (table.rejected_rows - table.rejected_deletes - never_staged);
}

// What failed_leaf_check of a row says: a name that no column has.
constexpr const char* kFailed = "\"db-transfer failed\"";

// "(at) = (2030-01-01)", of those of its columns that the file brings.
std::string partition_key_text(const StagedTable& table) {
  std::vector<std::string> columns;
  for (const std::string& column : table.details.partitions.columns)
    if (table.has_columns({column})) columns.push_back(column);
  return columns.empty() ? "''" : table.columns_text(columns, "s");
}

bool refers_to_itself(const StagedTable& table) {
  return std::ranges::any_of(table.details.table.foreign_keys,
                             [&](const auto& key) { return key.parent == table.details.table.name; });
}

}  // namespace

Classifier::Classifier(Connection& connection, std::vector<StagedTable>& tables,
                       const std::vector<std::vector<std::size_t>>& components, TemporaryTables& temporary)
    : connection_(connection),
      tables_(tables),
      components_(components),
      temporary_(temporary),
      orphans_(connection, tables),
      undo_(connection, tables, components),
      base_merge_(connection, tables) {}

void Classifier::prepare(const SessionSettings& session) {
  session_ = session;
  for (std::size_t i = 0; i < tables_.size(); ++i) {
    KeyClassifier(connection_, tables_[i], i).prepare();
    Evaluation(connection_, tables_[i], i, session_).prepare();
  }
  KeyOrder::prepare(connection_, tables_);
  orphans_.prepare(components_);
  undo_.prepare();
  Matcher(connection_, tables_).demand_independent_keys(components_);
}

void Classifier::classify(base::Progress& progress) {
  temporary_.analyze_shared_stages();
  if (undo_.is_undo()) undo_.take_deletes();
  base_merge_.take_bases(notices_);
  find_large_values(connection_, tables_);
  Matcher matcher(connection_, tables_);
  for (const auto& component : components_) {
    matcher.match(component);
    for (const std::size_t number : component) {
      StagedTable& table = tables_[number];
      if (!table.has_rows()) continue;
      progress.table(table.details.table.name.name, number + 1);
      undo_.take_missing(table);
      judge(number,
            component.size() > 1 || refers_to_itself(table) ? Parking::Inserts::kInside : Parking::Inserts::kBefore);
    }
    reject_dependants(component);
  }
  while (reject_beyond_sequences(connection_, tables_) > 0) {
    for (const auto& component : components_) reject_dependants(component);
  }
  judge_cascades();
  judge_deletes();
  for (const std::string& notice : undo_.notices()) notices_.push_back(notice);
}

// A row that stays after all holds its keys, and what wants those stays out with it.
void Classifier::judge_deletes() {
  while (undo_.reject_referred() > 0) {
    for (std::size_t i = 0; i < tables_.size(); ++i) {
      if (tables_[i].may_be_written > 0) KeyClassifier(connection_, tables_[i], i).reject_kept();
    }
    for (const auto& component : components_) reject_dependants(component);
  }
}

void Classifier::judge_cascades() {
  Cascades cascades(connection_, tables_);
  cascades_.clear();
  if (!cascades.any()) return;
  while (cascades.reject_harmful() > 0) {
    for (const auto& component : components_) reject_dependants(component);
  }
  cascades.mark_reached();
  cascades.count();
  cascades_ = cascades.effects();
}

void Classifier::judge(std::size_t number, Parking::Inserts inserts) {
  StagedTable& table = tables_[number];
  if (table.staged_rows == 0 && table.unstaged_rows > 0) {
    table.counts.unchanged = table.unstaged_rows;
    return;
  }
  if (table.plan.identity.empty()) {
    compare_multisets(table);
  } else {
    reject_repeated_identities(table);
    compare_with_target(table);
    base_merge_.merge(table);
    undo_.judge_written(table);
  }
  if (table.may_be_written == 0) return;
  skip_rows(table);
  if (table.verdict_part.number.empty()) {
    connection_.execute("ANALYZE " + table.verdict_part.heap);
  } else {
    temporary_.count_shared_verdicts(table.may_be_written);
  }
  reject_failing_defaults(connection_, table);
  Evaluation evaluation(connection_, table, number, session_);
  evaluation.reject_failing();
  reject_homeless(table);
  reject_unpublishable(connection_, table, notices_);
  reject_large_entries(connection_, table);
  reject_large_rows(connection_, table);
  KeyClassifier(connection_, table, number).classify(inserts);
  for (const CheckConstraint& check : table.details.checks) {
    const bool judged = (check.of_made && table.has_columns(check.columns)) ||
                        Evaluation::judges(table, Evaluated::Meaning::kCheck, check.name);
    if (!judged && !check.looks_elsewhere && foretells(table, check.columns)) reject_failed_check(table, check);
  }
  if (!Evaluation::judges(table, Evaluated::Meaning::kLeafChecks, {})) reject_failed_leaf_check(table);
  evaluation.reject_violating();
}

// Rows that a partitioned table has no partition for.
void Classifier::reject_homeless(StagedTable& table) {
  if (!foretells(table, {kLeaf})) return;
  const std::string reason = "no partition of " + table.details.table.name.name + " found for row: ";
  reject_if_judged(
      connection_, table,
      reject_sql(table,
                 {.verdict = Verdict::kInvalid, .reason = quote_literal(reason) + " || " + partition_key_text(table)},
                 accepted_rows(table, {kLeaf}) + " AND s." + kLeaf + " IS NULL"));
}

void Classifier::reject_failed_leaf_check(StagedTable& table) {
  const LeafChecks& checks = table.details.leaf_checks;
  if (checks.failed.empty() || !foretells(table, checks.columns)) return;
  const std::string rows = fmt::format("(SELECT s.*, {failed} AS {name} FROM {rows}) s WHERE s.{name} IS NOT NULL",
                                       fmt::arg("failed", checks.failed), fmt::arg("name", kFailed),
                                       fmt::arg("rows", accepted_rows(table, checks.columns)));
  reject_if_judged(connection_, table,
                   reject_sql(table, {.verdict = Verdict::kInvalid, .reason = "s." + std::string(kFailed)}, rows));
}

std::uint64_t Classifier::reject_dependants(const std::vector<std::size_t>& component) {
  std::uint64_t all = 0;
  std::uint64_t found = 0;
  do {
    found = orphans_.reject(component);
    for (const std::size_t number : component) {
      if (tables_[number].may_be_written == 0) continue;
      found += KeyClassifier(connection_, tables_[number], number).reject_unfreed();
      found += reject_needed(connection_, tables_[number]);
    }
    all += found;
  } while (found > 0);
  return all;
}

void Classifier::reject_repeated_identities(StagedTable& table) {
  if (table.keys_differ) return;
  reject_repeated(connection_, table, table.plan.identity, quote_literal(reasons::kIdentityRepeated));
}

void Classifier::compare_with_target(StagedTable& table) {
  const std::string left = table.rejected_rows > 0 ? "\n  AND " + not_rejected(table, "s") : std::string();
  const bool digests = !table.plan.row_key.empty();  // while the row of the target is at hand
  table.may_be_written = connection_.execute(table_sql(
      table, R"sql(
{into}
SELECT {plan}s.{record}, CASE WHEN t.tableoid IS NULL THEN 'i' ELSE 'u' END{digest}
FROM {staged} s
LEFT JOIN {target} t ON {same}
WHERE (t.tableoid IS NULL OR {differs}){left})sql",
      fmt::arg("into", table.verdict_part.into(digests ? kVerdictColumns : kVerdictAlone)),
      fmt::arg("digest", digests ? ",\n  CASE WHEN t.tableoid IS NOT NULL THEN " + row_digest(table) + " END" : ""),
      fmt::arg("left", left)));
  table.counts.unchanged = table.gone + table.unstaged_rows + candidates(table) - table.may_be_written;
}

void Classifier::compare_multisets(StagedTable& table) {
  if (table.has_marks()) {
    undo_.compare_multiset(table);
  } else {
    table.may_be_written =
        connection_.execute(table_sql(table, "{into_verdicts}\nSELECT {plan}l.record, 'i'\nFROM ({lacking}) l",
                                      fmt::arg("lacking", lacking_rows(table))));
    base_merge_.note_gone_of_multiset(table);
  }
  table.counts.unchanged = table.gone + table.unstaged_rows + candidates(table) - table.may_be_written;
}

// Rows that the user wants left as they are.
void Classifier::skip_rows(StagedTable& table) {
  const std::string written = table_sql(table, "{staged} s\nJOIN {verdicts} v ON v.record = s.{record}");
  if (table.plan.mode == engine::Mode::kInsert) {
    reject(connection_, table,
           reject_sql(table, {.verdict = Verdict::kSkipped, .reason = quote_literal(reasons::kRowIsThere)},
                      written + "\nWHERE v.verdict = 'u'"));
  }
  if (table.plan.mode == engine::Mode::kUpdate) {
    reject(connection_, table,
           reject_sql(table, {.verdict = Verdict::kSkipped, .reason = quote_literal(reasons::kRowIsNotThere)},
                      written + "\nWHERE v.verdict = 'i'"));
  }
  if (table.plan.newer_rows == engine::NewerRows::kKeep && !table.plan.identity.empty()) {
    reject(connection_, table,
           reject_sql(table,
                      {.verdict = Verdict::kSkipped,
                       .reason = reasons::target_is_newer(quote_literal, table.plan.changed_at,
                                                          table.column_text(table.plan.changed_at, "t"),
                                                          table.column_text(table.plan.changed_at, "s")),
                       .holder = table.key_text("t")},
                      written + table_sql(table, "\nJOIN {target} t ON {same}\nWHERE v.verdict = 'u' AND {newer}",
                                          fmt::arg("newer", table.target_is_newer()))));
  }
}

void Classifier::reject_failed_check(StagedTable& table, const CheckConstraint& check) {
  reject_if_judged(connection_, table,
                   reject_sql(table,
                              {.verdict = Verdict::kInvalid,
                               .reason = reasons::check_violated(quote_literal, check.name),
                               .constraint = check.name},
                              accepted_rows(table, check.columns) + "\n  AND (" + check.expression + ") IS FALSE"));
}

}  // namespace postgres
