// Partitions with foreign keys that their root does not have, as in pagila: they count for the order of the tables, but
// say nothing of rows in other partitions.
#include <gmock/gmock.h>

#include "databases/real_database.h"
#include "databases/transfer.h"
#include "support/dump.h"
#include "support/folder.h"

namespace databases {
namespace {

constexpr const char* kSchema = R"(
  CREATE TABLE rentals (id int PRIMARY KEY);
  CREATE TABLE payments (year int, id int, rental int, PRIMARY KEY (year, id)) PARTITION BY LIST (year);
  CREATE TABLE payments_2022 PARTITION OF payments FOR VALUES IN (2022);
  CREATE TABLE payments_2023 PARTITION OF payments FOR VALUES IN (2023) PARTITION BY LIST (id);
  CREATE TABLE payments_2023_1 PARTITION OF payments_2023 FOR VALUES IN (1, 2);
)";
constexpr const char* kSomeKeys = "ALTER TABLE payments_2022 ADD CONSTRAINT a FOREIGN KEY (rental) REFERENCES rentals;";
constexpr const char* kAllKeys = R"(
  ALTER TABLE payments_2022 ADD CONSTRAINT a FOREIGN KEY (rental) REFERENCES rentals;
  ALTER TABLE payments_2023 ADD CONSTRAINT b FOREIGN KEY (rental) REFERENCES rentals;
)";

class Partitions : public testing::Test {
 protected:
  support::TemporaryFolder folder_;
  std::string file_ = folder_.file("export.json");
  support::Database source_;
  support::Database target_;
};

TEST_F(Partitions, ComeAfterTheParentsOfTheirOwnForeignKeys) {
  source_.run(std::string(kSchema) + kSomeKeys +
              "INSERT INTO rentals VALUES (7); INSERT INTO payments VALUES (2022, 1, 7);");
  target_.run(std::string(kSchema) + kSomeKeys);
  export_database(source_.url(), file_);

  const Imported imported = import_file(file_, target_.url());

  EXPECT_EQ(imported.verdicts, all_rows(file_, "insert"));
  EXPECT_EQ(support::normalized_dump(target_.url()), support::normalized_dump(source_.url()));
}

TEST_F(Partitions, TakeRowsWithoutAParentWhereNoForeignKeyAsksForOne) {
  source_.run(std::string(kSchema) + kSomeKeys + "INSERT INTO payments VALUES (2022, 1, NULL), (2023, 1, 99);");
  target_.run(std::string(kSchema) + kSomeKeys);
  export_database(source_.url(), file_);

  EXPECT_EQ(import_file(file_, target_.url()).verdicts, all_rows(file_, "insert"));
}

TEST_F(Partitions, AreJudgedBeforehandByAForeignKeyThatAllOfThemHave) {
  source_.run(std::string(kSchema) + "INSERT INTO payments VALUES (2022, 1, 98), (2023, 1, 99);");
  target_.run(std::string(kSchema) + kAllKeys);
  export_database(source_.url(), file_);

  const Imported dry_run = import_file(file_, target_.url(), {"--dry-run"}, LeftOut::kExpected);

  EXPECT_EQ(dry_run.verdicts.at("payments"), (std::map<std::string, std::uint64_t>{{"invalid", 2}}));
}

}  // namespace
}  // namespace databases
