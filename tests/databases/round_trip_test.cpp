// Whole databases that others made go out and in again, as their users would have it.
#include <gmock/gmock.h>

#include "databases/real_database.h"
#include "databases/transfer.h"
#include "support/dump.h"
#include "support/folder.h"

namespace databases {
namespace {

using support::Database;
using testing::IsEmpty;

class RealDatabase : public testing::TestWithParam<const char*> {
 protected:
  void SetUp() override {
    dump_ = dump_path(GetParam());
    if (dump_.empty()) GTEST_SKIP() << "the folder of dumps is not beside the repository: no " << GetParam() << ".dump";
    restore(source_, dump_, Content::kSchemaAndRows);
    export_database(source_.url(), file_);
  }

  std::string dump_;
  support::TemporaryFolder folder_;
  std::string file_ = folder_.file("export.json");
  std::string again_ = folder_.file("again.json");
  Database source_;
};

INSTANTIATE_TEST_SUITE_P(Databases, RealDatabase,
                         testing::Values("pagila", "chinook_identity", "chinook_mixedcase", "northwind",
                                         "adventureworkslt"),
                         [](const auto& name) { return name.param; });

TEST_P(RealDatabase, ComesBackByteForByteAndASecondTimeWithoutAWrite) {
  Database target;
  restore(target, dump_, Content::kSchema);

  const Imported imported = import_file(file_, target.url());

  EXPECT_EQ(imported.verdicts, all_rows(file_, "insert"));
  EXPECT_TRUE(support::normalized_dump(target.url()) == support::normalized_dump(source_.url()));
  EXPECT_THAT(stale_sequences(target), IsEmpty());
  export_database(target.url(), again_);
  EXPECT_TRUE(data_of(again_) == data_of(file_));

  const auto before = write_trace(target);
  const Imported second = import_file(file_, target.url());

  EXPECT_EQ(second.verdicts, all_rows(file_, "unchanged"));
  EXPECT_THAT(second.notices, IsEmpty());
  EXPECT_EQ(write_trace(target), before);
}

}  // namespace
}  // namespace databases
