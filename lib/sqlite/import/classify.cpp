#include "sqlite/import/classify.h"

#include <algorithm>
#include <set>

#include "engine/reasons.h"
#include "sqlite/import/classify_keys.h"
#include "sqlite/import/evaluation.h"
#include "sqlite/import/multiset.h"
#include "sqlite/import/reference.h"
#include "sqlite/import/rejects.h"
#include "sqlite/import/remap.h"
#include "sqlite/import/table_sql.h"
#include "sqlite/import/trigger_effects.h"
#include "sqlite/session/sql_text.h"

namespace sqlite {

namespace {

namespace reasons = engine::reasons;

// FROM: the staged rows s whose identity another staged row has, too.
constexpr const char* kRepeatedIdentities = R"sql((
  SELECT {identity}
  FROM {stage} k
  GROUP BY {collated}
  HAVING count(*) > 1) d
CROSS JOIN {stage} s ON {repeated})sql";

// {there}: a column of the key of the target's row, which the join compares by =, so it is never NULL in a row that is
// found.
constexpr const char* kCompare = R"sql(
INSERT INTO {verdicts}
SELECT s.{record}, CASE WHEN {there} IS NULL THEN 'i' ELSE 'u' END, {there} IS NOT NULL AND {newer}
FROM {stage} s
LEFT JOIN {target} t ON {same}
WHERE ({there} IS NULL OR {differs}){others})sql";

// FROM: the rows to be written that refer to nobody. {filled}: their key holds no NULL; {parents}: a SELECT of the rows
// that have it.
constexpr const char* kOrphans = R"sql({accepted}
WHERE {filled}
  AND NOT EXISTS ({parents}))sql";

// The parents in the file, where those of the target do not count.
constexpr const char* kParentsOfFile = R"sql(
    SELECT 1
    FROM {stage} p
    WHERE {refers} AND +p.{record} NOT IN (SELECT record FROM {rejects}))sql";

constexpr const char* kParentsOfTarget = R"sql(
    SELECT 1
    FROM {parent} p
    WHERE {refers}{stays})sql";

// An update of the file may take the key away from the target's row p.
constexpr const char* kStays = R"sql( AND NOT EXISTS (
      SELECT 1
      FROM {stage} k
      CROSS JOIN {verdicts} w ON w.record = k.{record}
      WHERE {same_row} AND w.verdict = 'u' AND ({moves})))sql";

// The + keeps the search on the index of the keys: the verdicts are asked about one row only.
constexpr const char* kNotWritten = R"sql(
  AND NOT EXISTS (
    SELECT 1
    FROM {stage} p
    WHERE {refers} AND +p.{record} IN (SELECT record FROM {verdicts})))sql";

// The condition names columns unqualified, or as those of its table: the only relation that it sees.
constexpr const char* kFailedCheck = R"sql({stage} s
WHERE s.{record} IN (
  SELECT {table}.{record}
  FROM {stage} AS {table}
  WHERE {table}.{record} IN (SELECT record FROM {verdicts}) AND NOT ({check}
)))sql";

}  // namespace

void Classifier::index_stages() {
  for (StagedTable& table : tables_) index_stage(table);
  base_merge_.take_bases(notices_);
}

void Classifier::classify(base::Progress& progress) {
  if (undo_.is_undo()) undo_.take_deletes();
  for (StagedTable& table : tables_) reject_impossible_row_numbers(table);
  for (const auto& component : components_) {
    for (const std::size_t number : component) {
      StagedTable& table = tables_[number];
      if (!table.plan.match.empty() && !table.plan.identity.empty())
        table.rejected_rows += remap(connection_, tables_, table);
    }
  }
  undo_.take_missing(foreign_keys_);
  for (const auto& component : components_) {
    for (const std::size_t number : component) {
      StagedTable& table = tables_[number];
      progress.table(table.details.table.name.name, number + 1);
      if (table.plan.identity.empty()) {
        compare_multisets(table, Rows::kAll);
      } else {
        reject_repeated_identities(table);
        compare_with_target(table);
        base_merge_.merge(table);
        undo_.judge_written(table);
        if (table.identity_may_be_null()) compare_multisets(table, Rows::kWithoutIdentity);
      }
      skip(table);
      Evaluation(connection_, table).fill();
      reject_nulls(table);
      Evaluation(connection_, table).reject_failing();
      KeyClassifier(connection_, table, details_).classify();
      reject_failed_checks(table);
      reject_needed_keys(connection_, table, details_, foreign_keys_);
      reject_growth(table);
    }
    reject_orphans(component);
  }
  std::uint64_t followed = 0;
  for (StagedTable& table : tables_) followed += reject_followed_keys(connection_, tables_, table, details_);
  for (const auto& component : components_) {
    if (followed > 0) reject_orphans(component);
  }
  judge_deletes();
}

// A row that stays after all holds its keys, and what wants those stays out with it.
void Classifier::judge_deletes() {
  while (undo_.reject_referred() > 0) {
    for (StagedTable& table : tables_) KeyClassifier(connection_, table, details_).reject_kept();
    for (const auto& component : components_) reject_orphans(component);
  }
}

// Rows that change on their way in are none of the file's, so every import of it would bring them again.
void Classifier::reject_growth(StagedTable& table) {
  const bool has_no_key = table.plan.identity.empty() || table.identity_may_be_null();
  if (!has_no_key || table.plan.growth == engine::Growth::kAllow || !writes_itself(table.details, details_)) return;
  const std::string reason = fmt::format(
      "a trigger writes {} again when a row without a key is inserted, so that each import might add it once more; "
      "--allow-growth takes it",
      table.details.table.name.name);
  const std::string rows = table_sql(table, "{accepted}\nWHERE {lacks}", fmt::arg("lacks", table.lacks_identity("s")));
  reject(connection_, table,
         reject_sql(table, "v.record", {.verdict = Verdict::kInvalid, .reason = quote_literal(reason)},
                    table.plan.identity.empty() ? table.accepted_rows() : rows));
}

// Indexes the stage by identity, for the rows of the file that claim one, and by every key that children look for.
void Classifier::index_stage(StagedTable& table) {
  std::set<std::string> keys;
  if (!table.plan.identity.empty()) keys.insert(join(table.collated_identity(""), ", "));
  for (const StagedTable& child : tables_) {
    for (const catalog::ForeignKey& key : child.details.table.foreign_keys) {
      if (key.parent != table.details.table.name || key.parent_columns == table.plan.identity) continue;
      if (!table.foretells(key.parent_columns)) continue;
      std::vector<std::string> columns;
      for (const std::string& column : key.parent_columns) columns.push_back(quote_name(column));
      keys.insert(join(columns, ", "));
    }
  }
  std::size_t number = 0;
  for (const std::string& key : keys)
    connection_.execute(fmt::format("CREATE INDEX temp.{name}_key_{number} ON {name} ({key})",
                                    fmt::arg("name", unqualified(table.stage)), fmt::arg("number", number++),
                                    fmt::arg("key", key)));
}

// INTEGER PRIMARY KEY is the only column that takes nothing but integers; NULL would become any number.
void Classifier::reject_impossible_row_numbers(StagedTable& table) {
  const std::string& column = table.details.rowid_column;
  if (column.empty() || !table.has_columns({column})) return;
  const std::string type = fmt::format("typeof(s.{})", quote_name(column));
  const std::string reason = fmt::format(
      "{} || {}", quote_literal("column " + column + ": the number of a row must be an integer, not "), type);
  reject(connection_, table,
         reject_sql(table, "s." + table.record, {.verdict = Verdict::kInvalid, .reason = reason},
                    table_sql(table, "{stage} s\nWHERE {type} <> 'integer'", fmt::arg("type", type))));
}

void Classifier::reject_repeated_identities(StagedTable& table) {
  std::vector<std::string> names;
  for (const std::string& column : table.plan.identity) names.push_back("k." + quote_name(column));
  reject(connection_, table,
         reject_sql(table, "s." + table.record,
                    {.verdict = Verdict::kConflict, .reason = quote_literal(reasons::kIdentityRepeated)},
                    table_sql(table, kRepeatedIdentities, fmt::arg("identity", join(names, ", ")),
                              fmt::arg("collated", join(table.collated_identity("k"), ", ")),
                              fmt::arg("repeated", table.same_identity("d", "s")))));
}

void Classifier::compare_with_target(StagedTable& table) {
  std::string others;
  if (table.identity_may_be_null()) others += " AND NOT " + table.lacks_identity("s");
  if (table.rejected_rows > 0) others += table_sql(table, " AND s.{record} NOT IN (SELECT record FROM {rejects})");
  const std::uint64_t written =
      connection_.execute(table_sql(table, kCompare, fmt::arg("there", "t." + quote_name(table.plan.identity.front())),
                                    fmt::arg("newer", table.target_is_newer()), fmt::arg("others", others)));
  // Refused before they were staged.
  const std::uint64_t rejected_here = table.counts.rows - table.staged_rows - table.delete_records;
  const std::uint64_t rejected_since = table.rejected_rows - table.rejected_deletes - rejected_here;
  table.counts.unchanged = table.gone + table.staged_rows - rejected_since - written;
}

// Without an identity the n-th equal row of the file is taken for the n-th equal row of the target.
void Classifier::compare_multisets(StagedTable& table, Rows which) {
  const std::uint64_t inserts =
      table.has_marks()
          ? undo_.find_missing(table)
          : connection_.execute(table_sql(table, "INSERT INTO {verdicts}\nSELECT l.record, 'i', 0 FROM ({lacking}) l",
                                          fmt::arg("lacking", lacking_rows(table))));
  // Those without an identity were counted as unchanged so far.
  const std::uint64_t all =
      table.gone + table.staged_rows - (table.rejected_marks - std::min(table.rejected_marks, table.rejected_deletes));
  // Those that are gone are told one by one.
  const std::uint64_t others = inserts + base_merge_.note_gone_of_multiset(table);
  table.counts.unchanged = which == Rows::kAll ? all - others : table.counts.unchanged - others;
}

void Classifier::skip(StagedTable& table) {
  const auto skip_where = [&](const std::string& reason, const char* rows) {
    reject(connection_, table,
           reject_sql(table, "v.record", {.verdict = Verdict::kSkipped, .reason = reason, .newer = "v.newer"},
                      table_sql(table, rows)));
  };
  if (table.plan.mode == engine::Mode::kInsert)
    skip_where(quote_literal(reasons::kRowIsThere), "{accepted}\nWHERE v.verdict = 'u'");
  if (table.plan.mode == engine::Mode::kUpdate)
    skip_where(quote_literal(reasons::kRowIsNotThere), "{accepted}\nWHERE v.verdict = 'i'");
  if (table.plan.newer_rows == engine::NewerRows::kKeep && !table.plan.identity.empty()) {
    const std::string& column = table.plan.changed_at;
    const auto shown = [&](const char* alias) {
      return table.readable(fmt::format("{}.{}", alias, quote_name(column)), {column});
    };
    skip_where(reasons::target_is_newer(quote_literal, column, shown("t"), shown("s")),
               "{accepted}\nCROSS JOIN {target} t ON {same}\nWHERE v.verdict = 'u' AND v.newer");
  }
}

void Classifier::reject_nulls(StagedTable& table) {
  const auto reject_null = [&](const std::string& name, const std::string& column) {
    reject(
        connection_, table,
        reject_sql(table, "v.record",
                   {.verdict = Verdict::kInvalid, .reason = quote_literal("column " + name + ": NULL is not allowed")},
                   table_sql(table, "{accepted}\nWHERE s.{column} IS NULL", fmt::arg("column", column))));
  };
  for (const StagedColumn& column : table.columns) {
    if (table.details.table.find_column(column.name)->not_null) reject_null(column.name, column.quoted);
  }
  for (const MadeColumn& column : table.made) {
    if (column.not_null) reject_null(column.name, column.quoted);
  }
}

void Classifier::reject_failed_checks(StagedTable& table) {
  const std::string name = quote_name(table.details.table.name.name);
  const auto is_judged = [&](const CheckConstraint& check) {
    return reject_if_judged(
        connection_, table,
        reject_sql(table, "s." + table.record,
                   {.verdict = Verdict::kInvalid,
                    .reason = reasons::check_violated(quote_literal, check.name),
                    .constraint = check.name},
                   table_sql(table, kFailedCheck, fmt::arg("table", name), fmt::arg("check", check.expression))));
  };
  bool evaluated = false;
  for (const CheckConstraint& check : table.details.checks) {
    if (!table.foretells(check.columns) || is_judged(check)) continue;
    if (!evaluated) Evaluation(connection_, table).reject_failing_checks();
    evaluated = true;
    if (!is_judged(check)) table.unjudged.push_back("the check " + check.name);
  }
}

std::uint64_t Classifier::reject_orphans(const std::vector<std::size_t>& component) {
  std::uint64_t all = 0;
  std::uint64_t found = 0;
  do {
    found = 0;
    bool inside = false;
    for (const std::size_t number : component) {
      StagedTable& table = tables_[number];
      if (table.claims_left) {
        found += KeyClassifier(connection_, table, details_).reject_unfreed();
        inside = true;
      }
      for (const catalog::ForeignKey& key : table.details.table.foreign_keys) {
        found += reject_orphans(table, key);
        const StagedTable* parent = find_staged(tables_, key.parent);
        inside = inside ||
                 std::any_of(component.begin(), component.end(), [&](std::size_t n) { return &tables_[n] == parent; });
      }
    }
    all += found;
    if (!inside) break;
  } while (found > 0);
  return all;
}

// FROM: the rows to be written whose parent is neither in the target nor in the file; empty: that cannot be known.
std::string Classifier::orphans(const StagedTable& table, const catalog::ForeignKey& key) {
  if (!table.foretells(key.columns)) return {};
  std::vector<std::string> filled;
  std::vector<std::string> moves;
  for (std::size_t i = 0; i < key.columns.size(); ++i) {
    filled.push_back(fmt::format("s.{} IS NOT NULL", quote_name(key.columns[i])));
    moves.push_back(fmt::format("k.{0} IS NOT p.{0}", quote_name(key.parent_columns[i])));
  }
  const std::string refers = finds_parent(key, "p", "s");
  const StagedTable* parent = find_staged(tables_, key.parent);
  const bool is_in_file = parent != nullptr && parent->foretells(key.parent_columns);
  const auto orphans_of = [&](const std::string& parents) {
    return table_sql(table, kOrphans, fmt::arg("filled", join(filled, " AND ")), fmt::arg("parents", parents));
  };
  // Where rows are found by a natural key, a key of the file means nothing in the target.
  if (is_in_file && !parent->plan.match.empty() && key.parent_columns == parent->plan.identity)
    return orphans_of(table_sql(*parent, kParentsOfFile, fmt::arg("refers", refers)));
  const bool may_go = is_in_file && !parent->plan.identity.empty() && key.parent_columns != parent->plan.identity;
  const std::string stays = may_go ? table_sql(*parent, kStays, fmt::arg("same_row", parent->same_identity("k", "p")),
                                               fmt::arg("moves", join(moves, " OR ")))
                                   : std::string{};
  const std::string rows =
      orphans_of(fmt::format(fmt::runtime(kParentsOfTarget), fmt::arg("parent", "main." + quote_name(key.parent.name)),
                             fmt::arg("refers", refers), fmt::arg("stays", stays)));
  return is_in_file ? rows + table_sql(*parent, kNotWritten, fmt::arg("refers", refers)) : rows;
}

// Condition on such rows: the source itself holds them without their parent, which is nowhere in the file, not even
// among what is left out. "0" unless the table of the parents is in the file and each of its records could be read.
std::string Classifier::orphans_of_source(const catalog::ForeignKey& key) {
  const StagedTable* parent = find_staged(tables_, key.parent);
  if (parent == nullptr || !parent->foretells(key.parent_columns) || parent->staged_rows != parent->counts.rows)
    return "0";
  return table_sql(*parent, "NOT EXISTS (SELECT 1 FROM {stage} p WHERE {refers})",
                   fmt::arg("refers", finds_parent(key, "p", "s")));
}

std::uint64_t Classifier::reject_orphans(StagedTable& table, const catalog::ForeignKey& key) {
  std::string rows = orphans(table, key);
  if (rows.empty()) return 0;
  if (table.plan.orphans == engine::Orphans::kKeep) rows += " AND NOT " + orphans_of_source(key);
  std::vector<std::string> shown;
  for (std::size_t i = 0; i < key.columns.size(); ++i)
    shown.push_back(fmt::format("{} || {}", quote_literal(key.parent_columns[i] + "="),
                                table.readable("s." + quote_name(key.columns[i]), {key.columns[i]})));
  const std::string reason = reasons::no_parent(quote_literal, key.name, key.parent.name, join(shown, " || ', ' || "));
  return reject(
      connection_, table,
      reject_sql(table, "v.record",
                 {.verdict = Verdict::kInvalid, .reason = reason, .constraint = key.name, .newer = kNewerOfUpdate},
                 rows));
}

std::vector<std::string> Classifier::count_kept_orphans() {
  std::vector<std::string> lines;
  for (StagedTable& table : tables_) {
    table.kept_orphans = 0;
    if (table.plan.orphans == engine::Orphans::kLeaveOut) continue;
    for (const catalog::ForeignKey& key : table.details.table.foreign_keys) {
      const std::string rows = orphans(table, key);
      const std::uint64_t kept = rows.empty() ? 0 : connection_.number("SELECT count(*) FROM " + rows);
      if (kept == 0) continue;
      table.kept_orphans += kept;
      lines.push_back(fmt::format("{}: {} row{} without the parent in {} ({}), as the source holds them: taken along",
                                  table.details.table.name.name, kept, kept == 1 ? "" : "s", key.parent.name,
                                  key.name));
    }
  }
  return lines;
}

}  // namespace sqlite
