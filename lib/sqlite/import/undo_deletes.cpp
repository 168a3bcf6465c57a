// UndoJudge in the merge: deletes the rows that are to go.
#include "base/terminal.h"
#include "sqlite/import/table_sql.h"
#include "sqlite/import/undo_judge.h"
#include "sqlite/session/savepoint.h"
#include "sqlite/session/sql_text.h"

namespace sqlite {
namespace {

// The rows of the target in this state; `condition`: " AND …", on them, called t.
std::string delete_sql(const StagedTable& table, char state, const std::string& condition = {}) {
  return table_sql(table, "DELETE FROM {target} AS t WHERE {among}{condition}",
                   fmt::arg("among", is_among_deletes(table, "t", state)), fmt::arg("condition", condition));
}

std::string set_state(const StagedTable& table, std::int64_t record, char state) {
  return table_sql(table, "UPDATE {deletes} SET state = '{state}' WHERE record = {which}", fmt::arg("state", state),
                   fmt::arg("which", record));
}

constexpr const char* kFirst = "SELECT min(record) FROM {deletes} WHERE state = 'd'";
constexpr const char* kNext = "SELECT coalesce(min(record), 0) FROM {deletes} WHERE state = 'd' AND record > {after}";

constexpr const char* kRefuse = R"sql(
INSERT OR IGNORE INTO {rejects}
SELECT record, 'x', key, {why}, NULL, NULL, NULL
FROM {deletes}
WHERE record = {which})sql";

}  // namespace

// Condition on the target's row t: nobody refers to it now.
std::string UndoJudge::unreferred(const StagedTable& table) const {
  std::string sql;
  for (const TableDetails& child : details_) {
    for (const catalog::ForeignKey& key : child.table.foreign_keys) {
      if (key.parent == table.details.table.name)
        sql += fmt::format(" AND NOT EXISTS (SELECT 1 FROM (SELECT 1) one JOIN {})",
                           referring_rows(table, child, key, Spared::kNone));
    }
  }
  return sql;
}

// Why it did not delete as many rows as there are to go; nothing: it did.
std::optional<std::string> UndoJudge::refusal_of(const std::string& sql, std::uint64_t rows) {
  const Attempt attempt = keep_if(connection_, "deletes", [&] { return connection_.execute(sql) == rows; });
  if (attempt.kept) return std::nullopt;
  if (!attempt.refusal) return "not deleted: a trigger of the target kept it";
  if (!connection_.in_transaction()) throw SqliteError(*attempt.refusal);
  return base::printable(attempt.refusal->what());
}

void UndoJudge::delete_all() {
  bool refused = false;
  for (std::size_t i = components_.size(); i-- > 0;) {
    for (const std::size_t number : components_[i]) {
      StagedTable& table = tables_[number];
      if (refused) reject_referred(Spared::kByVerdicts);
      const std::uint64_t rows = to_go(table);
      if (rows == 0) continue;
      if (!refusal_of(delete_sql(table, 'd'), rows)) {
        connection_.execute(table_sql(table, "UPDATE {deletes} SET state = 'g' WHERE state = 'd'"));
        continue;
      }
      refused = true;
      delete_one_by_one(table, "");
      for (std::uint64_t left = to_go(table); left > 0; --left) {
        const auto record = static_cast<std::int64_t>(connection_.number(table_sql(table, kFirst)));
        refuse(table, record, "not deleted: a trigger of the target refuses it");
      }
    }
  }
}

// False: nothing of it is kept, for the database refuses one of them, or a trigger kept one.
bool UndoJudge::delete_together() {
  const Attempt attempt = keep_if(connection_, "together", [&] {
    hold_referred();
    if (!delete_by_set()) return false;
    let_go();
    return true;
  });
  if (attempt.refusal && !connection_.in_transaction()) throw SqliteError(*attempt.refusal);
  return attempt.kept;
}

bool UndoJudge::delete_rest() {
  const Attempt attempt = keep_if(connection_, "rest", [&] { return delete_by_set(); });
  if (attempt.refusal && !connection_.in_transaction()) throw SqliteError(*attempt.refusal);
  return attempt.kept;
}

// All that are to go, children first.
bool UndoJudge::delete_by_set() {
  for (std::size_t i = components_.size(); i-- > 0;) {
    for (const std::size_t number : components_[i]) {
      const StagedTable& table = tables_[number];
      const std::uint64_t rows = to_go(table);
      if (rows == 0) continue;
      if (connection_.execute(delete_sql(table, 'd')) != rows) return false;
      connection_.execute(table_sql(table, "UPDATE {deletes} SET state = 'g' WHERE state = 'd'"));
    }
  }
  return true;
}

// Where not all that may go goes together: until a round deletes nothing, for a row that went may have been the last
// that referred to another.
void UndoJudge::delete_unreferred() {
  if (delete_together()) return;
  for (std::uint64_t gone = 1; gone > 0;) {
    gone = 0;
    for (std::size_t i = components_.size(); i-- > 0;) {
      for (const std::size_t number : components_[i]) {
        if (to_go(tables_[number]) > 0) gone += delete_one_by_one(tables_[number], unreferred(tables_[number]));
      }
    }
  }
}

// In the order of their records. `condition` is on the target's row t.
std::uint64_t UndoJudge::delete_one_by_one(StagedTable& table, const std::string& condition) {
  std::uint64_t gone = 0;
  std::int64_t record = 0;
  while (true) {
    record = static_cast<std::int64_t>(connection_.number(table_sql(table, kNext, fmt::arg("after", record))));
    if (record == 0) return gone;
    connection_.execute(set_state(table, record, 'n'));
    const bool is_gone = !refusal_of(delete_sql(table, 'n', condition), 1);
    connection_.execute(set_state(table, record, is_gone ? 'g' : 'd'));
    if (is_gone) ++gone;
  }
}

void UndoJudge::refuse(StagedTable& table, std::int64_t record, const std::string& why) {
  connection_.execute(table_sql(table, kRefuse, fmt::arg("why", quote_literal(why)), fmt::arg("which", record)));
  connection_.execute(set_state(table, record, 'k'));
  ++table.rejected_rows;
  ++table.rejected_deletes;
}

void UndoJudge::reject_rest() {
  reject_referred(Spared::kNone);
  for (StagedTable& table : tables_) {
    while (to_go(table) > 0) {
      const auto record = static_cast<std::int64_t>(connection_.number(table_sql(table, kFirst)));
      refuse(table, record, "not deleted: the target refuses it");
    }
  }
}

}  // namespace sqlite
