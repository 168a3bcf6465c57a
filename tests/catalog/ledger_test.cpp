#include "catalog/ledger.h"

#include <gtest/gtest.h>

namespace catalog {
namespace {

TEST(Ledger, IsKnownByItsName) {
  EXPECT_TRUE(is_ledger("_prisma_migrations", {}));
  EXPECT_TRUE(is_ledger("__EFMigrationsHistory", {"MigrationId"}));
  EXPECT_FALSE(is_ledger("users", {"id"}));
}

TEST(Ledger, NeedsTheColumnsOfOurOwnWhereTheNameIsAnEverydayOne) {
  EXPECT_TRUE(is_ledger("migrations", {"id", "name", "checksum", "applied_at"}));
  EXPECT_FALSE(is_ledger("migrations", {"name", "species"}));
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
