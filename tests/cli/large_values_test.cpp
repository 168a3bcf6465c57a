// Large values go both ways in memory bounded by a small multiple of them, and a record that no import would take is
// refused by the export already.
#include <gmock/gmock.h>
#include <sys/resource.h>

#include <cstdlib>
#include <filesystem>

#include "cli/transfer_fixture.h"

namespace cli {
namespace {

using testing::HasSubstr;

constexpr long kMebibyte = 1024;  // of ru_maxrss

// Of the largest program that has ended so far.
long peak_kibibytes() {
  rusage usage{};
  ::getrusage(RUSAGE_CHILDREN, &usage);
  return usage.ru_maxrss;
}

bool has_sanitizer() {
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
  return true;
#else
  return false;
#endif
}

class LargeValues : public Transfer {
 protected:
  void expect_equal(const std::string& table) {
    const std::string digest = "SELECT string_agg(md5(format('%s', t)), ' ' ORDER BY id) FROM " + table + " t";
    EXPECT_EQ(target.value(digest), source.value(digest));
  }
};

TEST_F(LargeValues, OfEveryKindComeBackAsTheyWere) {
  schema(
      "CREATE TABLE v (id int PRIMARY KEY, plain text, escaped text, bytes bytea, document jsonb, list jsonb, words "
      "json,"
      "short varchar(3000000), items text[], bits varbit)");
  source.run(
      "INSERT INTO v SELECT n, repeat('ä€x', 600000), repeat(E'line \\\\ \" \\n \\x01', 300000), "
      "decode(repeat('00ff5c22', 700000), 'hex'), jsonb_build_object('$json', repeat('x', 2000000)), "
      "(SELECT jsonb_agg(jsonb_build_object('k', g, 'v', 'a\"]}')) FROM generate_series(1, 60000) g), "
      "to_json(repeat(E'\\\\\\n', 1000000)), repeat('é', 1500000), ARRAY[repeat(E'\\n', 1500000), NULL, 'b'], "
      "repeat('01', 1000000)::varbit FROM generate_series(1, 3) n; "
      "INSERT INTO v (id, document) VALUES (4, '{\"a\": [1, {\"b\": \"}\"}], \"c\": \"\\\\\"}'), (5, 'null')");
  EXPECT_EQ(verdicts(transfer(), "v"), (std::vector<int>{5, 0, 0, 0, 0, 0})) << errors;
  expect_equal("v");
  EXPECT_EQ(verdicts(transfer({"--first-load", "never"}), "v"), (std::vector<int>{0, 0, 5, 0, 0, 0})) << errors;
  target.run("UPDATE v SET escaped = left(escaped, -1), document = '1' WHERE id < 3");
  EXPECT_EQ(verdicts(import(), "v"), (std::vector<int>{0, 2, 3, 0, 0, 0})) << errors;
  expect_equal("v");
}

TEST_F(LargeValues, AreRefusedOneByOne) {
  schema("CREATE TABLE v (id int PRIMARY KEY, a text, b text)");
  target.run("ALTER TABLE v ALTER b TYPE varchar(5)");
  source.run(
      "INSERT INTO v SELECT n, repeat('x', 2000000), CASE n WHEN 2 THEN 'too long' ELSE 'short' END FROM "
      "generate_series(1, 3) n");
  EXPECT_EQ(verdicts(transfer(), "v"), (std::vector<int>{2, 0, 0, 0, 1, 0})) << errors;
  EXPECT_EQ(target.value("SELECT string_agg(id || ' ' || length(a), ',' ORDER BY id) FROM v"), "1 2000000,3 2000000");
}

TEST_F(LargeValues, TakeNoMoreThanTwiceTheirJson) {
  if (has_sanitizer()) GTEST_SKIP() << "a sanitizer's own memory counts as well";
  constexpr long kValue = 60;
  schema("CREATE TABLE v (id int PRIMARY KEY, t text, b bytea, j jsonb)");
  const std::string size = std::to_string(kValue << 20);
  const std::vector<std::string> values{
      "b) VALUES (1, decode(repeat('ab', " + size + " / 2), 'hex'))",
      "j) SELECT 1, jsonb_agg(g) FROM generate_series(1000000, 1000000 + " + size + " / 9) g",
      // The longest JSON comes last: what is measured is the greatest of all programs so far.
      "t) VALUES (1, repeat(E'ab\\n\"\\\\', " + size + " / 5))"};
  for (const std::string& value : values) {
    source.run("TRUNCATE v; INSERT INTO v (id, " + value);
    target.run("TRUNCATE v");
    transfer({"--first-load", "never"});
    EXPECT_EQ(status, 0) << errors;
    const auto json = static_cast<long>(std::filesystem::file_size(file) >> 10);
    EXPECT_GT(json, kValue * kMebibyte / 2);
    EXPECT_LT(peak_kibibytes(), 2 * json + 40 * kMebibyte) << value;
  }
}

// 200 million bytes that are six characters each in JSON.
TEST_F(LargeValues, ThatNoImportWouldTakeEndTheExportWithTheNameOfTheirRow) {
  schema("CREATE TABLE v (id int PRIMARY KEY, t text)");
  source.run("INSERT INTO v VALUES (1, 'small'), (77, repeat(E'\\x01', 200000000)), (78, 'behind it')");

  const support::Run run = run_export();

  EXPECT_EQ(run.status, 7) << run.err;
  EXPECT_THAT(run.err, HasSubstr("v: the row id=77 is longer than 1024 MiB as JSON"));
  EXPECT_FALSE(std::filesystem::exists(file));
}

// The largest that goes, and the next: some gigabytes of memory and disk, some minutes.
TEST_F(LargeValues, OfTheLimitGoBothWaysAndTheNextDoesNot) {
  if (std::getenv("DB_TRANSFER_LARGE") == nullptr) GTEST_SKIP() << "only with DB_TRANSFER_LARGE=1";
  schema("CREATE TABLE v (id int PRIMARY KEY, b bytea)");
  // {"id":1,"b":"\\x…"}: 17 bytes beside two digits a byte.
  source.run(
      "ALTER TABLE v ALTER b SET STORAGE EXTERNAL; INSERT INTO v SELECT 1, string_agg(decode(repeat('ab', 1048576), "
      "'hex'), '') FROM generate_series(1, 511); UPDATE v SET b = b || decode(repeat('ab', 1048576 - 9), 'hex')");
  EXPECT_EQ(verdicts(transfer(), "v"), (std::vector<int>{1, 0, 0, 0, 0, 0})) << errors;
  EXPECT_EQ(target.value("SELECT length(b) FROM v"), std::to_string((512 << 20) - 9));
  source.run("UPDATE v SET b = b || '\\xab'");

  const support::Run run = run_export();

  EXPECT_EQ(run.status, 7) << run.err;
  EXPECT_THAT(run.err, HasSubstr("v: the row id=1 is longer"));
}

}  // namespace
}  // namespace cli
