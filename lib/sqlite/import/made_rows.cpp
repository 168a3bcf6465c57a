#include "sqlite/import/made_rows.h"

#include <algorithm>

#include "sqlite/import/trigger_effects.h"
#include "sqlite/session/sql_text.h"

namespace sqlite {
namespace {

std::string number(std::uint64_t rows) { return std::to_string(rows) + (rows == 1 ? " row" : " rows"); }

}  // namespace

// By a trigger that writes it, or by a foreign key of its own that follows its parent.
bool MadeRows::can_be_reached(const StagedTable& table) const {
  const auto& actions = table.details.on_update;
  const bool follows = std::ranges::any_of(
      actions, [](const std::string& action) { return action != "NO ACTION" && action != "RESTRICT"; });
  return follows || !writers_of(table.details, details_).empty();
}

void MadeRows::compare_again(StagedTable& table, Rows rows) {
  if (table.plan.identity.empty() || (rows == Rows::kAccepted && !can_be_reached(table))) return;
  const std::string there =
      " FROM " + table.accepted_rows() + " CROSS JOIN " + table.target + " t ON " + table.same_identity("s", "t") +
      " WHERE v.verdict = 'i'" +
      (rows == Rows::kRetries ? " AND v.record IN (SELECT record FROM " + table.retries + ")" : "");
  const std::uint64_t equal =
      connection_.execute("DELETE FROM " + table.verdicts + " WHERE record IN (SELECT v.record" + there + " AND NOT " +
                          table.differs("s", "t") + ")");
  table.counts.unchanged += equal;
  const std::uint64_t made = connection_.execute("UPDATE " + table.verdicts +
                                                 " SET verdict = 'u' WHERE record IN (SELECT v.record" + there + ")");
  table.made_equal += equal;
  table.made_by_triggers += made;
}

// Of all rows that the file brings, the unchanged ones too.
std::uint64_t MadeRows::differing_rows(const StagedTable& table) {
  return connection_.number("SELECT count(*) FROM " + table.stage + " s LEFT JOIN " + table.target + " t ON " +
                            table.same_identity("s", "t") + " WHERE (t." + quote_name(table.plan.identity.front()) +
                            " IS NULL OR " + table.differs("s", "t") + ") AND s." + table.record +
                            " NOT IN (SELECT record FROM " + table.rejects + ")" +
                            (table.identity_may_be_null() ? " AND NOT " + table.lacks_identity("s") : std::string{}));
}

void MadeRows::bring_back(StagedTable& table) {
  std::vector<std::string> assignments;
  for (const StagedColumn& column : table.columns) {
    const std::string pair = "s." + column.quoted + ", t." + column.quoted;
    const bool differs =
        connection_.number("SELECT EXISTS (SELECT 1 FROM " + table.stage + " s CROSS JOIN " + table.target + " t ON " +
                           table.same_identity("s", "t") + " WHERE db_transfer_differs(" + pair + ") AND s." +
                           table.record + " NOT IN (SELECT record FROM " + table.rejects + "))") != 0;
    if (differs) assignments.push_back(column.quoted + " = s." + column.quoted);
  }
  if (assignments.empty()) return;
  connection_.execute("SAVEPOINT settle");
  try {
    connection_.execute("UPDATE" + table.or_abort + " " + table.target + " AS t SET " + join(assignments, ", ") +
                        " FROM " + table.stage + " s WHERE " + table.same_identity("s", "t") + " AND " +
                        table.differs("s", "t") + " AND s." + table.record + " NOT IN (SELECT record FROM " +
                        table.rejects + ")");
  } catch (const SqliteError& error) {
    if (!error.blames_a_row() || !connection_.in_transaction()) throw;
    connection_.execute("ROLLBACK TO settle");
  }
  connection_.execute("RELEASE settle");
}

void MadeRows::settle() {
  for (StagedTable& table : tables_) {
    const auto tell = [&](const std::string& what) { notices_.push_back(table.details.table.name.name + ": " + what); };
    if (table.made_by_triggers > 0)
      tell(number(table.made_by_triggers) +
           " to be inserted had been made by the target's triggers meanwhile and were brought to the file's values: "
           "counted as updates");
    if (table.made_equal > 0)
      tell(number(table.made_equal) +
           " to be inserted had been made by the target's triggers meanwhile as the file has them: counted as "
           "unchanged");
    if (can_be_reached(table) && !table.plan.identity.empty()) settle(table);
  }
}

void MadeRows::settle(StagedTable& table) {
  const std::uint64_t before = differing_rows(table);
  if (before == 0) return;
  bring_back(table);
  const std::uint64_t left = differing_rows(table);
  const std::string& name = table.details.table.name.name;
  if (left < before)
    notices_.push_back(name + ": " + number(before - left) +
                       " that the target's triggers or cascades had changed were brought back to the file's values");
  if (left == 0) return;
  rewritten_.push_back(static_cast<std::size_t>(&table - tables_.data()));
  const std::vector<std::string> writers = writers_of(table.details, details_);
  notices_.push_back(name + ": " + std::to_string(left) + " rows do not hold the file's values after the import; " +
                     (writers.empty() ? "a cascade" : "trigger " + join(writers, ", ")) +
                     " changed them. The next import of the file will write them again, unless \"ignore\" of the "
                     "transfer file names what the target sets itself");
}

}  // namespace sqlite
