// The one of the real databases with triggers: `last_updated` stamps last_update at every UPDATE, film's other one
// derives a tsvector. Triggers fire in an import as in any other session, so an updated row cannot hold the file's
// stamp; the report has to say so.
#include "databases/altered_copy.h"

namespace databases {
namespace {

class AlteredPagila : public AlteredCopyTest {
 protected:
  void SetUp() override { set_up("pagila"); }

  // One for each table whose trigger stamped what the import had updated.
  std::vector<std::string> expected_notices() const {
    std::vector<std::string> notices;
    for (const Altered& table : altered_) {
      if (table.changed == 0 || table.table == "payment") continue;
      const std::string triggers = table.table == "film" ? "film_fulltext_trigger, last_updated" : "last_updated";
      notices.push_back(table.table + ": " + std::to_string(table.changed) +
                        (table.changed == 1 ? " row does" : " rows do") +
                        " not hold the file's values after the import (last_update); trigger " + triggers +
                        " changed them. The next import of the file will write them again, unless \"ignore\" of the "
                        "transfer file names what the target sets itself");
    }
    return notices;
  }

  Verdicts verdicts_of_a_second_import() const {
    Verdicts verdicts = all_rows(file_, "unchanged");
    for (const Altered& table : altered_) {
      if (table.changed == 0 || table.table == "payment") continue;
      verdicts[table.table] = {{"update", table.changed}, {"unchanged", table.rows - table.changed}};
    }
    return verdicts;
  }
};

const std::vector<std::string> kStamp = {"last_update"};

TEST_F(AlteredPagila, GetsEveryValueOfTheFileButTheStampsOfItsOwnTrigger) {
  const Lines before = support::copied_rows(target_->url(), kStamp);

  const Imported imported = import_file(file_, target_->url());

  EXPECT_EQ(imported.verdicts, expected_verdicts());
  EXPECT_THAT(imported.notices, testing::UnorderedElementsAreArray(expected_notices()));
  expect_rows_of_both(before, kStamp);
  EXPECT_THAT(stale_sequences(*target_), testing::IsEmpty());

  // Stamped rows differ from the file, so a second import finds them, and only them.
  const Imported again = import_file(file_, target_->url());

  EXPECT_EQ(again.verdicts, verdicts_of_a_second_import());
  EXPECT_THAT(again.notices, testing::UnorderedElementsAreArray(expected_notices()));
}

TEST_F(AlteredPagila, HoldsTheFileExactlyWhereTheTriggerIsDisabled) {
  for (const Altered& table : altered_) {
    if (table.table != "payment") target_->run("ALTER TABLE " + table.table + " DISABLE TRIGGER last_updated");
  }
  const Lines before = support::copied_rows(target_->url());

  EXPECT_EQ(import_file(file_, target_->url(), {"--dry-run"}).verdicts, expected_verdicts());
  const Imported imported = import_file(file_, target_->url());

  EXPECT_EQ(imported.verdicts, expected_verdicts());
  EXPECT_THAT(imported.notices, testing::IsEmpty());
  expect_rows_of_both(before);
  EXPECT_EQ(import_file(file_, target_->url()).verdicts, all_rows(file_, "unchanged"));
}

}  // namespace
}  // namespace databases
