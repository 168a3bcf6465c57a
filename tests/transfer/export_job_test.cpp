// What an export says beside its file. The source is made up: databases are the matter of other tests.
#include "transfer/export_job.h"

#include <gmock/gmock.h>

#include <chrono>
#include <memory>

#include "support/folder.h"

namespace {

using testing::HasSubstr;
using testing::Not;

class OneTable final : public engine::Source {
 public:
  const outcome::DatabaseInfo& info() const override { return info_; }
  std::vector<catalog::Table> tables(const std::vector<std::string>& /*schemas*/) override {
    catalog::Table table;
    table.name = {"public", "items"};
    table.columns.emplace_back();
    table.columns.back().name = "id";
    table.columns.back().type = "integer";
    return {table};
  }
  std::optional<engine::LastMigration> last_migration(const std::vector<std::string>& /*schemas*/) override {
    return {};
  }
  std::vector<catalog::Table> open_snapshot(const std::vector<catalog::Table>& tables) override { return tables; }
  std::vector<std::string> demand_rows_of(const std::vector<catalog::TableName>& /*left_out*/,
                                          engine::RowsElsewhere /*elsewhere*/) override {
    return {};
  }
  void demand_unchanged() override {}
  std::unique_ptr<engine::RowReader> read(const engine::TableQuery& /*query*/) override {
    return std::make_unique<ThreeBatches>();
  }

 private:
  class ThreeBatches final : public engine::RowReader {
   public:
    std::uint64_t read_batch(base::ByteBuffer& out) override {
      if (batches_ == 3) return 0;
      ++batches_;
      out.append("{\"id\":1},\n");
      return 1;
    }

   private:
    int batches_ = 0;
  };

  outcome::DatabaseInfo info_{"postgresql", "15", "source"};
};

std::string words_of_an_export(std::chrono::seconds long_snapshot) {
  const support::TemporaryFolder folder;
  OneTable source;
  transfer::ExportOptions options;
  options.output = folder.file("export.json");
  options.long_snapshot = long_snapshot;
  testing::internal::CaptureStderr();
  base::Progress progress(base::ProgressMode::kNone, 2, base::Color::kNever);
  transfer::run_export(source, options, progress, {});
  return testing::internal::GetCapturedStderr();
}

TEST(ExportJob, WarnsOnceOfASnapshotThatIsOld) {
  const std::string words = words_of_an_export(std::chrono::seconds(0));
  EXPECT_THAT(words, HasSubstr("the export's snapshot is 0 minutes old"));
  EXPECT_EQ(words.find("snapshot"), words.rfind("snapshot"));
}

TEST(ExportJob, SaysNothingOfASnapshotThatIsYoung) {
  EXPECT_THAT(words_of_an_export(std::chrono::minutes(15)), Not(HasSubstr("snapshot")));
}

}  // namespace
