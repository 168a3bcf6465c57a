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

}  // namespace
}  // namespace catalog
