#include "databases/altered_copy.h"

namespace databases {
namespace {

class AlteredCopy : public AlteredCopyTest, public testing::WithParamInterface<const char*> {
 protected:
  void SetUp() override { set_up(GetParam()); }
};

INSTANTIATE_TEST_SUITE_P(Databases, AlteredCopy,
                         testing::Values("chinook_identity", "chinook_mixedcase", "northwind", "adventureworkslt"),
                         [](const auto& name) { return name.param; });

TEST_P(AlteredCopy, GetsTheRowsOfTheFileAsTheDryRunForetoldAndKeepsItsOwn) {
  const auto trace = write_trace(*target_);
  const Lines before = support::copied_rows(target_->url());

  const Imported dry_run = import_file(file_, target_->url(), {"--dry-run"});

  EXPECT_EQ(dry_run.verdicts, expected_verdicts());
  EXPECT_EQ(write_trace(*target_), trace) << "the dry run wrote";

  const Imported imported = import_file(file_, target_->url());

  EXPECT_EQ(imported.verdicts, expected_verdicts());
  EXPECT_THAT(imported.notices, testing::IsEmpty()) << "the target's sequences were ahead of the file";
  expect_rows_of_both(before);
  EXPECT_THAT(stale_sequences(*target_), testing::IsEmpty());
  EXPECT_EQ(import_file(file_, target_->url()).verdicts, all_rows(file_, "unchanged"));
}

}  // namespace
}  // namespace databases
