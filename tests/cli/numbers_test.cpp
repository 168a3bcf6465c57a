// Numbers in a file that tools rewrite which read numbers as doubles.
#include <gmock/gmock.h>

#include "transfer_fixture.h"

namespace cli {
namespace {

class Numbers : public Transfer {};

TEST_F(Numbers, ComeBackThroughJqAsTheyWere) {
  schema(
      "CREATE TABLE t(id int PRIMARY KEY, j json, b jsonb, bs jsonb[], n numeric, l bigint, f float8);"
      "CREATE DOMAIN doc AS jsonb; CREATE TABLE d(id int PRIMARY KEY, x doc)");
  source.run(
      "INSERT INTO t VALUES "
      "(1, '12345678901234567890', '{\"n\": 12345678901234567890, \"m\": [0.12345678901234567890123]}', "
      "ARRAY['9007199254740993'::jsonb, '1'], 1.10, 9007199254740993, 0.1), "
      "(2, '{\"a\":1e400}', '[1, 2.5]', NULL, 12345678901234567890.123, -9223372036854775808, 1e300);"
      "INSERT INTO d VALUES (1, '{\"id\": 18446744073709551615}')");
  ASSERT_EQ(run_export().status, 0);
  ASSERT_EQ(run_import().status, 0);

  const support::Run jq = support::run_program({"jq", ".", file});
  ASSERT_EQ(jq.status, 0) << jq.err;
  file = folder.write("edited.json", jq.out);
  const auto result = import({"--unsealed"});

  EXPECT_EQ(status, 0);
  EXPECT_EQ(table(result, "t")["unchanged"], 2) << result.dump();
  EXPECT_EQ(table(result, "d")["unchanged"], 1);
}

}  // namespace
}  // namespace cli
