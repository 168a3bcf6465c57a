// A PostgreSQL database as something to import into: one transaction on one connection, phase by phase. Owns its
// connection and opens a new one when a retry finds it broken. One thread.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "engine/target.h"
#include "postgres/catalog/introspect.h"
#include "postgres/catalog/object_names.h"
#include "postgres/catalog/unheld_catalog.h"
#include "postgres/import/as_restored.h"
#include "postgres/import/classify.h"
#include "postgres/import/decisions.h"
#include "postgres/import/first_load.h"
#include "postgres/import/kept_rows.h"
#include "postgres/import/staged_table.h"
#include "postgres/import/temporary_tables.h"
#include "postgres/import/unchanged_rows.h"
#include "postgres/session/connection.h"
#include "postgres/session/settings.h"

namespace postgres {

class PostgresTarget : public engine::Target {
 public:
  using Connect = std::function<std::unique_ptr<Connection>()>;

  PostgresTarget(Connect connect, std::chrono::milliseconds lock_timeout,
                 engine::FirstLoads first_loads = engine::FirstLoads::kNever,
                 engine::NotValid not_valid = engine::NotValid::kJudged,
                 std::vector<std::string> run_code_of = {});  // roles whose code a superuser lets run
  ~PostgresTarget() override;

  const outcome::DatabaseInfo& info() const override { return info_; }
  std::string role() const override { return role_; }
  std::optional<engine::LastMigration> last_migration(const std::vector<std::string>& schemas) override;
  void begin(engine::Intent intent) override;
  std::vector<catalog::Table> tables(const std::vector<std::string>& schemas) override;
  std::vector<std::string> schemas() override { return schema_names(*connection_); }
  std::string other_object(const catalog::TableName& name) override {
    return postgres::other_object(*connection_, name);
  }
  catalog::Types types() override;
  void refresh_views(engine::Refresh refresh) override;
  void lock(const std::vector<catalog::Table>& written, engine::TableLocks locks) override;
  std::vector<outcome::LooseReference> loose_references() override;
  bool has_column(const std::function<bool(const catalog::TableName&, const std::string&)>& wanted) override;
  void look_ahead(const std::vector<engine::TablePlan>& plans, const std::vector<std::string>& schemas,
                  engine::Detail detail) override;
  std::vector<std::string> missing_grants() const override { return missing_grants_; }
  void prepare(std::vector<engine::TablePlan> plans, std::vector<std::vector<std::size_t>> components,
               engine::Detail detail) override;
  std::vector<bool> may_hold_equal_rows(const std::vector<engine::TablePlan>& plans) override;
  bool find_unchanged(std::size_t plan, const std::vector<std::string>& columns, digests::RecordDigests& file,
                      std::size_t section) override;
  engine::Staging stage(std::size_t plan, format::TableReader& records, base::Progress& progress) override;
  void stage_base(std::size_t plan, format::TableReader& records, base::Progress& progress) override;
  engine::Staging classify(base::Progress& progress) override;
  void end_early_beyond(std::uint64_t most_left_out) override { most_left_out_ = most_left_out; }
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
  std::vector<std::string> untold() const override { return untold_; }
  void demand_unchanged() override;
  void commit() override;
  void roll_back() override;

 private:
  bool is_read_only();
  void demand_writable();
  engine::Staging try_first_load(const std::function<bool()>& work);
  void fire_deferred_triggers();
  void prepare_bases();
  void create_stages();
  void stage_into(StagedTable& table, format::TableReader& records, base::Progress& progress, UnchangedRows* unchanged);
  void look_names_up();
  void judge(base::Progress& progress);
  bool may_leave_unstaged(const StagedTable& table, const std::vector<std::string>& columns);
  void demand_unstaged_not_needed();
  void gather();
  KeptDecisions& kept_decisions();
  void demand_all_privileges();
  enum class Rights { kSurelyNeeded, kAll };
  std::vector<std::string> grants_for(engine::Intent intent);
  std::vector<std::string> grants_for(engine::Intent intent, Rights rights);
  std::vector<std::string> grants_for_empty_tables();
  std::vector<TableDetails> referring_tables();
  void demand_rights_of_rows();
  std::optional<std::vector<std::size_t>> merge_once(base::Progress& progress);
  std::optional<std::vector<std::size_t>> merge_with_deletes(base::Progress& progress);
  void add_column_grants(std::vector<std::string>& grants);
  void refuse_hidden_rows(const TableDetails& details) const;
  TableDetails& find(const catalog::TableName& name);

  Connect connect_;
  std::chrono::milliseconds lock_timeout_;
  engine::FirstLoads first_loads_;
  engine::NotValid not_valid_;
  std::vector<std::string> run_code_of_;
  std::unique_ptr<Connection> connection_;
  outcome::DatabaseInfo info_;
  std::string role_;
  engine::Intent intent_ = engine::Intent::kDryRun;
  engine::Detail detail_ = engine::Detail::kCounts;
  bool read_only_ = false;  // by its settings: an import could not begin
  SessionSettings session_;
  std::string history_;  // of the server that the transaction began on
  std::vector<TableDetails> details_;
  engine::TableLocks table_locks_ = engine::TableLocks::kAgainstChangesOfShape;
  std::vector<std::uint32_t> locked_;  // empty: lock() is still to come
  std::optional<CatalogImage> image_;  // as of the snapshot
  std::vector<StagedTable> tables_;
  std::vector<StagedTable> bases_;  // of the tables that have one
  std::vector<std::vector<std::size_t>> components_;
  std::vector<std::unique_ptr<UnchangedRows>> unchanged_;  // parallel to tables_, or empty; null: all rows are staged
  std::optional<bool> leaves_unstaged_;                    // the import as a whole; none: not asked yet
  std::optional<TemporaryTables> temporary_;
  std::optional<TemporaryTables> base_temporary_;
  std::optional<std::uint64_t> most_left_out_;  // by a merge
  std::optional<Classifier> classifier_;
  std::optional<KeptRows> kept_rows_;
  std::optional<KeptDecisions> kept_decisions_;  // with Detail::kFull
  std::optional<AsRestored> restored_;
  std::optional<FirstLoad> first_load_;         // under way or done
  std::vector<outcome::TableEffects> effects_;  // parallel to tables_, with Detail::kFull
  bool merge_changed_decisions_ = true;
  bool others_wrote_ = false;  // while the merge did, asked where rows are kept
  std::vector<std::string> notices_;
  std::vector<std::string> untold_;
  std::vector<std::string> missing_grants_;  // of a dry run, for the import
};

}  // namespace postgres
