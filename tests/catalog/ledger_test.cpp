#include "catalog/ledger.h"

#include <gtest/gtest.h>

namespace catalog {
namespace {

Table table(const std::string& name, const std::vector<std::string>& columns, const std::string& schema = "public") {
  Table made;
  made.name = {schema, name};
  for (const std::string& column : columns) {
    const std::size_t blank = column.find(' ');
    made.columns.push_back(
        {.name = column.substr(0, blank), .type = blank == std::string::npos ? "text" : column.substr(blank + 1)});
  }
  return made;
}

std::string tool(const Table& made) {
  const Ledger* ledger = ledger_of(made);
  return ledger == nullptr ? "" : std::string(ledger->tool);
}

TEST(Ledger, IsKnownByItsNameAndItsColumns) {
  EXPECT_EQ(tool(table("_prisma_migrations", {"id", "checksum", "finished_at", "migration_name", "logs",
                                              "rolled_back_at", "started_at", "applied_steps_count"})),
            "Prisma");
  EXPECT_EQ(tool(table("databasechangeloglock", {"id", "locked", "lockgranted", "lockedby"})), "Liquibase");
  EXPECT_EQ(tool(table("schema_migrations", {"version", "dirty boolean"})), "golang-migrate");
  EXPECT_EQ(tool(table("schema_migrations", {"version", "inserted_at"})), "Ecto");
  EXPECT_EQ(tool(table("users", {"id"})), "");
}

TEST(Ledger, OfTheNameAloneIsData) {
  EXPECT_EQ(tool(table("_prisma_migrations", {"id", "note"})), "");
  EXPECT_EQ(tool(table("schema_migrations", {"version", "dirty", "author"})), "");
  EXPECT_EQ(tool(table("alembic_version", {"version_num", "comment"})), "");
}

TEST(Ledger, CalledMigrationsMayBeOfManyToolsOrOfBirds) {
  EXPECT_EQ(tool(table("migrations", {"name", "checksum", "applied_at", "duration"})), "db-migrate");
  EXPECT_EQ(tool(table("migrations", {"id integer", "timestamp bigint", "name"})), "TypeORM");
  EXPECT_EQ(tool(table("migrations", {"id integer", "migration", "batch integer"})), "Laravel");
  EXPECT_EQ(tool(table("migrations", {"name", "species"})), "");
  EXPECT_EQ(tool(table("migrations", {"id integer", "timestamp timestamp with time zone", "name"})), "");
  EXPECT_EQ(tool(table("migrations", {"id integer", "migration", "batch text"})), "");
  EXPECT_EQ(tool(table("migrations", {"id integer", "migration", "batch integer", "species"})), "");
}

TEST(Ledger, WithAnEverydayNameNeedsTheSchemaOfItsTool) {
  const std::vector<std::string> columns{"change_id", "type", "dependency", "dependency_id"};
  EXPECT_EQ(tool(table("dependencies", columns, "sqitch")), "sqitch");
  EXPECT_EQ(tool(table("dependencies", columns)), "");
}

TEST(Ledger, IsKnownWhateverTheCase) {
  EXPECT_EQ(tool(table("DATABASECHANGELOGLOCK", {"ID", "LOCKED", "LOCKGRANTED", "LOCKEDBY"}, "")), "Liquibase");
  EXPECT_EQ(tool(table("__EFMigrationsHistory", {"MigrationId", "ProductVersion"})), "Entity Framework");
}

TEST(Ledger, EveryoneOfTheListIsFoundByItsOwnColumns) {
  for (const Ledger& ledger : all_ledgers()) {
    std::vector<std::string> columns = ledger.columns;
    const std::string schema = ledger.schema.empty() ? "any" : std::string(ledger.schema);
    EXPECT_NE(tool(table(std::string(ledger.table), columns, schema)), "") << ledger.table;
    columns.insert(columns.end(), ledger.optional.begin(), ledger.optional.end());
    EXPECT_NE(tool(table(std::string(ledger.table), columns, schema)), "") << ledger.table;
    columns.emplace_back("something_of_the_users");
    EXPECT_EQ(tool(table(std::string(ledger.table), columns, schema)), "") << ledger.table;
    EXPECT_EQ(tool(table(std::string(ledger.table), {"something_of_the_users"}, schema)), "") << ledger.table;
  }
}

TEST(Ledger, CountsByTheNumberAnEntryBeginsWith) {
  EXPECT_EQ(last_entry({"1000_b.sql", "999_a.sql", "002_c.sql"}), "1000_b.sql");
  EXPECT_EQ(last_entry({"0002_a.sql", "010_b.sql"}), "010_b.sql");
  EXPECT_EQ(last_entry({"20250131120000_a", "999_b"}), "20250131120000_a");
}

TEST(Ledger, CountsByNameWhereNumbersAreEqualOrMissing) {
  EXPECT_EQ(last_entry({"001_b.sql", "001_a.sql"}), "001_b.sql");
  EXPECT_EQ(last_entry({"auth", "blog"}), "blog");
  EXPECT_EQ(last_entry({"only"}), "only");
  EXPECT_EQ(last_entry({}), "");
}

}  // namespace
}  // namespace catalog
