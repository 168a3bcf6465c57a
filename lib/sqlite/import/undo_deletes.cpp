// UndoJudge's way through the rows that are to go, in the merge.
#include "base/terminal.h"
#include "sqlite/import/undo_judge.h"
#include "sqlite/session/sql_text.h"

namespace sqlite {
namespace {

std::string delete_sql(const StagedTable& table) {
  return "DELETE FROM " + table.target + " AS t WHERE " + is_among_deletes(table, "t", 'd');
}

}  // namespace

// Condition on the target's row t: nobody refers to it now.
std::string UndoJudge::unreferred(const StagedTable& table) const {
  std::string sql;
  for (const TableDetails& child : details_) {
    for (const catalog::ForeignKey& key : child.table.foreign_keys) {
      if (key.parent == table.details.table.name)
        sql += " AND NOT EXISTS (SELECT 1 FROM (SELECT 1) one JOIN " +
               referring_rows(table, child, key, Spared::kNone) + ")";
    }
  }
  return sql;
}

// Nothing: it deleted as many rows as there are to go.
std::optional<std::string> UndoJudge::refusal_of(const std::string& sql, std::uint64_t rows) {
  std::optional<std::string> why;
  connection_.execute("SAVEPOINT deletes");
  try {
    if (connection_.execute(sql) != rows) why = "not deleted: a trigger of the target kept it";
  } catch (const SqliteError& error) {
    if (!error.blames_a_row() || !connection_.in_transaction()) throw;
    why = base::printable(error.what());
  }
  if (why) connection_.execute("ROLLBACK TO deletes");
  connection_.execute("RELEASE deletes");
  return why;
}

void UndoJudge::delete_all() {
  bool refused = false;
  for (std::size_t i = components_.size(); i-- > 0;) {
    for (const std::size_t number : components_[i]) {
      StagedTable& table = tables_[number];
      if (refused) reject_referred(Spared::kByVerdicts);
      const std::uint64_t rows = to_go(table);
      if (rows == 0) continue;
      if (!refusal_of(delete_sql(table), rows)) {
        connection_.execute("UPDATE " + table.deletes + " SET state = 'g' WHERE state = 'd'");
        continue;
      }
      refused = true;
      delete_one_by_one(table, "");
      for (std::uint64_t left = to_go(table); left > 0; --left) {
        const auto record = static_cast<std::int64_t>(
            connection_.number("SELECT min(record) FROM " + table.deletes + " WHERE state = 'd'"));
        refuse(table, record, "not deleted: a trigger of the target refuses it");
      }
    }
  }
}

// Again and again: a row that has gone may have been the last that referred to another.
void UndoJudge::delete_unreferred() {
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
    record = static_cast<std::int64_t>(connection_.number("SELECT coalesce(min(record), 0) FROM " + table.deletes +
                                                          " WHERE state = 'd' AND record > " + std::to_string(record)));
    if (record == 0) return gone;
    const std::string here = "record = " + std::to_string(record);
    connection_.execute("UPDATE " + table.deletes + " SET state = 'n' WHERE " + here);
    const bool is_gone =
        !refusal_of("DELETE FROM " + table.target + " AS t WHERE " + is_among_deletes(table, "t", 'n') + condition, 1);
    connection_.execute("UPDATE " + table.deletes + " SET state = '" + (is_gone ? "g" : "d") + "' WHERE " + here);
    if (is_gone) ++gone;
  }
}

void UndoJudge::refuse(StagedTable& table, std::int64_t record, const std::string& why) {
  const std::string here = " WHERE record = " + std::to_string(record);
  connection_.execute("INSERT OR IGNORE INTO " + table.rejects + " SELECT record, 'x', key, " + quote_literal(why) +
                      ", NULL, NULL, NULL FROM " + table.deletes + here);
  connection_.execute("UPDATE " + table.deletes + " SET state = 'k'" + here);
  ++table.rejected_rows;
  ++table.rejected_deletes;
}

void UndoJudge::reject_rest() {
  reject_referred(Spared::kNone);
  for (StagedTable& table : tables_) {
    while (to_go(table) > 0) {
      const auto record = static_cast<std::int64_t>(
          connection_.number("SELECT min(record) FROM " + table.deletes + " WHERE state = 'd'"));
      refuse(table, record, "not deleted: the target refuses it");
    }
  }
}

}  // namespace sqlite
