// A real database, its export, and a copy of it that has gone its own way (alter.sql): what the tests of imports into
// a database with rows of its own begin with. Make one with set_up() in a test's SetUp; skips where the dump is absent.
#pragma once

#include <gmock/gmock.h>

#include <algorithm>
#include <iterator>
#include <optional>
#include <string>
#include <vector>

#include "databases/real_database.h"
#include "databases/transfer.h"
#include "support/dump.h"
#include "support/folder.h"

namespace databases {

class AlteredCopyTest : public testing::Test {
 protected:
  using Lines = std::vector<std::string>;

  void set_up(const std::string& name) {
    const std::string dump = dump_path(name);
    if (dump.empty()) GTEST_SKIP() << "the folder of dumps is not beside the repository: no " << name << ".dump";
    restore(source_, dump, Content::kSchemaAndRows);
    export_database(source_.url(), file_);
    target_.emplace(source_.name());
    altered_ = alter(*target_);
  }

  // What the importer has to find out by itself.
  Verdicts expected_verdicts() const {
    Verdicts verdicts;
    for (const Altered& table : altered_) {
      auto& rows = verdicts[table.table];
      if (table.deleted > 0) rows["insert"] = table.deleted;
      if (table.changed > 0) rows["update"] = table.changed;
      const auto unchanged = table.rows - table.deleted - table.changed;
      if (unchanged > 0) rows["unchanged"] = unchanged;
    }
    return verdicts;
  }

  // The target holds the source's rows and its own new ones, not one more or less; `before` are its rows before the
  // import.
  void expect_rows_of_both(const Lines& before, const Lines& without_columns = {}) const {
    const Lines source = support::copied_rows(source_.url(), without_columns);
    const Lines after = support::copied_rows(target_->url(), without_columns);
    std::uint64_t added = 0;
    for (const Altered& table : altered_) added += table.added;
    EXPECT_THAT(without(source, after), testing::IsEmpty()) << "rows of the file that are not in the target";
    const Lines own = without(after, source);
    EXPECT_EQ(own.size(), added) << "the target's own rows";
    EXPECT_THAT(without(own, before), testing::IsEmpty()) << "rows that neither the file nor the target had";
    EXPECT_EQ(after.size(), source.size() + added);
  }

  // Both sorted.
  static Lines without(const Lines& all, const Lines& some) {
    Lines rest;
    std::ranges::set_difference(all, some, std::back_inserter(rest));
    return rest;
  }

  support::TemporaryFolder folder_;
  std::string file_ = folder_.file("export.json");
  support::Database source_;
  std::optional<support::Database> target_;
  std::vector<Altered> altered_;
};

}  // namespace databases
