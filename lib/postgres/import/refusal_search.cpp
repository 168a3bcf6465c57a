#include "postgres/import/refusal_search.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <vector>

#include "postgres/import/rejects.h"
#include "postgres/session/blame.h"
#include "postgres/session/server_words.h"
#include "postgres/session/sql_text.h"

namespace postgres {
namespace {

constexpr int kKept = 3;  // subtransactions

// Whoever may make a language could give it this name.
constexpr const char* kLanguage = R"sql(
SELECT FROM pg_catalog.pg_language l
JOIN pg_catalog.pg_proc p ON p.oid OPERATOR(pg_catalog.=) l.laninline
WHERE l.lanname OPERATOR(pg_catalog.=) 'plpgsql' AND l.lanpltrusted
  AND p.prosrc OPERATOR(pg_catalog.=) 'plpgsql_inline_handler' AND p.probin OPERATOR(pg_catalog.=) '$libdir/plpgsql'
  AND pg_catalog.has_language_privilege(l.oid, 'USAGE'))sql";

// Record 0: the rows that are not refused are written.
constexpr const char* kTable = R"sql(
CREATE TEMPORARY TABLE refused (record pg_catalog.int8 PRIMARY KEY, fault pg_catalog.text, state pg_catalog.text,
    message pg_catalog.text, detail pg_catalog.text, "constraint" pg_catalog.text, "column" pg_catalog.text,
    context pg_catalog.text, passed_over pg_catalog.bool) ON COMMIT DROP;
CREATE TEMPORARY SEQUENCE refused_mark OWNED BY pg_temp.refused.record)sql";

// A chunk that failed holds a row that fails up to "suspect". The context that is kept is what stood before our own
// statement: nothing where no function was at work. Where the statement marks each row before it writes it, the one
// that it failed at is known at once, unless it was the last: rows before it are passed over and the search goes on
// after it.
constexpr const char* kBlock = R"sql(
#variable_conflict use_column
<<"db-transfer">>
DECLARE
    records pg_catalog.int8[];
    total pg_catalog.int4;
    place pg_catalog.int4 := 1;
    size pg_catalog.int4 := {chunk};
    last pg_catalog.int4;
    suspect pg_catalog.int4 := 0;
    failed pg_catalog.int4;
    jumped pg_catalog.bool := false;
    written pg_catalog.int8;
    kept pg_catalog.int4 := 0;
    passed pg_catalog.bool;
    undone pg_catalog.bool := false;
    fault pg_catalog.text;
    state pg_catalog.text;
    message pg_catalog.text;
    detail pg_catalog.text;
    restraint pg_catalog.text;
    field pg_catalog.text;
    context pg_catalog.text;
    refused pg_catalog.int8[] := '{{}}';
    faults pg_catalog.text[] := '{{}}';
    states pg_catalog.text[] := '{{}}';
    messages pg_catalog.text[] := '{{}}';
    details pg_catalog.text[] := '{{}}';
    restraints pg_catalog.text[] := '{{}}';
    fields pg_catalog.text[] := '{{}}';
    contexts pg_catalog.text[] := '{{}}';
    jumps pg_catalog.bool[] := '{{}}';
BEGIN
    records := ARRAY({records} ORDER BY 1);
    total := pg_catalog.cardinality(records);
    DELETE FROM pg_temp.refused r WHERE {forgotten};
    BEGIN
        WHILE place <= total AND pg_catalog.cardinality(refused) <= {most} LOOP
            IF suspect = 0 THEN
                last := LEAST(place + size - 1, total);
            ELSE
                last := place + (suspect - place + 1) / 2 - 1;
                IF last < place THEN last := place; END IF;
            END IF;
            fault := NULL;
            passed := false;
            BEGIN
                {statement};
                GET DIAGNOSTICS written = ROW_COUNT;
                {demands}
                kept := kept + 1;
                passed := true;
            EXCEPTION WHEN OTHERS OR ASSERT_FAILURE OR QUERY_CANCELED THEN
                GET STACKED DIAGNOSTICS state = RETURNED_SQLSTATE, message = MESSAGE_TEXT,
                    detail = PG_EXCEPTION_DETAIL, restraint = CONSTRAINT_NAME, field = COLUMN_NAME,
                    context = PG_EXCEPTION_CONTEXT;
                IF {forgiven} THEN
                    passed := true;
                ELSIF fault IS NULL AND NOT ({blames_a_row}) THEN
                    RAISE;
                END IF;
                failed := CASE WHEN last = place THEN place END;
                {find_mark}
                IF passed THEN
                    NULL;
                ELSIF failed IS NULL THEN
                    suspect := last;
                ELSE
                    context := pg_catalog.left(context, pg_catalog.strpos(context, {beginning}) - 1);
                    IF pg_catalog.strpos(context, E'\n') = 0 THEN context := ''; END IF;
                    refused := pg_catalog.array_append(refused, records[failed]);
                    faults := pg_catalog.array_append(faults, fault);
                    states := pg_catalog.array_append(states, state);
                    messages := pg_catalog.array_append(messages, message);
                    details := pg_catalog.array_append(details, detail);
                    restraints := pg_catalog.array_append(restraints, restraint);
                    fields := pg_catalog.array_append(fields, field);
                    contexts := pg_catalog.array_append(contexts, {place});
                    jumped := jumped OR failed > place;
                    jumps := pg_catalog.array_append(jumps, jumped);
                    size := CASE WHEN failed > place THEN LEAST(2 * (failed - place), {largest})
                                 ELSE GREATEST(size / 2, 1) END;
                    place := failed + 1;
                    suspect := 0;
                END IF;
            END;
            IF passed THEN
                place := last + 1;
                IF suspect = 0 THEN
                    size := LEAST(size * 2, {largest});
                ELSIF place > suspect THEN
                    suspect := 0;
                END IF;
            END IF;
        END LOOP;
        IF kept > {kept} OR jumped THEN
            undone := true;
            RAISE EXCEPTION 'undone';
        END IF;
    EXCEPTION WHEN OTHERS THEN
        IF NOT undone THEN RAISE; END IF;
    END;
    INSERT INTO pg_temp.refused
    SELECT x.*
    FROM ROWS FROM (pg_catalog.unnest(refused), pg_catalog.unnest(faults), pg_catalog.unnest(states),
        pg_catalog.unnest(messages), pg_catalog.unnest(details), pg_catalog.unnest(restraints),
        pg_catalog.unnest(fields), pg_catalog.unnest(contexts), pg_catalog.unnest(jumps)) x
    UNION ALL SELECT 0, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL WHERE NOT undone AND place > total;
END)sql";

// Where it happened: the function, where a line tells it. Of masked values the first line alone, as a statement of the
// function may hold some.
constexpr const char* kFirstLine = R"sql(pg_catalog.split_part(context, E'\n', 1))sql";
constexpr const char* kFunction = R"sql(COALESCE(
                        pg_catalog.substring(context, E'(?:^|\n)(PL/pgSQL function [^\n]*)'),
                        pg_catalog.split_part(context, E'\n', 1)))sql";

// Of rows that are to stay.
constexpr const char* kAllWritten = R"sql(IF written <> last - place + 1 THEN
                    fault := 'dropped';
                    RAISE EXCEPTION 'dropped';
                END IF;)sql";
constexpr const char* kNoneAstray = R"sql(
                PERFORM 1 FROM ({query}) x LIMIT 1;
                IF FOUND THEN
                    fault := 'astray';
                    RAISE EXCEPTION 'astray';
                END IF;)sql";
// Of rows that are tried only.
constexpr const char* kTakeBack = "fault := 'tried'; RAISE EXCEPTION 'tried';";
constexpr const char* kForgiven = "fault IS NOT NULL OR state = '23503'";

// Of a statement that marks: passing over fewer rows saves nothing.
constexpr const char* kFindMark = R"sql(IF failed IS NULL AND fault IS NULL AND suspect = 0 AND NOT passed THEN
                    SELECT place - 1 + pg_catalog.array_position(records[place:last - 1], m.last_value) INTO failed
                    FROM pg_temp.refused_mark m;
                    IF failed < place + 16 THEN failed := NULL; END IF;
                END IF;)sql";

constexpr const char* kChunk =
    R"sql( AND v.record = ANY ("db-transfer".records["db-transfer".place:"db-transfer".last]))sql";

}  // namespace

bool RefusalSearch::possible() {
  if (!asked_) possible_ = !connection_.query(kLanguage).empty();
  asked_ = true;
  return possible_;
}

// Before each search: a rollback may have taken the table away.
void RefusalSearch::prepare() {
  if (connection_.query_value("SELECT pg_catalog.to_regclass('pg_temp.refused') IS NULL").as<bool>())
    connection_.execute(kTable);
}

void RefusalSearch::clear() { connection_.execute("DELETE FROM pg_temp.refused"); }

RefusalSearch::Found RefusalSearch::run(const Task& task) {
  prepare();
  const std::string statement = task.statement(kChunk);
  const bool tried = task.keep == Keep::kNothing;
  std::string demands = tried ? kTakeBack : kAllWritten;
  if (!tried && task.astray) demands += fmt::format(kNoneAstray, fmt::arg("query", task.astray(kChunk)));
  const std::string block = fmt::format(
      kBlock, fmt::arg("chunk", std::clamp<std::uint64_t>(task.chunk, 1, task.largest)),
      fmt::arg("largest", task.largest), fmt::arg("place", connection_.withholds_values() ? kFirstLine : kFunction),
      fmt::arg("find_mark", task.marks ? kFindMark : ""), fmt::arg("forgotten", task.again ? "r.passed_over" : "true"),
      fmt::arg("most", task.most), fmt::arg("records", task.records), fmt::arg("statement", statement),
      fmt::arg("demands", demands), fmt::arg("forgiven", tried ? kForgiven : "false"),
      fmt::arg("blames_a_row", blames_a_row_sql("state", "context")),
      fmt::arg("beginning", quote_literal(statement.substr(0, 30))),
      fmt::arg("kept", task.keep == Keep::kIfFew ? kKept : std::numeric_limits<int>::max()));
  // One plan for chunks of any length, by indexes: planning costs more than writing a row, and a plan that is made for
  // a long chunk reads whole tables.
  const std::string before =
      quote_literal(connection_.query_value("SELECT pg_catalog.current_setting('plan_cache_mode')").c_str());
  connection_.execute("SET LOCAL plan_cache_mode = force_generic_plan; DO LANGUAGE plpgsql " + quote_literal(block) +
                      "; SET LOCAL plan_cache_mode = " + before);
  const pqxx::result found = connection_.query(R"sql(
SELECT pg_catalog.count(*) FILTER (WHERE r.record > 0) AS refused,
       pg_catalog.count(*) FILTER (WHERE r.record = 0) > 0 AS written,
       pg_catalog.count(*) FILTER (WHERE r.passed_over) AS passed_over
FROM pg_temp.refused r)sql");
  connection_.execute("ANALYZE pg_temp.refused");
  return {found[0]["refused"].as<std::uint64_t>(), found[0]["written"].as<bool>(),
          found[0]["passed_over"].as<std::uint64_t>()};
}

std::string RefusalSearch::refused(const std::string& record) {
  return "EXISTS (SELECT FROM pg_temp.refused r WHERE r.record = " + record + ")";
}

std::string RefusalSearch::mark(const std::string& record) {
  return "pg_catalog.setval('pg_temp.refused_mark'::pg_catalog.regclass, " + record + ") > 0";
}

std::string RefusalSearch::passed_over() { return "SELECT r.record FROM pg_temp.refused r WHERE r.passed_over"; }

bool RefusalSearch::found_taken(const std::string& index) {
  std::string sql = "SELECT FROM pg_temp.refused r WHERE r.state = '23505'";
  if (!index.empty()) sql += R"( AND r."constraint" = )" + quote_literal(index);
  return !connection_.query(sql + " LIMIT 1").empty();
}

std::string RefusalSearch::taken_records() { return "SELECT r.record FROM pg_temp.refused r WHERE r.state = '23505'"; }

void RefusalSearch::keep_only(const StagedTable& table, Verdict verdict) {
  connection_.execute(fmt::format(
      R"sql(
DELETE FROM pg_temp.refused r
WHERE NOT EXISTS (SELECT FROM {} v WHERE v.record = r.record AND v.verdict = '{}'))sql",
      table.verdicts, verdict_letter(verdict)));
}

// One text for each kind of refusal that can be told apart without a value: few, however many rows there are.
void RefusalSearch::withhold_words() {
  const std::string kinds = R"sql(r.state, r."constraint", r."column", r.context,
    CASE WHEN pg_catalog.left(r.state, 2) IN ('42', '54', '55') THEN r.message ELSE '' END)sql";
  for (const auto& row : connection_.query(
           "SELECT DISTINCT " + kinds + " AS message FROM pg_temp.refused r WHERE r.record > 0 AND r.fault IS NULL")) {
    ServerError::Fields fields;
    fields.sqlstate = row["state"].c_str();
    fields.message = row["message"].c_str();
    fields.context = row["context"].c_str();
    fields.constraint = row["constraint"].c_str();
    fields.column = row["column"].c_str();
    std::vector<std::string> values;  // in the order of `kinds`
    for (const auto& field : row) values.push_back(quote_literal(field.c_str()));
    connection_.execute(fmt::format(
        R"sql(
UPDATE pg_temp.refused r SET detail = {words}, "constraint" = {constraint}
WHERE r.fault IS NULL AND r.record > 0 AND ROW({kinds}) = ROW({values}))sql",
        fmt::arg("words", quote_literal(words_without_values(fields))),
        // A function may have put a value there, as into the message.
        fmt::arg("constraint", is_the_servers_own(fields) ? R"(r."constraint")" : "''"), fmt::arg("kinds", kinds),
        fmt::arg("values", join(values, ", "))));
  }
}

std::uint64_t RefusalSearch::reject_found(StagedTable& table, const std::string& rows, const Words& words) {
  const bool withheld = connection_.withholds_values();
  if (withheld) withhold_words();
  const std::string full = R"sql(
    r.message || CASE WHEN r.detail = '' THEN '' ELSE ' (' || r.detail || ')' END || ' [SQLSTATE ' || r.state || ']'
    || CASE WHEN r.context <> '' AND pg_catalog.left(r.state, 2) IN ('42', '3F') THEN '; ' || r.context ELSE '' END)sql";
  return reject(
      connection_, table,
      fmt::format(
          R"sql(
{into}
SELECT {first}s.{record}, CASE WHEN r.fault IS NULL AND r.state = '23505' THEN 'c' ELSE 'x' END,
    pg_catalog.convert_to({key}, 'UTF8'),
    pg_catalog.convert_to(CASE r.fault WHEN 'dropped' THEN {dropped} WHEN 'astray' THEN {astray} ELSE {words} END, 'UTF8'),
    CASE WHEN r.fault IS NULL AND r."constraint" <> '' THEN pg_catalog.convert_to(r."constraint", 'UTF8') END,
    NULL, NULL, NULL
FROM pg_temp.refused r JOIN {rows} s ON s.{record} = r.record)sql",
          fmt::arg("into", table.reject_part.into(kRejectColumns)), fmt::arg("first", table.reject_part.first()),
          fmt::arg("record", table.record), fmt::arg("key", table.key_text("s")),
          fmt::arg("dropped", quote_literal(words.dropped)), fmt::arg("astray", quote_literal(words.astray)),
          fmt::arg("words", withheld ? "r.detail" : full), fmt::arg("rows", rows)));
}

}  // namespace postgres
