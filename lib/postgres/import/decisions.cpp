#include "postgres/import/decisions.h"

#include <algorithm>
#include <pqxx/pqxx>

#include "postgres/catalog/value_sql.h"
#include "postgres/import/fingerprints.h"
#include "postgres/import/table_sql.h"
#include "postgres/session/sql_text.h"
#include "postgres/session/text_array.h"

namespace postgres {
namespace {

// A fetch holds as many rows as come to about this many bytes, and the first one so few that rows of any width fit: a
// value has at most outcome::kShownCharacters.
constexpr std::size_t kFetchedBytes = 256 * 1024;
constexpr std::size_t kFirstRows = 100;
constexpr std::size_t kMostRows = 4000;

std::size_t bytes_of(const pqxx::result& rows) {
  std::size_t bytes = 1;
  for (const auto& row : rows)
    for (const auto& field : row) bytes += field.size();
  return bytes;
}

// bytea arrives as \x6869.
std::string from_hex(const pqxx::field& field) {
  const auto digit = [](char c) { return c <= '9' ? c - '0' : c - 'a' + 10; };
  std::string text;
  const char* hex = field.c_str();
  for (std::size_t i = 2; i + 1 < field.size(); i += 2)
    text += static_cast<char>(digit(hex[i]) * 16 + digit(hex[i + 1]));
  return text;
}

// One text a value: NULL, "w" and the whole of it, "c<characters>:" and its beginning, "m<characters>:" and a digest.
// format() gives the type's own output, which a cast to text does not for every type; OFFSET 0 lets it do so once.
constexpr const char* kShown = R"sql(
CASE WHEN {value} IS DISTINCT FROM NULL THEN (
  SELECT {form} FROM (SELECT pg_catalog.format('%s', {value}) AS x OFFSET 0) AS text(x)) END)sql";
constexpr const char* kShort = R"sql(
CASE WHEN pg_catalog.length(x) <= {most} THEN 'w' || x
     ELSE 'c' || pg_catalog.length(x)::pg_catalog.text || ':' || pg_catalog.left(x, {most}) END)sql";
constexpr const char* kMasked = "'m' || pg_catalog.length(x)::pg_catalog.text || ':' || {digest}";

// Of types whose text is never longer than what is shown, and of text itself: without a sub-select, which takes half of
// the time.
constexpr const char* kShownAtOnce =
    "CASE WHEN {value} IS DISTINCT FROM NULL THEN pg_catalog.format('w%s', {value}) END";
constexpr const char* kShownText = R"sql(
CASE WHEN pg_catalog.length({value}) <= {most} THEN 'w' || {value}
     ELSE 'c' || pg_catalog.length({value})::pg_catalog.text || ':' || pg_catalog.left({value}, {most}) END)sql";

bool is_short(const ColumnType& type) {
  return is_one_of(type, {"int2", "int4", "int8", "oid", "float4", "float8", "bool", "date", "time", "timetz",
                          "timestamp", "timestamptz", "interval", "name", "uuid", "inet", "cidr", "macaddr"}) ||
         (is_one_of(type, {"numeric"}) && type.typmod >= 0);
}

std::string shown_sql(const StagedTable& table, const StagedColumn& column, const std::string& value) {
  const bool masked = table.is_masked(column.name);
  const ColumnDetails& details = table.details.details_of(column.name);
  const bool plain = !masked && !details.is_domain;
  if (plain && is_short(details.type)) return fmt::format(kShownAtOnce, fmt::arg("value", value));
  if (plain && is_one_of(details.type, {"text", "varchar"}))
    return fmt::format(kShownText, fmt::arg("value", value), fmt::arg("most", outcome::kShownCharacters));
  const std::string form = masked ? fmt::format(kMasked, fmt::arg("digest", table.digest_of("x")))
                                  : fmt::format(kShort, fmt::arg("most", outcome::kShownCharacters));
  return fmt::format(kShown, fmt::arg("value", value), fmt::arg("form", form));
}

// In an array of what changed, where NULL stands for what did not.
constexpr const char* kShownNull = "n";

outcome::ShownValue shown_value(const std::optional<std::string>& text) {
  using Form = outcome::ShownValue::Form;
  if (!text || *text == kShownNull) return {};
  if (text->front() == 'w') {
    const auto characters = std::count_if(text->begin() + 1, text->end(), [](char c) { return (c & 0xC0) != 0x80; });
    return {Form::kWhole, text->substr(1), static_cast<std::uint64_t>(characters)};
  }
  const std::size_t colon = text->find(':');
  return {text->front() == 'm' ? Form::kMasked : Form::kCut, text->substr(colon + 1),
          std::stoull(text->substr(1, colon - 1))};
}

std::vector<outcome::ColumnChange> changes_of(const pqxx::field& columns, const pqxx::field& before,
                                              const pqxx::field& after) {
  std::vector<outcome::ColumnChange> changes;
  if (columns.is_null()) return changes;
  const auto old_values = read_text_array(before.c_str());
  const auto new_values = read_text_array(after.c_str());
  for (std::string& name : read_names(columns.c_str())) {
    const std::size_t i = changes.size();
    changes.push_back({std::move(name), shown_value(old_values.at(i)), shown_value(new_values.at(i))});
  }
  return changes;
}

std::vector<std::string> names_of(const pqxx::field& columns) {
  return columns.is_null() ? std::vector<std::string>{} : read_names(columns.c_str());
}

// What goes in with a row of the file, called s, in the order of its columns.
std::vector<outcome::ColumnValue> values_of(const StagedTable& table, const pqxx::field& field) {
  std::vector<outcome::ColumnValue> values;
  if (field.is_null()) return values;
  const auto texts = read_text_array(field.c_str());
  for (std::size_t i = 0; i < texts.size(); ++i) values.push_back({table.columns.at(i).name, shown_value(texts[i])});
  return values;
}

std::string values_sql(const StagedTable& table) {
  std::vector<std::string> values;
  for (const StagedColumn& column : table.columns) values.push_back(shown_sql(table, column, "s." + column.quoted));
  return "CASE WHEN v.verdict = 'i' THEN ARRAY[" + join(values, ", ") + "]::pg_catalog.text[] END";
}

constexpr const char* kChanges = R"sql(
{into}
SELECT {plan}{number}, {newer},
  pg_catalog.array_remove(ARRAY[
    {names}]::pg_catalog.text[], NULL),
  pg_catalog.array_remove(ARRAY[
    {before}]::pg_catalog.text[], NULL),
  pg_catalog.array_remove(ARRAY[
    {after}]::pg_catalog.text[], NULL),
  {digest}
FROM {rows})sql";

// INSERT INTO the changes: `rows` is FROM and its joins with the file's rows called s and the target's called t. Flat
// arrays: a sub-select over the columns of each row takes eight times as long.
std::string changes_sql(const StagedTable& table, const std::string& record, const std::string& digest,
                        const std::string& rows) {
  std::vector<std::string> names;
  std::vector<std::string> before;
  std::vector<std::string> after;
  for (const StagedColumn& column : table.columns) {
    if (table.is_kept(column)) continue;
    const std::string where = "CASE WHEN " + table.column_differs(column, "t", "s") + " THEN ";
    const auto shown = [&](const std::string& value) {
      return fmt::format("{}COALESCE({}, '{}') END", where, shown_sql(table, column, value), kShownNull);
    };
    names.push_back(where + quote_literal(column.name) + " END");
    before.push_back(shown("t." + column.quoted));
    after.push_back(shown("s." + column.quoted));
  }
  if (names.empty()) return {};
  return table_sql(table, kChanges, fmt::arg("into", table.change_part.into(kChangeColumns)),
                   fmt::arg("number", record), fmt::arg("newer", table.target_is_newer()), fmt::arg("digest", digest),
                   fmt::arg("rows", rows), fmt::arg("names", join(names, ",\n    ")),
                   fmt::arg("before", join(before, ",\n    ")), fmt::arg("after", join(after, ",\n    ")));
}

std::string decisions_sql(const StagedTable& table, engine::Decisions which, engine::Detail detail, bool rewritten) {
  const bool full = detail == engine::Detail::kFull;
  const bool shows_values = full && which == engine::Decisions::kAll;
  std::string rows = which == engine::Decisions::kLeftOut
                         ? "  WHERE r.verdict IN ('c', 'x')"
                         : table_sql(table, R"sql(  UNION ALL
  SELECT v.record, v.verdict, pg_catalog.convert_to({key}, 'UTF8'), NULL, NULL, NULL, {digest}{values}
  FROM {verdicts} v
  JOIN {staged} s ON s.{record} = v.record)sql",
                                     fmt::arg("key", table.key_text("s")), fmt::arg("digest", accepted_digest(table)),
                                     fmt::arg("values", shows_values ? ",\n         " + values_sql(table) : ""));
  if (which == engine::Decisions::kAll && table.may_be_deleted > 0) {
    rows += fmt::format(R"sql(
  UNION ALL
  SELECT d.record, 'd', d.key, NULL, NULL, NULL, NULL{no_values}
  FROM {deletes} d
  WHERE d.state <> 'k')sql",
                        fmt::arg("deletes", table.deletes), fmt::arg("no_values", shows_values ? ", NULL" : ""));
  }
  const bool matched = !table.plan.match.empty();
  std::string joins;
  if (matched) joins += table_sql(table, "\nLEFT JOIN {matches} m ON m.record = d.record");
  if (full) joins += table_sql(table, "\nLEFT JOIN {changes} c ON c.record = d.record");
  if (rewritten) joins += "\nLEFT JOIN " + rewritten_rows(table) + " w ON w.record = d.record";
  return table_sql(
      table, R"sql(
SELECT d.record, d.verdict, d.key, d.reason, d."constraint", d.holder, {file_key}{changed}{rewritten}{inserted}
FROM (
  SELECT r.record, r.verdict, r.key, r.reason, r."constraint", r.holder, NULL::pg_catalog.text AS digest{no_values}
  FROM {rejects} r
{rows}) d{joins}
ORDER BY d.record)sql",
      fmt::arg("file_key", matched ? "m.file_key" : "NULL"),
      fmt::arg("changed", full ? ", c.columns, c.before, c.after, c.newer, COALESCE(d.digest, c.digest)" : ""),
      fmt::arg("rewritten", rewritten ? ", w.columns" : ""), fmt::arg("inserted", shows_values ? ", d.inserted" : ""),
      fmt::arg("no_values", shows_values ? ", NULL::pg_catalog.text[] AS inserted" : ""), fmt::arg("rows", rows),
      fmt::arg("joins", joins));
}

}  // namespace

void gather_changes(Connection& connection, const StagedTable& table) {
  if (!table.plan.identity.empty() && table.may_be_written > 0) {
    const std::string updates = changes_sql(table, "v.record", "v.digest", table_sql(table, R"sql({verdicts} v
JOIN {staged} s ON s.{record} = v.record
JOIN {target} t ON {same})sql"));
    if (!updates.empty()) connection.execute(updates + "\nWHERE v.verdict = 'u'");
  }
  if (table.rejected_rows > 0) {
    const std::string conflicts = changes_sql(table, "r.record", row_digest(table), table_sql(table, R"sql({rejects} r
JOIN {staged} s ON s.{record} = r.record
JOIN {target} t ON t.tableoid = r.holder_table AND t.ctid = r.holder_row)sql"));
    if (!conflicts.empty()) connection.execute(conflicts);
  }
  if (table.change_part.number.empty() && table.has_rows()) connection.execute("ANALYZE " + table.change_part.heap);
}

void read_decisions(Connection& connection, const StagedTable& table, engine::Decisions which, engine::Detail detail,
                    const std::function<bool(const outcome::Decision&)>& take) {
  if (table.rejected_rows == 0 &&
      (which == engine::Decisions::kLeftOut || table.may_be_written + table.may_be_deleted == 0))
    return;
  const bool full = detail == engine::Detail::kFull;
  const bool rewritten =
      which == engine::Decisions::kAll && detail != engine::Detail::kCounts && lists_rewritten(connection);
  connection.execute("DECLARE decision NO SCROLL CURSOR FOR " + decisions_sql(table, which, detail, rewritten));
  bool more = true;
  std::size_t fetched = kFirstRows;
  while (more) {
    const pqxx::result rows = connection.query("FETCH " + std::to_string(fetched) + " FROM decision");
    more = !rows.empty();
    fetched = std::clamp(fetched * kFetchedBytes / bytes_of(rows), kFirstRows, std::min(2 * fetched, kMostRows));
    for (const auto& row : rows) {
      outcome::Decision decision;
      decision.record = row[0].as<std::uint64_t>();
      decision.verdict = static_cast<outcome::Verdict>(row[1].c_str()[0]);
      decision.key = from_hex(row[2]);
      decision.reason = from_hex(row[3]);
      decision.constraint = from_hex(row[4]);
      decision.holder = from_hex(row[5]);
      decision.file_key = from_hex(row[6]);
      if (decision.file_key == decision.key) decision.file_key.clear();
      if (full) {
        decision.changes = changes_of(row[7], row[8], row[9]);
        decision.target_is_newer = !row[10].is_null() && row[10].as<bool>();
        if (outcome::may_have_digest(decision.verdict)) decision.digest = keyed_digest(table, row[11].c_str());
      }
      if (full && which == engine::Decisions::kAll) decision.values = values_of(table, row[rewritten ? 13 : 12]);
      if (rewritten) decision.rewritten = names_of(row[full ? 12 : 7]);  // behind what only full details have
      if (!take(decision)) {
        more = false;
        break;
      }
    }
  }
  connection.execute("CLOSE decision");
}

}  // namespace postgres
