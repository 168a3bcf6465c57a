#include "sqlite/import/evaluation.h"

#include <optional>

#include "base/terminal.h"
#include "sqlite/import/rejects.h"
#include "sqlite/import/table_sql.h"
#include "sqlite/session/sql_text.h"

namespace sqlite {
namespace {

// Tries the defaults on one of the rows that are to be inserted.
constexpr const char* kTryDefaults = R"sql(
UPDATE {stage} SET {values}
WHERE {record} = (SELECT min(record) FROM {verdicts} WHERE verdict = 'i'))sql";

constexpr const char* kFillComputed = R"sql(
UPDATE {stage} AS s SET {values}
WHERE {whose})sql";

constexpr const char* kFillKept = R"sql(
UPDATE {stage} AS s SET {values}
FROM {target} t
WHERE {same} AND {whose})sql";

// Evaluates the expressions for every row to be written, and inserts none. The relation has the target's name: it is
// the only one that an expression sees.
constexpr const char* kEvaluate = R"sql(
INSERT INTO {claims}
SELECT NULL, NULL, NULL
FROM (
  SELECT {counts} AS all_values
  FROM {stage} AS {table}
  WHERE {table}.{record} IN (SELECT record FROM {verdicts}))
WHERE all_values < 0)sql";

constexpr const char* kEvaluateOne = R"sql(
SELECT {expressions}
FROM {stage} AS {table}
WHERE {table}.{record} = ?)sql";

}  // namespace

// A default that nothing reads is left to the insert, unless it fails.
void Evaluation::forget_unread() {
  std::vector<std::string> values;
  for (const MadeColumn& column : table_.made) {
    if (!column.read && !column.computed.empty())
      values.push_back(fmt::format("{} = {}", column.quoted, column.computed));
  }
  if (values.empty()) return;
  const bool fits = is_executed(connection_, table_sql(table_, kTryDefaults, fmt::arg("values", join(values, ", "))));
  if (fits)
    std::erase_if(table_.made, [](const MadeColumn& column) { return !column.read && !column.computed.empty(); });
}

void Evaluation::fill() {
  forget_unread();
  std::vector<std::string> computed;
  std::vector<std::string> kept;
  for (const MadeColumn& column : table_.made) {
    if (column.generated) continue;
    if (!column.computed.empty()) computed.push_back(fmt::format("{} = {}", column.quoted, column.computed));
    kept.push_back(fmt::format("{0} = t.{0}", column.quoted));
  }
  bool is_filled = computed.empty() || fill(kFillComputed, join(computed, ", "), Verdict::kInsert);
  if (!kept.empty() && !table_.plan.identity.empty())
    is_filled = fill(kFillKept, join(kept, ", "), Verdict::kUpdate) && is_filled;
  if (!is_filled) table_.made.clear();  // nothing is judged by what may not be true
}

// In one statement, so that the defaults of all rows are of one moment. Leaves out the rows for which it fails.
bool Evaluation::fill(const char* update, const std::string& values, Verdict verdict) {
  const std::string of_verdict =
      table_sql(table_, "s.{record} IN (SELECT record FROM {verdicts} WHERE verdict = '{verdict}')",
                fmt::arg("verdict", verdict_letter(verdict)));
  const std::string one = table_sql(table_, "s.{record} = ? AND +{whose}", fmt::arg("whose", of_verdict));
  const auto sql = [&](const std::string& whose) {
    return table_sql(table_, update, fmt::arg("values", values), fmt::arg("whose", whose));
  };
  if (is_executed(connection_, sql(of_verdict))) return true;
  return reject_one_by_one(sql(one)) && is_executed(connection_, sql(of_verdict));
}

void Evaluation::reject_failing() {
  std::vector<std::string> expressions;
  std::vector<std::string> counts;
  for (const IndexExpression& index : table_.details.index_expressions) {
    if (!table_.foretells(index.columns)) continue;
    expressions.push_back(index.expression);
    counts.push_back(fmt::format("count({})", index.expression));
  }
  if (expressions.empty()) return;
  const std::string by_set = table_sql(table_, kEvaluate, fmt::arg("counts", join(counts, " + ")),
                                       fmt::arg("table", quote_name(table_.details.table.name.name)));
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
  if (!reject_one_by_one(table_sql(table_, kEvaluateOne, fmt::arg("expressions", join(expressions, ", ")),
                                   fmt::arg("table", quote_name(table_.details.table.name.name)))))
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
  Statement records = connection_.prepare(table_sql(table_, "SELECT record FROM {verdicts} ORDER BY record"));
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
      found += connection_.execute(
          reject_sql(table_, "s." + table_.record,
                     {.verdict = Verdict::kInvalid, .reason = quote_literal(base::printable(words_of(table_, error)))},
                     table_sql(table_, "{stage} s\nWHERE s.{record} = {this}", fmt::arg("this", record))));
    }
  }
  if (found == 0) return true;
  table_.rejected_rows += found;
  forget_rejected(connection_, table_);
  return true;
}

}  // namespace sqlite
