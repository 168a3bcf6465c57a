#include "databases/real_database.h"

#include <cstdlib>
#include <filesystem>
#include <stdexcept>

#include "support/folder.h"
#include "support/program.h"

namespace databases {
namespace {

// Ordinary tables and partitions of the user's.
constexpr const char* kTables =
    "SELECT format('%I.%I', n.nspname, c.relname) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace "
    "WHERE c.relkind = 'r' AND c.relpersistence <> 't' AND n.nspname <> ALL ('{pg_catalog,information_schema}') "
    "ORDER BY 1";

// Sequence, table, column: owned by the column or named by its default.
constexpr const char* kSequenceUses =
    "SELECT DISTINCT u.sequence, coalesce(pg_partition_root(a.attrelid), a.attrelid::regclass), quote_ident(a.attname) "
    "FROM (SELECT objid::regclass AS sequence, refobjid AS relation, refobjsubid AS number FROM pg_depend "
    "WHERE classid = 'pg_class'::regclass AND refclassid = 'pg_class'::regclass AND deptype IN ('a', 'i') "
    "UNION SELECT d.refobjid::regclass, f.adrelid, f.adnum FROM pg_attrdef f JOIN pg_depend d "
    "ON d.classid = 'pg_attrdef'::regclass AND d.objid = f.oid AND d.refclassid = 'pg_class'::regclass) u "
    "JOIN pg_class s ON s.oid = u.sequence AND s.relkind = 'S' "
    "JOIN pg_attribute a ON a.attrelid = u.relation AND a.attnum = u.number";

}  // namespace

std::string dump_path(const std::string& name) {
  const char* given = std::getenv("DB_TRANSFER_SHARED");
  const std::filesystem::path shared = given != nullptr ? given : SOURCE_DIR "/../shared";
  const auto path = shared / "databases" / (name + ".dump");
  return std::filesystem::exists(path) ? path.string() : std::string{};
}

void restore(support::Database& database, const std::string& dump, Content content) {
  // Of PostgreSQL 13: dumps of newer servers name it without a schema.
  if (std::stoi(database.value("SHOW server_version_num")) < 130000)
    database.run(
        "CREATE FUNCTION pg_catalog.gen_random_uuid() RETURNS uuid LANGUAGE sql AS $$SELECT "
        "md5(random()::text)::uuid$$");
  database.disconnect();  // it may become a template
  std::vector<std::string> command{support::postgres_program("pg_restore"), "--no-owner", "--exit-on-error", "-d",
                                   database.url()};
  if (content == Content::kSchema) command.emplace_back("--schema-only");
  command.push_back(dump);
  const auto run = support::run_program(command);
  if (run.status != 0) throw std::runtime_error("pg_restore of " + dump + ": " + run.err);
}

std::vector<std::string> write_trace(support::Database& database) {
  std::vector<std::string> trace;
  for (const auto& table : database.rows(kTables)) {
    trace.push_back(
        *table[0] + " " +
        database.value(
            "SELECT count(*) || ' ' || coalesce(md5(string_agg(concat_ws(' ', ctid, xmin, cmin, xmax, cmax), "
            "',' ORDER BY ctid)), '') FROM ONLY " +
            *table[0]));
  }
  return trace;
}

std::vector<std::string> stale_sequences(support::Database& database) {
  std::vector<std::string> stale;
  for (const auto& use : database.rows(kSequenceUses)) {
    const auto next = database.value("SELECT last_value + is_called::int FROM " + *use[0]);
    const auto taken = database.value("SELECT count(*) FROM " + *use[1] + " WHERE " + *use[2] + " >= " + next);
    if (taken != "0") stale.push_back(*use[0] + " would give " + next);
  }
  return stale;
}

std::vector<Altered> alter(support::Database& database) {
  database.run(support::read_file(SOURCE_DIR "/tests/databases/alter.sql"));
  std::vector<Altered> altered;
  for (const auto& row :
       database.rows("SELECT section, rows, added, deleted, changed FROM altered_tables ORDER BY section")) {
    altered.push_back(
        {*row[0], std::stoull(*row[1]), std::stoull(*row[2]), std::stoull(*row[3]), std::stoull(*row[4])});
  }
  return altered;
}

}  // namespace databases
