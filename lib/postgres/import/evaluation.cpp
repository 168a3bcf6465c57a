#include "postgres/import/evaluation.h"

#include <fmt/format.h>

#include <algorithm>
#include <regex>

#include "engine/reasons.h"
#include "postgres/import/judged_rows.h"
#include "postgres/import/rejects.h"
#include "postgres/session/blame.h"
#include "postgres/session/savepoint.h"
#include "postgres/session/server_words.h"
#include "postgres/session/settings.h"
#include "postgres/session/sql_text.h"

namespace postgres {
namespace {

// Expressions one after another, as arguments of a function that evaluates them all; it takes no more than 100.
constexpr std::size_t kMostArguments = 90;

// Both sides of the join are asked, so that nothing is computed of rows that are not to be written.
constexpr const char* kBySet = R"sql(
SELECT pg_catalog.count(*)
FROM {view} e
JOIN {verdicts} v ON v.record OPERATOR(pg_catalog.=) e."db-transfer record"
WHERE {values} OPERATOR(pg_catalog.<) 0)sql";

// The expressions are sound, for the view has them: it is a value that names a thing which the target lacks (a table,
// a type). But for a right that is missing.
constexpr const char* kOfAValue = "^(42(?!501)|3F|3D)";

// A subtransaction that writes nothing costs the server next to nothing. What is not the row's own fault ends it all.
constexpr const char* kOneByOne = R"sql(
DECLARE
  its_place pg_catalog.tid;
  its_record pg_catalog.int8;
  words pg_catalog.text;
  further pg_catalog.text;
  state pg_catalog.text;
  named pg_catalog.text;
  context pg_catalog.text;
BEGIN
  FOR its_place, its_record IN
    SELECT s.{place}, s.{record} FROM {rows} s WHERE s.{record} IN (SELECT v.record FROM {verdicts} v)
  LOOP
    BEGIN
      PERFORM {values} FROM {view} e WHERE e.{place} OPERATOR(pg_catalog.=) its_place;
    EXCEPTION WHEN OTHERS OR ASSERT_FAILURE OR QUERY_CANCELED THEN
      GET STACKED DIAGNOSTICS state = RETURNED_SQLSTATE, words = MESSAGE_TEXT, further = PG_EXCEPTION_DETAIL,
        named = CONSTRAINT_NAME, context = PG_EXCEPTION_CONTEXT;
      IF NOT ({blames_a_row} OR state OPERATOR(pg_catalog.~) {of_a_value}) THEN
        RAISE;
      END IF;
      {into} VALUES ({first}its_record, 'x', NULL, pg_catalog.convert_to({reason}, 'UTF8'),
        pg_catalog.convert_to(NULLIF(named, ''), 'UTF8'), NULL, NULL, NULL);
    END;
  END LOOP;
END)sql";

// Of rows that are to be written alone: the CASE asks both sides of the join.
constexpr const char* kViolating = R"sql(
{rows} s
JOIN (
  SELECT v.record, CASE WHEN v.record IS NOT NULL THEN e.e{number} END AS said
  FROM {view} e
  JOIN {verdicts} v ON v.record OPERATOR(pg_catalog.=) e."db-transfer record"
) f ON f.record OPERATOR(pg_catalog.=) s.{record}
WHERE f.said {refused})sql";

// As ServerError words it.
constexpr const char* kWords =
    R"sql(words || COALESCE(' (' || NULLIF(further, '') || ')', '') || ' [SQLSTATE ' || state || ']')sql";
// Of the context only the function that said so: other lines may hold values.
constexpr const char* kParts = R"sql(state || E'\x01' || named || E'\x01'
        || CASE WHEN context OPERATOR(pg_catalog.~) '^PL/(?![^\n]*inline_code_block)'
             THEN pg_catalog.split_part(context, E'\n', 1) ELSE '' END)sql";

// One row, whose key is given by kNameRows.
constexpr const char* kList =
    "{into} VALUES ({first}{record}, 'x', NULL, pg_catalog.convert_to({reason}, 'UTF8'), NULL, NULL, NULL, NULL)";

constexpr const char* kPutWords = R"sql(
UPDATE {heap} r SET reason = pg_catalog.convert_to({words}, 'UTF8')
WHERE r.key IS NULL AND r.reason = pg_catalog.convert_to({kind}, 'UTF8'){only})sql";

constexpr const char* kNameRows = R"sql(
UPDATE {heap} r SET key = pg_catalog.convert_to({key}, 'UTF8')
FROM {rows} s
WHERE s.{record} OPERATOR(pg_catalog.=) r.record AND r.key IS NULL{only})sql";

constexpr const char* kTakeOut = R"sql(
DELETE FROM {heap} v USING {rejects} r WHERE r.record OPERATOR(pg_catalog.=) v.record{only})sql";

constexpr const char* kPlpgsql = R"sql(
SELECT EXISTS (
  SELECT
  FROM pg_catalog.pg_language l
  WHERE l.lanname = 'plpgsql' AND pg_catalog.has_language_privilege(l.oid, 'USAGE')))sql";

std::string value_of(const std::string& column) { return "pg_catalog.num_nulls(" + quote_name(column) + ")"; }

}  // namespace

void Evaluation::prepare() {
  std::vector<Evaluated> known;
  for (const Evaluated& one : table_.details.evaluated) {
    const bool brought_default =
        one.columns.size() == 1 && table_.has_columns(one.columns) && one.expression == value_of(one.columns.front());
    if (!brought_default && foretells(table_, one.columns)) known.push_back(one);
  }
  for (const StagedColumn& column : table_.columns)
    if (!column.cast.empty()) known.push_back({value_of(column.name), {column.name}});
  table_.may_fail = std::move(known);
  if (!table_.has_rows() || table_.may_fail.empty()) return;
  if (!create(table_.may_fail)) {
    // One of them cannot be put into a view (it reads its row as a whole, for one): then each is tried by itself.
    std::vector<Evaluated> able;
    for (const Evaluated& one : table_.may_fail)
      if (create({one})) able.push_back(one);
    table_.unjudged = true;
    table_.may_fail = std::move(able);
    if (table_.may_fail.empty() || !create(table_.may_fail)) return;
  }
  table_.evaluated = true;
}

bool Evaluation::create(const std::vector<Evaluated>& expressions) {
  std::vector<std::string> columns;
  std::string list;
  for (std::size_t i = 0; i < expressions.size(); ++i) {
    columns.insert(columns.end(), expressions[i].columns.begin(), expressions[i].columns.end());
    list += fmt::format(", {} AS e{}", expressions[i].expression, i);
  }
  return run(fmt::format(
      R"sql(DROP VIEW IF EXISTS {view}; CREATE TEMPORARY VIEW {view} AS SELECT {place}, {record} AS "db-transfer record"{list} FROM {rows} r)sql",
      fmt::arg("view", view_), fmt::arg("place", kStagedPlace), fmt::arg("record", table_.record),
      fmt::arg("list", list), fmt::arg("rows", judged_rows(table_, columns, table_.placed_rows(), Domains::kAsked))));
}

// False: it failed, and nothing of it is left.
bool Evaluation::run(const std::string& sql) {
  return !refusal_of(
      connection_, "evaluation", [&] { connection_.execute(sql); }, Refusal::kOfAnExpression);
}

// `last` is one more argument.
std::string Evaluation::values(const std::string& last) const {
  std::vector<std::string> calls;
  std::vector<std::string> some;
  for (std::size_t i = 0; i < table_.may_fail.size(); ++i) {
    some.push_back("e.e" + std::to_string(i));
    if (some.size() < kMostArguments && i + 1 < table_.may_fail.size()) continue;
    calls.push_back("pg_catalog.num_nulls(" + join(some, ", ") + ", " + last + ")");
    some.clear();
  }
  return join(calls, " OPERATOR(pg_catalog.+) ");
}

void Evaluation::with_session_settings(const std::function<void()>& work) {
  use_session_settings(connection_, session_);
  work();
  use_own_settings(connection_);
}

void Evaluation::reject_failing() {
  if (!table_.evaluated) return;
  bool fine = false;
  with_session_settings([&] {
    fine = run(fmt::format(kBySet, fmt::arg("view", view_), fmt::arg("verdicts", table_.verdicts),
                           fmt::arg("values", values("v.record"))));
    if (fine) return;
    const bool in_server = connection_.query_value(kPlpgsql).as<bool>();
    table_.unevaluated = !(in_server ? find_one_by_one() : find_by_halving(1, table_.counts.rows));
  });
  // Rows that were left out before may fail as well.
  table_.careful = !fine || table_.rejected_rows > 0;
  if (!fine) take_found();
}

bool Evaluation::judges(const StagedTable& table, Evaluated::Meaning meaning, const std::string& check) {
  return table.evaluated && !table.unevaluated && std::ranges::any_of(table.may_fail, [&](const Evaluated& one) {
           return one.meaning == meaning && one.check == check;
         });
}

void Evaluation::reject_violating() {
  if (!table_.evaluated || table_.unevaluated) return;
  with_session_settings([&] {
    for (std::size_t i = 0; i < table_.may_fail.size(); ++i) {
      const Evaluated& one = table_.may_fail[i];
      if (one.meaning == Evaluated::Meaning::kNothing) continue;
      const bool is_check = one.meaning == Evaluated::Meaning::kCheck;
      const std::string said = is_check ? engine::reasons::check_violated(quote_literal, one.check) : "f.said";
      const std::string rows =
          fmt::format(kViolating, fmt::arg("rows", table_.typed_rows()), fmt::arg("record", table_.record),
                      fmt::arg("view", view_), fmt::arg("verdicts", table_.verdicts), fmt::arg("number", i),
                      fmt::arg("refused", is_check ? "IS FALSE" : "IS NOT NULL"));
      reject_if_judged(
          connection_, table_,
          reject_sql(table_, {.verdict = Verdict::kInvalid, .reason = said, .constraint = one.check}, rows));
    }
  });
}

bool Evaluation::find_one_by_one() {
  return run("DO LANGUAGE plpgsql " +
             quote_literal(fmt::format(kOneByOne, fmt::arg("place", kStagedPlace), fmt::arg("record", table_.record),
                                       fmt::arg("rows", table_.placed_rows()), fmt::arg("verdicts", table_.verdicts),
                                       fmt::arg("values", values("0")), fmt::arg("view", view_),
                                       fmt::arg("blames_a_row", blames_a_row_sql("state", "context")),
                                       fmt::arg("of_a_value", quote_literal(kOfAValue)),
                                       fmt::arg("into", table_.reject_part.into(kRejectColumns)),
                                       fmt::arg("first", table_.reject_part.first()),
                                       fmt::arg("reason", connection_.withholds_values() ? kParts : kWords))));
}

// Without plpgsql.
bool Evaluation::find_by_halving(std::uint64_t first, std::uint64_t last) {
  const auto evaluate = [&] {
    connection_.execute(fmt::format(kBySet, fmt::arg("view", view_), fmt::arg("verdicts", table_.verdicts),
                                    fmt::arg("values", values("v.record"))) +
                        fmt::format(" AND v.record BETWEEN {} AND {}", first, last));
  };
  const std::optional<ServerError> refused = refusal_of(connection_, "range", evaluate, Refusal::kOfAnExpression);
  if (!refused) return true;
  if (!refused->blames_a_row() && !std::regex_search(refused->fields().sqlstate, std::regex(kOfAValue))) return false;
  if (first == last) {
    const std::string reason = connection_.withholds_values()
                                   ? refused->fields().sqlstate + "\x01" + refused->fields().constraint + "\x01"
                                   : std::string(refused->what());
    connection_.execute(fmt::format(kList, fmt::arg("into", table_.reject_part.into(kRejectColumns)),
                                    fmt::arg("first", table_.reject_part.first()), fmt::arg("record", first),
                                    fmt::arg("reason", quote_literal(reason))));
    return true;
  }
  const std::uint64_t middle = first + (last - first) / 2;
  return find_by_halving(first, middle) && find_by_halving(middle + 1, last);
}

void Evaluation::take_found() {
  if (connection_.withholds_values()) put_words();
  connection_.execute(fmt::format(kNameRows, fmt::arg("heap", table_.reject_part.heap),
                                  fmt::arg("key", table_.key_text("s")), fmt::arg("rows", table_.typed_rows()),
                                  fmt::arg("record", table_.record), fmt::arg("only", table_.reject_part.only("r"))));
  table_.rejected_rows += connection_.execute(fmt::format(kTakeOut, fmt::arg("heap", table_.verdict_part.heap),
                                                          fmt::arg("rejects", table_.rejects),
                                                          fmt::arg("only", table_.verdict_part.only("v"))));
}

// Where the server's message may hold a value that is masked: its meaning, of each kind of error once.
void Evaluation::put_words() {
  const std::string kinds =
      "SELECT DISTINCT pg_catalog.convert_from(r.reason, 'UTF8') FROM " + table_.rejects + " r WHERE r.key IS NULL";
  for (const std::string& kind : connection_.query_list(kinds)) {
    const std::size_t second = kind.find('\x01') + 1;
    const std::size_t third = kind.find('\x01', second) + 1;
    ServerError::Fields fields;
    fields.sqlstate = kind.substr(0, second - 1);
    fields.constraint = kind.substr(second, third - 1 - second);
    fields.context = kind.substr(third);
    connection_.execute(fmt::format(kPutWords, fmt::arg("heap", table_.reject_part.heap),
                                    fmt::arg("words", quote_literal(words_without_values(fields))),
                                    fmt::arg("kind", quote_literal(kind)),
                                    fmt::arg("only", table_.reject_part.only("r"))));
  }
}

}  // namespace postgres
