#include "sqlite/import/evaluation.h"

#include <optional>

#include "base/terminal.h"
#include "sqlite/import/rejects.h"
#include "sqlite/session/sql_text.h"

namespace sqlite {

// A default that nothing reads is left to the insert, unless it fails.
void Evaluation::forget_unread() {
  std::vector<std::string> values;
  for (const MadeColumn& column : table_.made) {
    if (!column.read && !column.computed.empty()) values.push_back(column.quoted + " = " + column.computed);
  }
  if (values.empty()) return;
  const bool fits =
      is_executed(connection_, "UPDATE " + table_.stage + " SET " + join(values, ", ") + " WHERE " + table_.record +
                                   " = (SELECT min(record) FROM " + table_.verdicts + " WHERE verdict = 'i')");
  if (fits)
    std::erase_if(table_.made, [](const MadeColumn& column) { return !column.read && !column.computed.empty(); });
}

void Evaluation::fill() {
  forget_unread();
  std::vector<std::string> computed;
  std::vector<std::string> kept;
  for (const MadeColumn& column : table_.made) {
    if (column.generated) continue;
    if (!column.computed.empty()) computed.push_back(column.quoted + " = " + column.computed);
    kept.push_back(column.quoted + " = t." + column.quoted);
  }
  const std::string update = "UPDATE " + table_.stage + " AS s SET ";
  bool is_filled = computed.empty() || fill(update + join(computed, ", ") + " WHERE ", 'i');
  if (!kept.empty() && !table_.plan.identity.empty())
    is_filled = fill(update + join(kept, ", ") + " FROM " + table_.target + " t WHERE " +
                         table_.same_identity("s", "t") + " AND ",
                     'u') &&
                is_filled;
  if (!is_filled) table_.made.clear();  // nothing is judged by what may not be true
}

// By one statement, which is one moment, without the rows for which it fails.
bool Evaluation::fill(const std::string& update, char verdict) {
  const std::string of_verdict =
      "s." + table_.record + " IN (SELECT record FROM " + table_.verdicts + " WHERE verdict = '" + verdict + "')";
  if (is_executed(connection_, update + of_verdict)) return true;
  return reject_one_by_one(update + "s." + table_.record + " = ? AND +" + of_verdict) &&
         is_executed(connection_, update + of_verdict);
}

// The rows to be written, as rows of a table of the target's name: the only relation that an expression sees.
std::string Evaluation::rows() const {
  return table_.stage + " AS " + quote_name(table_.details.table.name.name) + " WHERE " +
         quote_name(table_.details.table.name.name) + "." + table_.record;
}

void Evaluation::reject_failing() {
  std::vector<std::string> expressions;
  std::vector<std::string> counts;
  for (const IndexExpression& index : table_.details.index_expressions) {
    if (!table_.foretells(index.columns)) continue;
    expressions.push_back(index.expression);
    counts.push_back("count(" + index.expression + ")");
  }
  if (expressions.empty()) return;
  const std::string by_set = "INSERT INTO " + table_.claims + " SELECT NULL, NULL, NULL FROM (SELECT " +
                             join(counts, " + ") + " AS all_values FROM " + rows() + " IN (SELECT record FROM " +
                             table_.verdicts + ")) WHERE all_values < 0";
  if (!is_executed(connection_, by_set)) reject_failing(expressions, "an expression of its indexes");
}

void Evaluation::reject_failing_checks() {
  std::vector<std::string> expressions;
  for (const CheckConstraint& check : table_.details.checks) {
    if (table_.foretells(check.columns)) expressions.push_back("(" + check.expression + "\n)");
  }
  reject_failing(expressions, "one of its checks");
}

void Evaluation::reject_failing(const std::vector<std::string>& expressions, const std::string& what) {
  if (!reject_one_by_one("SELECT " + join(expressions, ", ") + " FROM " + rows() + " = ?"))
    table_.unjudged.push_back(what);
}

// `statement` is about the row of one record. False: it cannot be run at all.
bool Evaluation::reject_one_by_one(const std::string& statement) {
  std::optional<Statement> one;
  try {
    one.emplace(connection_.prepare(statement));
  } catch (const SqliteError& error) {
    if (error.kind() != base::ErrorKind::kSchema) throw;
    return false;
  }
  Statement records = connection_.prepare("SELECT record FROM " + table_.verdicts + " ORDER BY record");
  std::uint64_t found = 0;
  while (records.next()) {
    const std::int64_t record = records.integer(0);
    try {
      one->bind_integer(1, record);
      one->next();
      one->reset();
    } catch (const SqliteError& error) {
      if (!error.blames_a_row()) throw;
      one->reset();
      found += connection_.execute(reject_sql(
          table_, "s." + table_.record, {'x', quote_literal(base::printable(words_of(table_, error))), {}, {}, {}},
          table_.stage + " s WHERE s." + table_.record + " = " + std::to_string(record)));
    }
  }
  if (found == 0) return true;
  table_.rejected_rows += found;
  connection_.execute("DELETE FROM " + table_.verdicts + " WHERE record IN (SELECT record FROM " + table_.rejects +
                      ")");
  return true;
}

}  // namespace sqlite
