// An SQLite database as something to import into: stage → classify → merge → commit on one connection, which is opened
// once more for each attempt. Records are staged before the target is locked; from classify on other writers wait. A
// dry run opens the file read-only. One thread.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "engine/target.h"
#include "sqlite/catalog/introspect.h"
#include "sqlite/import/classify.h"
#include "sqlite/import/merge.h"
#include "sqlite/import/staged_table.h"
#include "sqlite/session/connection.h"

namespace sqlite {

class SqliteTarget : public engine::Target {
 public:
  using Connect = std::function<std::unique_ptr<Connection>(Access)>;

  explicit SqliteTarget(Connect connect);
  ~SqliteTarget() override;

  const outcome::DatabaseInfo& info() const override { return info_; }
  std::string role() const override { return {}; }
  std::string other_object(const catalog::TableName& name) override;
  std::optional<engine::LastMigration> last_migration(const std::vector<std::string>& schemas) override;
  void begin(engine::Intent intent) override;
  std::vector<catalog::Table> tables(const std::vector<std::string>& schemas) override;
  // Here writers lock the file: classify() does, which also looks whether the tables are what they were.
  void lock(const std::vector<catalog::Table>& /*written*/, engine::TableLocks /*locks*/) override {}
  std::vector<outcome::LooseReference> loose_references() override;
  bool has_column(const std::function<bool(const catalog::TableName&, const std::string&)>& wanted) override;
  void prepare(std::vector<engine::TablePlan> plans, std::vector<std::vector<std::size_t>> components,
               engine::Detail detail) override;
  engine::Staging stage(std::size_t plan, format::TableReader& records, base::Progress& progress) override;
  void stage_base(std::size_t plan, format::TableReader& records, base::Progress& progress) override;
  engine::Staging classify(base::Progress& progress) override;
  void merge(base::Progress& progress) override;
  void keep_rows_before() override;
  std::unique_ptr<engine::RowReader> rows_before(std::size_t plan, const std::string& key) override;
  outcome::VerdictCounts counts(std::size_t plan) override;
  std::uint64_t rows_there(std::size_t plan) override;
  void for_each_decision(std::size_t plan, engine::Decisions which,
                         const std::function<bool(const outcome::Decision&)>& take) override;
  std::unique_ptr<engine::RowReader> conflicting_rows(std::size_t plan, engine::Side side,
                                                      const std::vector<engine::NamedColumn>& columns) override;
  void for_each_fingerprint(std::size_t plan, outcome::Merged merged,
                            const std::function<void(const outcome::Fingerprint&)>& take) override;
  bool merge_changed_decisions() const override { return merge_changed_decisions_; }
  void gather_details() override;
  std::vector<outcome::Fact> whereabouts() override;
  std::vector<outcome::Fact> used_catalog() override;
  std::vector<outcome::Fact> followers() override;
  outcome::TableEffects effects(std::size_t plan) override;
  std::vector<std::string> notices() const override { return notices_; }
  std::vector<std::string> untold() const override;
  void demand_unchanged() override {}  // a transaction of SQLite holds the schema too
  void commit() override;
  void roll_back() override;

 private:
  void prepare_bases();
  void open_target();
  void gather();
  std::optional<std::vector<std::size_t>> merge_once(base::Progress& progress, Deletes deletes);
  std::vector<std::size_t> merge_with_deletes(base::Progress& progress);
  const TableDetails& find(const catalog::TableName& name) const;

  Connect connect_;
  std::unique_ptr<Connection> connection_;
  outcome::DatabaseInfo info_;
  engine::Intent intent_ = engine::Intent::kDryRun;
  engine::Detail detail_ = engine::Detail::kCounts;
  std::vector<TableDetails> details_;
  std::int64_t schema_version_ = 0;  // when details_ were read
  std::vector<StagedTable> tables_;
  std::vector<StagedTable> bases_;  // of the tables that have one
  std::vector<std::vector<std::size_t>> components_;
  ForeignKeys foreign_keys_ = ForeignKeys::kEnforced;
  std::optional<Classifier> classifier_;
  std::vector<outcome::TableEffects> effects_;  // parallel to tables_, with Detail::kFull
  bool merge_changed_decisions_ = true;
  std::vector<std::string> notices_;
  std::vector<std::string> untold_;  // of a dry run: rows that updates take along, what is not judged; a line each
};

}  // namespace sqlite
