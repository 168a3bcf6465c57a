#include "postgres/import/trigger_rows.h"

#include <algorithm>

#include "postgres/import/classify_keys.h"
#include "postgres/import/multiset.h"
#include "postgres/import/rejects.h"
#include "postgres/import/table_sql.h"
#include "postgres/session/savepoint.h"
#include "postgres/session/sql_text.h"

namespace postgres {
namespace {

constexpr const char* kUnsettled = "pg_temp.unsettled";

std::string number(std::uint64_t rows, const char* one, const char* many) {
  return std::to_string(rows) + " " + (rows == 1 ? one : many);
}

// A staged row, its verdict and the row of the target that it stands for.
template <typename... Arguments>
std::string sql(const StagedTable& table, const char* text, const Arguments&... more) {
  return table_sql(table, text, fmt::arg("heap", table.verdict_part.heap),
                   fmt::arg("only", table.verdict_part.only("v")), fmt::arg("unsettled", kUnsettled), more...);
}

}  // namespace

std::string trigger_names(const StagedTable& table) {
  return table.details.triggers.empty() ? "a trigger or rule" : "trigger " + join(table.details.triggers, ", ");
}

std::uint64_t TriggerRows::compare_again(std::size_t number, Parking::Inserts inserts) {
  StagedTable& table = tables_[number];
  if (!table.has_rows() || !watch_.touched(table)) return 0;
  const std::uint64_t rejected_before = table.rejected_rows;
  if (table.plan.identity.empty()) {
    compare_multiset(table);
  } else {
    compare_rows(table, "");
  }
  KeyClassifier(connection_, table, number).classify_again(inserts);
  watch_.settle(table);
  return table.rejected_rows - rejected_before;
}

void TriggerRows::compare_rows(StagedTable& table) {
  if (!table.has_rows() || table.plan.identity.empty() || !watch_.touched(table)) return;
  compare_rows(table, "");
  watch_.settle(table);
}

bool TriggerRows::compare_records(StagedTable& table, const std::string& records) {
  if (table.plan.identity.empty()) return false;
  return compare_rows(table, " AND v.record IN (" + records + ")") > 0;
}

// 'm' marks the rows that somebody made. Returns how many.
std::uint64_t TriggerRows::compare_rows(StagedTable& table, const std::string& filter) {
  const std::uint64_t made = connection_.execute(sql(table, R"sql(
UPDATE {heap} v SET verdict = 'm'
FROM {staged} s JOIN {target} t ON {same}
WHERE v.verdict = 'i' AND v.record = s.{record}{filter}{only})sql",
                                                     fmt::arg("filter", filter)));
  if (made == 0) return 0;
  if (table.plan.mode == engine::Mode::kInsert) {
    reject(connection_, table,
           reject_sql(
               table,
               {'s', "'only new rows are asked for, and a trigger of the target has made this one meanwhile'", {}, {}},
               sql(table, "{staged} s JOIN {verdicts} v ON v.record = s.{record} WHERE v.verdict = 'm'")));
    return made;
  }
  const std::uint64_t equal = connection_.execute(sql(table, R"sql(
DELETE FROM {heap} v
USING {staged} s JOIN {target} t ON {same}
WHERE v.verdict = 'm' AND v.record = s.{record} AND NOT {differs}{only})sql"));
  connection_.execute(sql(table, "UPDATE {heap} v SET verdict = 'u' WHERE v.verdict = 'm'{only}"));
  table.counts.unchanged += equal;
  table.made_equal += equal;
  table.made_by_triggers += made - equal;
  return made;
}

void TriggerRows::compare_multiset(StagedTable& table) {
  const std::uint64_t equal = connection_.execute(sql(table, R"sql(
DELETE FROM {heap} v
WHERE v.verdict = 'i' AND NOT EXISTS (SELECT FROM ({lacking}) l WHERE l.record = v.record){only})sql",
                                                      fmt::arg("lacking", lacking_rows(table))));
  table.counts.unchanged += equal;
  table.made_equal += equal;
}

void TriggerRows::settle() {
  for (StagedTable& table : tables_) {
    if (table.staged_rows == 0) continue;
    if (table.plan.identity.empty()) {
      demand_no_growth(table);
    } else {
      settle(table);
    }
  }
}

// Rows of a table without a key that somebody changed behind their insert: they cannot be told from others any more.
void TriggerRows::demand_no_growth(const StagedTable& table) {
  if (!watch_.touched(table)) return;
  const auto rows =
      connection_.query("SELECT pg_catalog.count(*) FROM (" + lacking_rows(table) + ") l")[0][0].as<std::uint64_t>();
  if (rows == 0) return;
  const std::string what = number(rows, "row", "rows") +
                           " of the file, which have no key, do not stand in the target behind the merge: a trigger of "
                           "the target changed them, and each import of the file would add them again";
  if (table.plan.growth == engine::Growth::kAllow) return tell(table, what);
  throw base::Error(base::ErrorKind::kSchema, table.details.table.name.name + ": " + what,
                    "nothing was written: leave the table out with -T, or say --allow-growth");
}

// Rows that were inserted or not written at all are tried again: what set them may be for new rows only, or another
// table's. An update that did not hold is only tried again where somebody else could have been at work.
void TriggerRows::settle(StagedTable& table) {
  const bool others_wrote = watch_.touched(table);
  if (table.made_by_triggers > 0) {
    tell(table,
         number(table.made_by_triggers, "row", "rows") +
             " to be inserted had been made by the target's triggers meanwhile: brought to the file's values and "
             "counted as updates");
  }
  if (table.made_equal > 0) {
    tell(table, number(table.made_equal, "row", "rows") +
                    " to be inserted had been made by the target's triggers meanwhile as the file has them: counted as "
                    "unchanged");
  }
  if (!others_wrote && table.details.triggers.empty()) return;
  if (gather(table, others_wrote) == 0) return;
  reject_gone(table);
  const std::uint64_t before = still_differing(table, "");
  if (before > 0) {
    bring_back(table, Group::kOthers);
    if (others_wrote) bring_back(table, Group::kWritten);
    count_changed(table);
  }
  const std::uint64_t left = still_differing(table, "");
  if (before > left) {
    tell(table, number(before - left, "row", "rows") +
                    " that the target's triggers or cascades had changed: brought back to the file's values");
  }
  if (left > 0) {
    rewritten_.push_back(static_cast<std::size_t>(&table - tables_.data()));
    std::vector<std::string> columns;
    for (const StagedColumn* column : differing(table, "")) columns.push_back(column->name);
    tell(table, number(left, "row does", "rows do") + " not hold the file's values after the import (" +
                    join(columns, ", ") + "); " +
                    (table.details.triggers.empty() ? "a trigger of another table" : trigger_names(table)) +
                    " changed them. The next import of the file will write them again, unless \"ignore\" of the "
                    "transfer file names what the target sets itself");
  }
}

// Lists the rows of the file that the target holds otherwise, or not at all. Where nobody else wrote, only rows that
// were written can be among them.
std::uint64_t TriggerRows::gather(const StagedTable& table, bool others_wrote) {
  if (!listed_) {
    connection_.execute(fmt::format(
        "CREATE TEMPORARY TABLE {} (record pg_catalog.int8, verdict pg_catalog.\"char\", there pg_catalog.bool) ON "
        "COMMIT DROP",
        kUnsettled));
    listed_ = true;
  }
  connection_.execute(std::string("DELETE FROM ") + kUnsettled);
  const std::string scope = others_wrote ? not_rejected(table, "s") : "v.record IS NOT NULL";
  const std::uint64_t found = connection_.execute(sql(table, R"sql(
INSERT INTO {unsettled}
SELECT s.{record}, v.verdict, t.tableoid IS NOT NULL
FROM {staged} s
LEFT JOIN {verdicts} v ON v.record = s.{record}
LEFT JOIN {target} t ON {same}
WHERE (t.tableoid IS NULL OR {differs}) AND {scope})sql",
                                                      fmt::arg("scope", scope)));
  if (found > 0) connection_.execute(std::string("ANALYZE ") + kUnsettled);
  return found;
}

// True when it helped. What is overwritten again at once is not written a second time.
bool TriggerRows::bring_back(StagedTable& table, Group group) {
  const std::string filter = group == Group::kWritten ? " AND x.verdict = 'u'" : " AND x.verdict IS DISTINCT FROM 'u'";
  const std::uint64_t before = still_differing(table, filter);
  if (before == 0) return false;
  std::vector<std::string> assignments;
  for (const StagedColumn* column : differing(table, filter)) {
    if (std::ranges::find(table.not_updatable, column->name) != table.not_updatable.end()) continue;
    assignments.push_back(column->quoted + " = s." + column->quoted);
  }
  if (assignments.empty()) return false;
  const auto settle = [&] {
    connection_.execute(sql(table, R"sql(
UPDATE {target} AS t SET {assignments}
FROM {staged} s JOIN {unsettled} x ON x.record = s.{record}
WHERE {same} AND {differs}{filter})sql",
                            fmt::arg("assignments", join(assignments, ", ")), fmt::arg("filter", filter)));
    return still_differing(table, filter) < before;
  };
  return keep_if(connection_, "settle", settle).kept;
}

void TriggerRows::reject_gone(StagedTable& table) {
  const std::uint64_t unwritten =
      connection_
          .query(sql(table,
                     "SELECT pg_catalog.count(*) FROM {unsettled} x WHERE NOT x.there AND x.verdict IS "
                     "NULL"))[0][0]
          .as<std::uint64_t>();
  const std::uint64_t gone =
      reject(connection_, table,
             reject_sql(table,
                        {'x',
                         quote_literal("is not in the target behind the merge: " + trigger_names(table) +
                                       ", or one of another table, took it away or gave it another key"),
                         {},
                         {}},
                        sql(table, "{staged} s JOIN {unsettled} x ON x.record = s.{record} WHERE NOT x.there")));
  if (gone > 0) connection_.execute(std::string("DELETE FROM ") + kUnsettled + " x WHERE NOT x.there");
  table.counts.unchanged -= unwritten;
}

// Rows that were to stay untouched and did not.
void TriggerRows::count_changed(StagedTable& table) {
  const std::uint64_t changed =
      connection_.execute(table.verdict_part.into(kVerdictAlone) +
                          sql(table, " SELECT {first}x.record, 'u' FROM {unsettled} x WHERE x.verdict IS NULL",
                              fmt::arg("first", table.verdict_part.first())));
  table.counts.unchanged -= changed;
  table.may_be_written += changed;
}

std::vector<const StagedColumn*> TriggerRows::differing(const StagedTable& table, const std::string& filter) {
  std::vector<const StagedColumn*> columns;
  std::vector<std::string> differ;
  for (const StagedColumn& column : table.columns) {
    if (table.is_kept(column) || table.is_ignored(column.name)) continue;
    columns.push_back(&column);
    differ.push_back("pg_catalog.bool_or(" + table.differs("s", "t", {column.name}) + ")");
  }
  const pqxx::result found = connection_.query(sql(table, R"sql(
SELECT {differ} FROM {unsettled} x JOIN {staged} s ON s.{record} = x.record JOIN {target} t ON {same}
WHERE x.there{filter})sql",
                                                   fmt::arg("differ", join(differ, ", ")), fmt::arg("filter", filter)));
  std::vector<const StagedColumn*> those;
  for (std::size_t i = 0; i < columns.size(); ++i) {
    const auto field = found[0][static_cast<pqxx::row::size_type>(i)];
    if (!field.is_null() && field.as<bool>()) those.push_back(columns[i]);
  }
  return those;
}

std::uint64_t TriggerRows::still_differing(const StagedTable& table, const std::string& filter) {
  return connection_
      .query(sql(table, R"sql(
SELECT pg_catalog.count(*) FROM {unsettled} x JOIN {staged} s ON s.{record} = x.record JOIN {target} t ON {same}
WHERE {differs}{filter})sql",
                 fmt::arg("filter", filter)))[0][0]
      .as<std::uint64_t>();
}

void TriggerRows::tell(const StagedTable& table, const std::string& what) {
  notices_.push_back(table.details.table.name.name + ": " + what);
}

}  // namespace postgres
