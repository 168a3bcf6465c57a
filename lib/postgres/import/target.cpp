#include "postgres/import/target.h"

#include <algorithm>
#include <utility>

#include "postgres/catalog/code_of_others.h"
#include "postgres/catalog/ledger.h"
#include "postgres/catalog/materialized_views.h"
#include "postgres/catalog/planning_path.h"
#include "postgres/catalog/privileges.h"
#include "postgres/catalog/user_types.h"
#include "postgres/import/base_merge.h"
#include "postgres/import/changed_columns.h"
#include "postgres/import/commit.h"
#include "postgres/import/import_locks.h"
#include "postgres/import/lock_budget.h"
#include "postgres/import/made_defaults.h"
#include "postgres/import/sequences.h"
#include "postgres/import/stage.h"
#include "postgres/import/untold.h"
#include "postgres/session/guarded.h"
#include "postgres/session/settings.h"
#include "postgres/session/sql_text.h"

namespace postgres {

using base::Error;
using base::ErrorKind;

namespace {

constexpr int kHashesRecords = 140000;  // hash_record_extended

}  // namespace

PostgresTarget::PostgresTarget(Connect connect, std::chrono::milliseconds lock_timeout, engine::FirstLoads first_loads,
                               engine::NotValid not_valid, std::vector<std::string> run_code_of)
    : connect_(std::move(connect)),
      lock_timeout_(lock_timeout),
      // Of what is put aside, a first load could not make the old order of triggers again.
      first_loads_(not_valid == engine::NotValid::kAsRestored ? engine::FirstLoads::kNever : first_loads),
      not_valid_(not_valid),
      run_code_of_(std::move(run_code_of)),
      connection_(connect_()),
      info_(describe(*connection_)),
      role_(connection_->query_value("SELECT current_user").c_str()) {}

PostgresTarget::~PostgresTarget() = default;

void PostgresTarget::begin(engine::Intent intent) {
  intent_ = intent;
  first_load_.reset();
  restored_.reset();
  kept_rows_.reset();
  kept_decisions_.reset();
  merge_changed_decisions_ = true;
  classifier_.reset();
  temporary_.reset();
  base_temporary_.reset();
  unchanged_.clear();
  leaves_unstaged_.reset();
  tables_.clear();
  bases_.clear();
  notices_.clear();
  untold_.clear();
  locked_.clear();
  image_.reset();
  if (connection_->transaction_status() == PQTRANS_UNKNOWN) connection_ = connect_();
  if (connection_->transaction_status() != PQTRANS_IDLE) roll_back();
  demand_writable();
  if (intent_ == engine::Intent::kImport) history_ = history_of(*connection_);
}

void PostgresTarget::demand_writable() {
  const bool read_only = is_read_only();
  if (read_only && intent_ != engine::Intent::kDryRun) {
    throw Error(ErrorKind::kPrivilege, connection_->place() + " is set to read-only (default_transaction_read_only)",
                "a dry run works there; for an import, let the owner lift the setting for this role or database");
  }
  read_only_ = read_only;
  if (connection_->query_value("SELECT pg_catalog.pg_is_in_recovery()").as<bool>()) {
    throw Error(ErrorKind::kPrivilege,
                connection_->place() + " is a standby: nothing can be written there, not even temporary tables",
                "use the URL of the primary");
  }
}

// Nothing before the last lock may take the snapshot: SHOW does not, and neither do SET and LOCK.
void PostgresTarget::lock(const std::vector<catalog::Table>& written, engine::TableLocks locks) {
  std::vector<std::uint32_t> oids;
  oids.reserve(written.size());
  for (const catalog::Table& table : written) oids.push_back(find(table.name).oid);
  guarded([&] {
    connection_->execute("BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY");
    pin_settings(*connection_, lock_timeout_);
    ImportLocks set(*connection_, oids, intent_);
    const LockBudget budget = budget_for(*connection_, oids);
    connection_->execute("COMMIT");
    // READ WRITE for a dry run as well: temporary tables must be made first.
    connection_->execute("BEGIN ISOLATION LEVEL REPEATABLE READ, READ WRITE");
    session_ = session_settings(*connection_);
    pin_settings(*connection_, lock_timeout_);
    try {
      set.take(locks, lock_timeout_);
    } catch (const ServerError& error) {
      if (error.locks_lack_room()) fail_for_room(*connection_, budget);
      throw;
    }
    set.demand_set_locked();
    connection_->watch_locks(lock_timeout_, connection_->query_value("SELECT pg_catalog.pg_backend_pid()").as<int>());
    raise_settings(*connection_);
    image_.emplace(*connection_, oids);
    locked_ = std::move(oids);
    table_locks_ = locks;
  });
}

// The first query after a time with nothing to do, while the file was read: the server may have closed the connection
// (idle_session_timeout), and nothing is lost by opening another.
bool PostgresTarget::is_read_only() {
  const std::string question =
      "SELECT pg_catalog.current_setting('default_transaction_read_only') OPERATOR(pg_catalog.=) 'on'::pg_catalog.text";
  try {
    return connection_->query_value(question).as<bool>();
  } catch (const Error& error) {
    if (error.kind() != ErrorKind::kConnection) throw;
  }
  connection_ = connect_();
  return connection_->query_value(question).as<bool>();
}

std::optional<engine::LastMigration> PostgresTarget::last_migration(const std::vector<std::string>& schemas) {
  return find_last_migration(*connection_, schemas);
}

std::vector<catalog::Table> PostgresTarget::tables(const std::vector<std::string>& schemas) {
  if (!image_) {
    connection_->execute("BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY");
    pin_settings(*connection_, lock_timeout_);
    details_ = introspect(*connection_, schemas, Depth::kKeys);
    connection_->execute("COMMIT");
  } else {
    details_ = introspect(*connection_, schemas);
  }
  std::vector<catalog::Table> tables;
  for (const TableDetails& details : details_) tables.push_back(details.table);
  return tables;
}

catalog::Types PostgresTarget::types() {
  std::vector<std::uint32_t> oids;
  for (const TableDetails& details : details_) oids.push_back(details.oid);
  // Names of types are told with their schema, also while the target's own code runs.
  if (image_) return with_empty_path(*connection_, [&] { return read_user_types(*connection_, oids); });
  connection_->execute("BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY");
  pin_settings(*connection_, lock_timeout_);  // names of types are told with their schema
  catalog::Types types = read_user_types(*connection_, oids);
  connection_->execute("COMMIT");
  return types;
}

void PostgresTarget::prepare(std::vector<engine::TablePlan> plans, std::vector<std::vector<std::size_t>> components,
                             engine::Detail detail) {
  if (not_valid_ == engine::NotValid::kAsRestored) restored_.emplace(*connection_);
  for (engine::TablePlan& plan : plans) {
    if (plan.values_withheld) connection_->withhold_values();
    TableDetails& details = find(plan.target.name);
    if (restored_) restored_->put_aside(details);
    refuse_hidden_rows(details);
    tables_.emplace_back(tables_.size(), details, std::move(plan));
    tables_.back().hashes_records = connection_->server_version() >= kHashesRecords;
  }
  if (restored_) notices_ = restored_->notices();
  detail_ = detail;
  components_ = std::move(components);
  prepare_bases();
  temporary_.emplace(*connection_, tables_);
  classifier_.emplace(*connection_, tables_, components_, *temporary_);
  demand_all_privileges();
  // Also before temporary tables are made: an event trigger may mind them.
  for (std::string& line : demand_consent(*connection_, written_tables(tables_), run_code_of_))
    notices_.push_back(std::move(line));
  guarded([&] {
    for (std::size_t i = 0; i < tables_.size(); ++i) make_defaults(*connection_, tables_[i], i, session_);
    look_names_up();
    // Decisions are asked of staged rows, so a first load has none to tell.
    if (intent_ == engine::Intent::kImport && detail_ == engine::Detail::kCounts && bases_.empty() &&
        first_loads_ == engine::FirstLoads::kAuto) {
      first_load_.emplace(*connection_, tables_, *temporary_);
      if (first_load_->begin(session_)) return;
      first_load_.reset();
    }
    create_stages();
    // From here on the server refuses every write but to these temporary tables.
    if (intent_ == engine::Intent::kDryRun) connection_->execute("SET TRANSACTION READ ONLY");
  });
}

// The rows of the base are staged beside those of the file, in the same way.
void PostgresTarget::prepare_bases() {
  if (std::ranges::none_of(tables_, [](const StagedTable& table) { return table.plan.base.has_value(); })) return;
  bases_.reserve(tables_.size());
  for (std::size_t i = 0; i < tables_.size(); ++i) {
    if (!tables_[i].plan.base) continue;
    tables_[i].base = &bases_.emplace_back(i, tables_[i].details, plan_of_base(tables_[i].plan), "base_");
  }
  base_temporary_.emplace(*connection_, bases_);
}

void PostgresTarget::look_names_up() {
  const std::string path = planning_path(*connection_, locked_, run_code_of_);
  if (!path.empty()) keep_search_path(*connection_, path);
}

void PostgresTarget::create_stages() {
  try {
    temporary_->create(base_temporary_ ? base_temporary_->locks() : 0);
    if (base_temporary_) base_temporary_->create_stages();
  } catch (const ServerError& error) {
    if (!error.is_raised()) throw;
    throw Error(ErrorKind::kPrivilege,
                "the import needs temporary tables, and an event trigger of the target forbids them: " +
                    std::string(error.what()),
                "let its owner pass temporary tables (schema pg_temp), or disable it meanwhile");
  }
  classifier_->prepare(session_);
}

// Where a first load fails on a row, all rows are staged and judged, from the first record on.
engine::Staging PostgresTarget::try_first_load(const std::function<bool()>& work) {
  bool loaded = false;
  try {
    loaded = work();
  } catch (const ServerError& error) {
    // A value may name a thing that the target lacks; the statement itself is sound.
    if (!error.blames_a_row() && error.kind() != ErrorKind::kSchema) throw;
  }
  if (loaded) return engine::Staging::kGoesOn;
  first_load_->abandon();
  first_load_.reset();
  create_stages();
  return engine::Staging::kOnceMore;
}

void PostgresTarget::stage_into(StagedTable& table, format::TableReader& records, base::Progress& progress,
                                UnchangedRows* unchanged) {
  // Their checks speak when the values come in.
  const bool holds_checked = std::ranges::any_of(
      table.columns, [&](const StagedColumn& column) { return table.details.details_of(column.name).holds_checked; });
  if (holds_checked) use_session_settings(*connection_, session_);
  Stager(*connection_, table, progress, unchanged).stage(records);
  if (holds_checked) use_own_settings(*connection_);
}

void PostgresTarget::stage_base(std::size_t plan, format::TableReader& records, base::Progress& progress) {
  guarded([&] { stage_into(*tables_.at(plan).base, records, progress, nullptr); });
}

engine::Staging PostgresTarget::stage(std::size_t plan, format::TableReader& records, base::Progress& progress) {
  if (first_load_)
    return guarded(
        [&] { return try_first_load([&] { return first_load_->load(tables_.at(plan), records, progress); }); });
  guarded([&] {
    UnchangedRows* const unchanged = unchanged_.empty() ? nullptr : unchanged_[plan].get();
    stage_into(tables_.at(plan), records, progress, unchanged);
    if (unchanged != nullptr) unchanged->staged();
  });
  return engine::Staging::kGoesOn;
}

engine::Staging PostgresTarget::classify(base::Progress& progress) {
  return guarded([&] {
    if (!first_load_) {
      judge(progress);
      return engine::Staging::kGoesOn;
    }
    const engine::Staging staging = try_first_load([&] { return first_load_->finish(progress); });
    if (first_load_) notices_.push_back(first_load_->notice());
    return staging;
  });
}

void PostgresTarget::judge(base::Progress& progress) {
  if (base_temporary_) base_temporary_->analyze_shared_stages();
  classifier_->classify(progress);
  demand_unstaged_not_needed();
  demand_rights_of_rows();
  for (const std::string& notice : classifier_->notices()) notices_.push_back(notice);
  for (const StagedTable& table : tables_) {
    std::string notice = notice_of_ungrouped_updates(*connection_, table);
    if (!notice.empty()) notices_.push_back(std::move(notice));
  }
  const bool tries = intent_ == engine::Intent::kDryRun;
  if (tries) untold_ = find_untold(*connection_, tables_);
  for (std::string& line : find_judged_early(tables_)) (tries ? untold_ : notices_).push_back(std::move(line));
  for (const CascadeEffect& effect : classifier_->cascades()) {
    if (effect.outside == 0) continue;
    // Their checks, keys and triggers are not the file's matter.
    if (tries) untold_.push_back(in_words(effect) + ": whether that table takes them, only --rehearse can tell");
    if (!tries) notices_.push_back(in_words(effect));
  }
  effects_.clear();
  if (detail_ == engine::Detail::kFull) gather();
}

// Only over tables whose rows change, by the view's owner; and what nothing is known of.
void PostgresTarget::refresh_views(engine::Refresh refresh) {
  for (std::string& line : unknown_sequences(*connection_, tables_)) notices_.push_back(std::move(line));
  std::vector<std::uint32_t> written;
  for (const StagedTable& table : tables_) {
    const bool is_written =
        table.loaded
            ? table.counts.rows > 0
            : table.may_be_deleted > 0 || (table.may_be_written > 0 &&
                                           !connection_->query("SELECT FROM " + table.verdicts + " v LIMIT 1").empty());
    if (is_written) written.push_back(table.details.oid);
  }
  if (written.empty()) return;
  guarded([&] {
    for (std::string& notice : refresh_or_name(*connection_, written, refresh, intent_, session_))
      notices_.push_back(std::move(notice));
  });
}

// A transaction that writes holds its tables to the end, so it asks for the rest before it ends. One that only reads
// is over when it asks, in another one, whether all is as it was; so is one that has failed.
void PostgresTarget::demand_unchanged() {
  if (!image_) return;
  std::string changed;
  if (intent_ != engine::Intent::kDryRun && connection_->transaction_status() == PQTRANS_INTRANS) {
    changed = with_empty_path(*connection_,
                              [&] { return changed_since_snapshot(*connection_, locked_, Dependence::kOfWriting); });
    if (changed.empty() && image_->holds_domains())
      changed = CatalogImage::newest(*connect_(), locked_, lock_timeout_).difference_to(*image_);
  } else {
    roll_back();
    changed = CatalogImage::newest(*connection_, locked_, lock_timeout_).difference_to(*image_);
  }
  if (changed.empty()) return;
  throw engine::ConcurrentChange(changed + " was changed meanwhile",
                                 "another session changes the schema; run the command again");
}

void PostgresTarget::commit() {
  guarded([&] {
    for (std::string& line : raise_sequences(*connection_, tables_)) notices_.push_back(std::move(line));
    std::string notice = postgres::commit(connection_, connect_, history_);
    if (!notice.empty()) notices_.push_back(std::move(notice));
  });
}

void PostgresTarget::roll_back() {
  if (connection_->transaction_status() == PQTRANS_IDLE || connection_->transaction_status() == PQTRANS_UNKNOWN) return;
  connection_->execute("ROLLBACK");
}

TableDetails& PostgresTarget::find(const catalog::TableName& name) {
  for (TableDetails& details : details_) {
    if (details.table.name == name) return details;
  }
  throw Error(ErrorKind::kInternal, "no table " + quote_name(name) + " in the target");
}

}  // namespace postgres
