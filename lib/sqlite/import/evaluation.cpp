#include "sqlite/import/evaluation.h"

#include <optional>

#include "base/terminal.h"
#include "sqlite/import/rejects.h"
#include "sqlite/session/sql_text.h"

namespace sqlite {

// A statement at a time is one moment, as in the merge.
void Evaluation::fill() {
  std::vector<std::string> now;
  std::vector<std::string> kept;
  for (const MadeColumn& column : table_.made) {
    if (column.generated) continue;
    if (!column.of_now.empty()) now.push_back(column.quoted + " = " + column.of_now);
    kept.push_back(column.quoted + " = t." + column.quoted);
  }
  bool is_filled = true;
  if (!now.empty()) is_filled = is_executed(connection_, "UPDATE " + table_.stage + " SET " + join(now, ", "));
  if (!kept.empty() && !table_.plan.identity.empty())
    is_filled =
        is_executed(connection_, "UPDATE " + table_.stage + " AS s SET " + join(kept, ", ") + " FROM " + table_.target +
                                     " t WHERE s." + table_.record + " IN (SELECT record FROM " + table_.verdicts +
                                     " WHERE verdict = 'u') AND " + table_.same_identity("s", "t")) &&
        is_filled;
  if (!is_filled) table_.made.clear();  // nothing is judged by what may not be true
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
  if (!is_executed(connection_, by_set)) reject_one_by_one(expressions, "an expression of its indexes");
}

void Evaluation::reject_failing_checks() {
  std::vector<std::string> expressions;
  for (const CheckConstraint& check : table_.details.checks) {
    if (table_.foretells(check.columns)) expressions.push_back("(" + check.expression + "\n)");
  }
  reject_one_by_one(expressions, "one of its checks");
}

void Evaluation::reject_one_by_one(const std::vector<std::string>& expressions, const std::string& what) {
  std::optional<Statement> one;
  try {
    one.emplace(connection_.prepare("SELECT " + join(expressions, ", ") + " FROM " + rows() + " = ?"));
  } catch (const SqliteError& error) {
    if (error.kind() != base::ErrorKind::kSchema) throw;
    return table_.unjudged.push_back(what);
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
  if (found == 0) return;
  table_.rejected_rows += found;
  connection_.execute("DELETE FROM " + table_.verdicts + " WHERE record IN (SELECT record FROM " + table_.rejects +
                      ")");
}

}  // namespace sqlite
