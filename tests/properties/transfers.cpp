#include "properties/transfers.h"

#include <chrono>
#include <memory>
#include <stdexcept>
#include <stop_token>

#include "base/progress.h"
#include "location/url.h"
#include "postgres/export/source.h"
#include "postgres/import/target.h"
#include "properties/generate_type.h"
#include "properties/sql.h"
#include "transfer/export_job.h"
#include "transfer/import_job.h"

namespace properties {
namespace {

constexpr std::chrono::milliseconds kLockTimeout{5000};

std::unique_ptr<postgres::Connection> connect(const std::string& url) {
  const location::DatabaseUrl parsed = location::parse_database_url(url);
  return std::make_unique<postgres::Connection>(parsed.parameters, parsed.place, std::stop_token{});
}

// Statements one by one; what breaks a constraint is left out, anything else ends the block.
std::string forgiving(const std::vector<std::string>& statements) {
  std::string sql = "DO $properties$ BEGIN SET CONSTRAINTS ALL IMMEDIATE;\n";
  for (const std::string& statement : statements) {
    sql += "BEGIN " + statement +
           "; EXCEPTION WHEN integrity_constraint_violation OR program_limit_exceeded THEN NULL; END;\n";
  }
  return sql + "END $properties$";
}

std::string rows_from(const Table& table) { return (table.partitions.empty() ? "ONLY " : "") + table.qualified_name(); }

std::string joined_rows(support::Database& database, const std::string& sql) {
  std::string text;
  for (const auto& row : database.rows(sql)) text += row[0].value_or("NULL") + "\n";
  return text;
}

bool stands_in_a_rule(const Table& table, const std::string& column, const std::string& kind) {
  for (const Rule& rule : table.rules) {
    for (const std::string& name : rule.columns) {
      if (name == column && rule.sql.find(kind) != std::string::npos) return true;
    }
  }
  return false;
}

}  // namespace

outcome::ExportOutcome export_to(const std::string& file, const std::string& url, const transfer::Selection& selection,
                                 engine::RowOrder order) {
  auto progress = std::make_unique<base::Progress>(base::ProgressMode::kNone, 2, base::Color::kNever);
  postgres::PostgresSource source(connect(url), kLockTimeout);
  transfer::ExportOptions options;
  options.selection = selection;
  options.output = file;
  options.overwrite = base::Overwrite::kReplace;
  options.row_order = order;
  return transfer::run_export(source, options, *progress, {});
}

outcome::ImportOutcome import_from(const std::string& file, const std::string& url, engine::Intent intent,
                                   const transfer::Selection& selection) {
  transfer::ImportOptions options;
  options.selection = selection;
  options.input = file;
  options.intent = intent;
  return import_from(url, options);
}

outcome::ImportOutcome import_from(const std::string& url, const transfer::ImportOptions& options) {
  auto progress = std::make_unique<base::Progress>(base::ProgressMode::kNone, 2, base::Color::kNever);
  const auto open = [&] {
    return std::make_unique<postgres::PostgresTarget>([&] { return connect(url); }, kLockTimeout);
  };
  return transfer::run_import(open, options, *progress, {});
}

std::string data_of(const std::string& file) {
  const std::string text = support::read_file(file);
  const std::size_t from = text.find("\n\"data\": {");
  const std::size_t to = text.rfind("\n\"seal\": {");
  if (from == std::string::npos || to == std::string::npos)
    throw std::runtime_error(file + " is not laid out as an export");
  return text.substr(from, to - from);
}

void build(support::Database& database, const Scenario& scenario, Difference difference, Rows rows) {
  database.run("SET search_path = extensions");
  database.run(scenario.create_sql(difference));
  if (rows == Rows::kAll) {
    // Cycles can be filled only where foreign keys are not looked at.
    database.run(forgiving(scenario.row_sql()));
    std::string orphans = "DO $properties$ DECLARE gone int8; found int8; BEGIN LOOP gone := 0;\n";
    for (const std::string& statement : scenario.orphan_sql()) {
      orphans += statement + "; GET DIAGNOSTICS found = ROW_COUNT; gone := gone + found;\n";
    }
    database.run(orphans + "EXIT WHEN gone = 0; END LOOP; END $properties$");
  }
  database.run(scenario.foreign_key_sql());
}

void insert_where_allowed(support::Database& database, const std::vector<std::string>& inserts) {
  if (!inserts.empty()) database.run(forgiving(inserts));
}

void clear(support::Database& database) {
  database.run(
      "RESET search_path; SET client_min_messages = warning; DO $$ DECLARE name text; BEGIN "
      "FOR name IN SELECT nspname FROM pg_namespace WHERE nspname !~ '^pg_' AND nspname NOT IN ('information_schema', "
      "'extensions') LOOP "
      "EXECUTE format('DROP SCHEMA %I CASCADE', name); END LOOP; END $$");
}

std::string rows_of(support::Database& database, const Scenario& scenario) {
  database.run("SET search_path = ''; SET TimeZone = 'UTC'; SET extra_float_digits = 3");
  std::string text;
  for (const Table& table : scenario.tables) {
    std::vector<std::string> names;
    for (const Column& column : table.columns) names.push_back(column.name);
    text += table.qualified_name() + "\n" +
            joined_rows(database, "SELECT x FROM (SELECT ROW(" + list_of(names, "t.") + ")::text AS x FROM " +
                                      rows_from(table) + " t) q ORDER BY x COLLATE \"C\"");
  }
  return text;
}

std::string traces_of(support::Database& database, const Scenario& scenario) {
  std::string text;
  for (const Table& table : scenario.tables) {
    text += table.qualified_name() + "\n" +
            joined_rows(database, "SELECT concat_ws(' ', tableoid, ctid, xmin, xmax) FROM " + rows_from(table) +
                                      " ORDER BY tableoid, ctid");
  }
  return text;
}

std::string colliding_sequences(support::Database& database) {
  std::string lines;
  for (const auto& row : database.rows("SELECT DISTINCT s.oid::regclass::text, format('%s%I.%I', CASE c.relkind WHEN "
                                       "'r' THEN 'ONLY ' END, n.nspname, c.relname), "
                                       "quote_ident(a.attname) FROM pg_class c "
                                       "JOIN pg_namespace n ON n.oid = c.relnamespace JOIN pg_attribute a ON "
                                       "a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped "
                                       "LEFT JOIN pg_attrdef f ON f.adrelid = c.oid AND f.adnum = a.attnum JOIN "
                                       "pg_depend d ON d.deptype IN ('i', 'n') AND "
                                       "((d.refobjid = c.oid AND d.refobjsubid = a.attnum) OR (d.classid = "
                                       "'pg_attrdef'::regclass AND d.objid = f.oid)) "
                                       "JOIN pg_class s ON s.relkind = 'S' AND s.oid IN (d.objid, d.refobjid) WHERE "
                                       "c.relkind IN ('r', 'p') AND NOT c.relispartition")) {
    const std::string& sequence = *row[0];
    const std::string collides = database.value(
        "CREATE FUNCTION pg_temp.next(regclass) RETURNS int8 LANGUAGE plpgsql AS $$ BEGIN RETURN nextval($1); "
        "EXCEPTION WHEN sequence_generator_limit_exceeded THEN RETURN NULL; END $$; "
        "WITH drawn AS MATERIALIZED (SELECT pg_temp.next(" +
        literal(sequence) +
        ") AS value) "
        "SELECT count(*) FROM drawn, " +
        *row[1] + " t WHERE t." + *row[2] + " = drawn.value");
    database.run("DROP FUNCTION pg_temp.next(regclass)");
    if (collides != "0") lines += sequence + " gives a value that " + *row[1] + "." + *row[2] + " holds\n";
  }
  return lines;
}

void damage(support::Database& database, const Scenario& scenario) {
  std::vector<std::string> statements;
  for (const Table& table : scenario.tables) {
    const std::string place = "(t.ctid::text::point)[1]::int";
    statements.push_back("DELETE FROM " + rows_from(table) + " t WHERE " + place + " % 3 = 1");
    if (!table.has_primary_key()) continue;  // a changed row would be one more
    for (const Column& column : table.columns) {
      if (column.generated || column.tail.find("ALWAYS") != std::string::npos ||
          stands_in_a_rule(table, column.name, "PRIMARY KEY") ||
          stands_in_a_rule(table, column.name, "NULLS NOT DISTINCT")) {
        continue;
      }
      const std::string name = quote(column.name);
      statements.push_back("UPDATE " + rows_from(table) + " t SET " + name + " = NULL WHERE " + place + " % 3 = 2");
      if (stands_in_a_rule(table, column.name, "")) continue;
      statements.push_back("UPDATE " + rows_from(table) + " t SET " + name + " = (SELECT o." + name + " FROM " +
                           rows_from(table) + " o LIMIT 1) WHERE " + place + " % 3 = 0");
    }
  }
  database.run("SET search_path = extensions; SET session_replication_role = replica");
  database.run(forgiving(statements));
  database.run("RESET session_replication_role");
}

std::string left_out(const outcome::ImportOutcome& outcome) {
  std::string lines;
  for (const outcome::ImportedTable& table : outcome.tables) {
    for (const outcome::Decision& row : table.left_out) {
      lines += table.name + " record " + std::to_string(row.record) + " " +
               std::string(outcome::verdict_name(row.verdict)) + " " + row.key + ": " + row.reason + "\n";
    }
  }
  return lines;
}

}  // namespace properties
