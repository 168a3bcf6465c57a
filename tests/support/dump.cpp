#include "support/dump.h"

#include <libpq-fe.h>

#include <algorithm>
#include <memory>
#include <stdexcept>

#include "support/program.h"
#include "support/server.h"

namespace support {
namespace {

// Where the statement that begins at `begin` ends: after the first ";\n" that stands in no string and no quoted name.
size_t end_of_statement(const std::string& text, size_t begin) {
  char quote = '\0';
  for (size_t at = begin; at < text.size(); ++at) {
    const char byte = text[at];
    if (quote != '\0') {
      if (byte == quote) quote = '\0';  // A doubled quote closes and opens again, which comes to the same.
    } else if (byte == '\'' || byte == '"') {
      quote = byte;
    } else if (byte == ';' && at + 1 < text.size() && text[at + 1] == '\n') {
      return at + 2;
    }
  }
  return text.size();
}

// Sorted INSERT statements of a dump. Between the statements there are only lines of comments and settings; a comment
// may hold a quote, so it is skipped as a line.
std::string sorted_inserts(const std::string& dump) {
  std::vector<std::string> inserts;
  for (size_t at = 0; at < dump.size();) {
    const bool is_insert = dump.compare(at, 12, "INSERT INTO ") == 0;
    const size_t end = is_insert ? end_of_statement(dump, at) : std::min(dump.find('\n', at), dump.size() - 1) + 1;
    if (is_insert) inserts.push_back(dump.substr(at, end - at));
    at = end;
  }
  std::ranges::sort(inserts);
  std::string text;
  for (const auto& insert : inserts) text += insert;
  return text;
}

// "pg_dump (PostgreSQL) 15.9 (Debian 15.9-0+deb12u1)" -> 15
int pg_dump_version() {
  static const int version = [] {
    const auto run = run_program({postgres_program("pg_dump"), "--version"});
    const auto digit = run.out.find_first_of("0123456789");
    if (run.status != 0 || digit == std::string::npos) throw std::runtime_error("pg_dump --version: " + run.err);
    return std::stoi(run.out.substr(digit));
  }();
  return version;
}

using Connection = std::unique_ptr<PGconn, decltype(&PQfinish)>;
using Result = std::unique_ptr<PGresult, decltype(&PQclear)>;

Connection connect(const std::string& url) {
  Connection connection(PQconnectdb(url.c_str()), PQfinish);
  if (PQstatus(connection.get()) != CONNECTION_OK)
    throw std::runtime_error(url + ": " + PQerrorMessage(connection.get()));
  return connection;
}

Result execute(PGconn* connection, const std::string& sql, ExecStatusType expected) {
  Result result(PQexec(connection, sql.c_str()), PQclear);
  if (PQresultStatus(result.get()) != expected) {
    throw std::runtime_error(std::string(PQerrorMessage(connection)) + "in: " + sql);
  }
  return result;
}

std::string array_literal(PGconn* connection, const std::vector<std::string>& values) {
  std::string list;
  for (const auto& value : values) {
    const std::unique_ptr<char, decltype(&PQfreemem)> literal(PQescapeLiteral(connection, value.data(), value.size()),
                                                              PQfreemem);
    list += (list.empty() ? "" : ", ") + std::string(literal.get());
  }
  return "ARRAY[" + list + "]::text[]";
}

void append_copy(PGconn* connection, const std::string& table, const std::string& columns,
                 std::vector<std::string>& lines) {
  execute(connection, "COPY (SELECT " + columns + " FROM ONLY " + table + ") TO STDOUT", PGRES_COPY_OUT);
  char* line = nullptr;
  int bytes = 0;
  while ((bytes = PQgetCopyData(connection, &line, 0)) > 0) {
    lines.push_back(table + ": " + std::string(line, static_cast<size_t>(bytes)));
    PQfreemem(line);
  }
  const Result end(PQgetResult(connection), PQclear);
  if (bytes != -1 || PQresultStatus(end.get()) != PGRES_COMMAND_OK) {
    throw std::runtime_error("COPY of " + table + ": " + PQerrorMessage(connection));
  }
  while (PGresult* rest = PQgetResult(connection)) PQclear(rest);
}

std::vector<std::string> copy_tables(PGconn* connection, const std::vector<std::string>& without_columns,
                                     const std::vector<std::string>& without_tables) {
  // What pg_dump pins as well.
  execute(connection,
          "SET search_path = ''; SET TimeZone = 'UTC'; SET DateStyle = 'ISO, YMD'; SET IntervalStyle = 'postgres'; "
          "SET extra_float_digits = 3; SET bytea_output = 'hex'; SET lc_monetary = 'C'; SET row_security = off",
          PGRES_COMMAND_OK);
  const Result tables = execute(
      connection,
      "SELECT pg_catalog.format('%I.%I', n.nspname, c.relname), (SELECT pg_catalog.string_agg(pg_catalog.quote_ident("
      "a.attname), ', ' ORDER BY a.attname COLLATE \"C\") FROM pg_catalog.pg_attribute a WHERE a.attrelid = c.oid AND "
      "a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = '' AND a.attname <> ALL (" +
          array_literal(connection, without_columns) +
          ")) FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace "
          "WHERE c.relkind = 'r' AND c.relpersistence <> 't' AND n.nspname <> ALL ('{pg_catalog,information_schema}') "
          "AND n.nspname || '.' || c.relname <> ALL (" +
          array_literal(connection, without_tables) +
          ") AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend d WHERE d.objid = c.oid AND d.deptype = 'e' "
          "AND d.classid = 'pg_catalog.pg_class'::pg_catalog.regclass)",
      PGRES_TUPLES_OK);
  std::vector<std::string> lines;
  for (int row = 0; row < PQntuples(tables.get()); ++row) {
    append_copy(connection, PQgetvalue(tables.get(), row, 0), PQgetvalue(tables.get(), row, 1), lines);
  }
  std::ranges::sort(lines);
  return lines;
}

}  // namespace

std::vector<std::string> copied_rows(const std::string& url, const std::vector<std::string>& without_columns) {
  return copy_tables(connect(url).get(), without_columns, {});
}

std::string normalized_dump(const std::string& url, const std::vector<std::string>& options) {
  const auto connection = connect(url);
  if (PQserverVersion(connection.get()) / 10'000 > pg_dump_version()) {
    const std::string exclude = "--exclude-table=";
    const std::string encoding = "--encoding=";
    std::vector<std::string> excluded;
    for (const auto& option : options) {
      if (option.starts_with(exclude)) {
        excluded.push_back(option.substr(exclude.size()));
      } else if (option.starts_with(encoding)) {
        execute(connection.get(), "SET client_encoding = '" + option.substr(encoding.size()) + "'", PGRES_COMMAND_OK);
      } else {
        throw std::runtime_error("pg_dump is too old for this server and " + option);
      }
    }
    std::string text;
    for (const auto& line : copy_tables(connection.get(), {}, excluded)) text += line;
    return text;
  }
  std::vector<std::string> command{postgres_program("pg_dump"), "--data-only", "--inserts"};
  command.insert(command.end(), options.begin(), options.end());
  command.insert(command.end(), {"-d", url});
  const auto run = run_program(command);
  if (run.status != 0) throw std::runtime_error("pg_dump: " + run.err);
  return sorted_inserts(run.out);
}

}  // namespace support
