// Quoting, with the server as the judge.
#include "postgres/session/sql_text.h"

#include "postgres/import/import_fixture.h"

namespace import_test {
namespace {

const std::vector<std::string> kNasty = {"plain",
                                         "it's",
                                         "back\\slash",
                                         "\\'",
                                         "\"double\"",
                                         "new\nline",
                                         "$1 %s ?",
                                         "\xF0\x9F\x98\x80",
                                         "'; DROP TABLE x; --",
                                         "E'",
                                         "\\"};

TEST(SqlText, LiteralsMeanThemselvesWhateverTheSetting) {
  Case t("SELECT 1");
  for (const std::string setting : {"on", "off"}) {
    t.database.run("SET standard_conforming_strings = " + setting + "; SET backslash_quote = off");
    for (const std::string& text : kNasty) EXPECT_EQ(t.database.value("SELECT " + postgres::quote_literal(text)), text);
  }
}

TEST(SqlText, NamesMeanThemselves) {
  Case t("SELECT 1");
  for (const std::string& name : kNasty) {
    t.database.run("CREATE TABLE " + postgres::quote_name(catalog::TableName{"public", name}) + " (" +
                   postgres::quote_name(name) + " int)");
    EXPECT_EQ(t.database.value("SELECT attname FROM pg_attribute WHERE attrelid = (SELECT max(oid) FROM pg_class WHERE "
                               "relkind = 'r') AND attnum = 1"),
              name);
  }
}

TEST(SqlText, JoinsPartsWithTheSeparatorBetweenThem) {
  EXPECT_EQ(postgres::join({}, ", "), "");
  EXPECT_EQ(postgres::join({"a"}, ", "), "a");
  EXPECT_EQ(postgres::join({"a", "b", "c"}, " AND "), "a AND b AND c");
}

}  // namespace
}  // namespace import_test
