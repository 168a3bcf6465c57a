#include "sqlite/import/target.h"

#include <algorithm>
#include <set>
#include <utility>

#include "base/terminal.h"
#include "engine/merge_rounds.h"
#include "engine/tally.h"
#include "sqlite/catalog/ledger.h"
#include "sqlite/catalog/object_names.h"
#include "sqlite/import/base_merge.h"
#include "sqlite/import/decisions.h"
#include "sqlite/import/effects.h"
#include "sqlite/import/fingerprints.h"
#include "sqlite/import/kept_rows.h"
#include "sqlite/import/loose_references.h"
#include "sqlite/import/merge.h"
#include "sqlite/import/needed_keys.h"
#include "sqlite/import/not_taken_back.h"
#include "sqlite/import/remap.h"
#include "sqlite/import/rtree.h"
#include "sqlite/import/stage.h"
#include "sqlite/import/table_sql.h"
#include "sqlite/import/trigger_effects.h"
#include "sqlite/import/untold.h"
#include "sqlite/session/savepoint.h"
#include "sqlite/session/settings.h"
#include "sqlite/session/sql_text.h"

namespace sqlite {
namespace {

// Whether rows of the table may be written: also where a dry run left all of them out, for the import may take some.
bool may_write(Connection& connection, const StagedTable& table) {
  return table.rejected_rows > 0 ||
         connection.number(table_sql(table, "SELECT EXISTS (SELECT 1 FROM {verdicts})")) != 0;
}

// Whether an update of the file may change the parent's key. Rows are found by their identity, so that one stays as it
// is, unless its collation takes different values for equal (NOCASE).
bool may_move(const catalog::ForeignKey& key, const std::vector<StagedTable>& tables) {
  const StagedTable* parent = find_staged(tables, key.parent);
  if (parent == nullptr) return false;
  const std::vector<std::string>& identity = parent->plan.identity;
  const auto is_found_by = [&](const std::string& name) { return std::ranges::find(identity, name) != identity.end(); };
  if (!std::ranges::all_of(key.parent_columns, is_found_by)) return true;
  if (identity == std::vector{parent->details.rowid_column}) return false;
  return std::ranges::none_of(parent->details.unique_indexes, [&](const UniqueIndex& index) {
    return index.plain && index.columns == identity &&
           std::ranges::all_of(index.collations, [](const std::string& collation) { return collation == "BINARY"; });
  });
}

// Whether rows of `child` may follow an update of a row that they refer to. Triggers may update any.
bool may_follow(const TableDetails& child, const std::vector<StagedTable>& tables,
                const std::vector<TableDetails>& all) {
  for (std::size_t i = 0; i < child.on_update.size(); ++i) {
    const std::string& action = child.on_update[i];
    if (action == "NO ACTION" || action == "RESTRICT") continue;
    if (fires_triggers(all) || may_move(child.table.foreign_keys[i], tables)) return true;
  }
  return false;
}

}  // namespace

using base::Error;
using base::ErrorKind;

SqliteTarget::SqliteTarget(Connect connect)
    : connect_(std::move(connect)), connection_(connect_(Access::kReadOnly)), info_(describe(connection_->path())) {}

SqliteTarget::~SqliteTarget() = default;

void SqliteTarget::begin(engine::Intent intent) {
  intent_ = intent;
  merge_changed_decisions_ = true;
  classifier_.reset();
  tables_.clear();
  bases_.clear();
  effects_.clear();
  notices_.clear();
  // Temporary tables go with their connection.
  connection_.reset();
  connection_ = connect_(intent_ == engine::Intent::kDryRun ? Access::kReadOnly : Access::kReadWrite);
  if (intent_ != engine::Intent::kDryRun && connection_->is_read_only()) {
    throw Error(ErrorKind::kPrivilege, connection_->place() + " may not be written",
                "let the owner of the file and of its folder allow it; a dry run only reads");
  }
}

std::optional<engine::LastMigration> SqliteTarget::last_migration(const std::vector<std::string>&) {
  return find_last_migration(*connection_);
}

std::string SqliteTarget::other_object(const catalog::TableName& name) {
  return sqlite::other_object(*connection_, name);
}

std::vector<catalog::Table> SqliteTarget::tables(const std::vector<std::string>& schemas) {
  refuse_schemas(schemas);
  connection_->execute("BEGIN");
  schema_version_ = schema_version(*connection_);
  details_ = introspect(*connection_);
  connection_->execute("COMMIT");
  std::erase_if(details_, [](const TableDetails& details) { return !details.unreadable.empty(); });
  std::vector<catalog::Table> tables;
  for (const TableDetails& details : details_) tables.push_back(details.table);
  return tables;
}

bool SqliteTarget::has_column(const std::function<bool(const catalog::TableName&, const std::string&)>& wanted) {
  return std::ranges::any_of(details_, [&](const TableDetails& details) {
    return std::ranges::any_of(details.table.columns,
                               [&](const catalog::Column& column) { return wanted(details.table.name, column.name); });
  });
}

void SqliteTarget::prepare(std::vector<engine::TablePlan> plans, std::vector<std::vector<std::size_t>> components,
                           engine::Detail detail) {
  detail_ = detail;
  components_ = std::move(components);
  for (TableDetails& details : details_) {
    details.may_lose_rows = std::ranges::any_of(plans, [&](const engine::TablePlan& plan) {
      const bool may = plan.mark || plan.missing_rows == engine::MissingRows::kDelete;
      return may && plan.target.name == details.table.name;
    });
  }
  for (engine::TablePlan& plan : plans) {
    const TableDetails& details = find(plan.target.name);
    tables_.emplace_back(tables_.size(), details, std::move(plan));
  }
  prepare_bases();
  // Of temporary tables only: the file is not touched before classify.
  connection_->execute("BEGIN");
  for (const StagedTable& base : bases_) create_base_stage(*connection_, base);
  for (const StagedTable& table : tables_) {
    create_stage(*connection_, table, details_);
    create_remaps(*connection_, table);
    if (detail_ != engine::Detail::kCounts) create_changes(*connection_, table);
    if (has_digests(table)) create_digests(*connection_, table);
  }
  // SQLite itself would refuse a key that leads nowhere, even of a table that nobody writes.
  const bool is_judged =
      std::ranges::any_of(details_, [](const TableDetails& details) { return !details.broken_keys.empty(); }) ||
      std::ranges::any_of(tables_,
                          [](const StagedTable& table) { return table.plan.orphans == engine::Orphans::kKeep; });
  // Where rows go, no key acts meanwhile: others may refer to them until the last row is written. Where rows may have
  // to follow an update of their parent, keys must act.
  const bool deletes = std::ranges::any_of(tables_, [](const StagedTable& table) { return table.may_lose_rows(); });
  const bool follows = std::ranges::any_of(
      details_, [&](const TableDetails& details) { return may_follow(details, tables_, details_); });
  foreign_keys_ = is_judged || (deletes && !follows) ? ForeignKeys::kJudged : ForeignKeys::kEnforced;
  if (fires_triggers(details_)) components_ = order_for_triggers(tables_, components_);
  classifier_.emplace(*connection_, tables_, details_, components_, foreign_keys_);
}

// The rows of the base are staged beside those of the file, in the same way.
void SqliteTarget::prepare_bases() {
  if (std::ranges::none_of(tables_, [](const StagedTable& table) { return table.plan.base.has_value(); })) return;
  bases_.reserve(tables_.size());
  for (std::size_t i = 0; i < tables_.size(); ++i) {
    if (!tables_[i].plan.base) continue;
    tables_[i].base = &bases_.emplace_back(i, tables_[i].details, plan_of_base(tables_[i].plan), "base_");
  }
}

engine::Staging SqliteTarget::stage(std::size_t plan, format::TableReader& records, base::Progress& progress) {
  Stager(*connection_, tables_.at(plan), progress).stage(records);
  return engine::Staging::kGoesOn;
}

void SqliteTarget::stage_base(std::size_t plan, format::TableReader& records, base::Progress& progress) {
  Stager(*connection_, *tables_.at(plan).base, progress).stage(records);
}

// From here on the target stays as it is: a dry run reads a snapshot, an import is the only writer.
void SqliteTarget::open_target() {
  classifier_->index_stages();
  connection_->execute("COMMIT");
  if (foreign_keys_ == ForeignKeys::kJudged) connection_->execute("PRAGMA foreign_keys = OFF");
  connection_->execute(intent_ == engine::Intent::kDryRun ? "BEGIN" : "BEGIN IMMEDIATE");
  if (schema_version(*connection_) != schema_version_)
    throw engine::ConcurrentChange("the schema of " + connection_->place() + " was changed while the import began");
}

engine::Staging SqliteTarget::classify(base::Progress& progress) {
  open_target();
  std::vector<std::string> rounded;
  for (StagedTable& table : tables_) {
    if (!is_rtree(table.details) || table.staged_rows == 0) continue;
    if (std::string note = round_as_rtree(*connection_, table); !note.empty()) rounded.push_back(std::move(note));
  }
  for (StagedTable& base : bases_) {
    if (is_rtree(base.details) && base.staged_rows > 0) round_as_rtree(*connection_, base);
  }
  classifier_->classify(progress);
  for (const StagedTable& table : tables_) demand_writable(*connection_, table);
  notices_ = classifier_->count_kept_orphans();
  for (const std::string& notice : classifier_->notices()) notices_.push_back(notice);
  notices_.insert(notices_.end(), rounded.begin(), rounded.end());
  for (const std::string& notice : classifier_->undo().notices()) notices_.push_back(notice);
  untold_.clear();
  for (const StagedTable& table : tables_) {
    for (std::string& line : following_rows(*connection_, tables_, table, details_)) {
      if (intent_ != engine::Intent::kDryRun) {
        notices_.push_back(std::move(line));
      } else {  // their checks, keys and triggers are not the file's matter
        untold_.push_back(line + ": whether that table takes them, only --rehearse can tell");
      }
    }
  }
  for (const StagedTable& table : tables_) {
    if (intent_ != engine::Intent::kDryRun || !may_write(*connection_, table)) continue;
    for (const std::string& line : unjudged_of(table))
      untold_.push_back(table.details.table.name.name + ": " + line + ": only --rehearse can tell");
  }
  effects_.clear();
  for (const StagedTable& table : tables_) {
    if (has_digests(table)) gather_digests(*connection_, table);
  }
  if (detail_ == engine::Detail::kFull) gather();
  return engine::Staging::kGoesOn;
}

void SqliteTarget::gather() {
  for (const StagedTable& table : tables_) {
    gather_changes(*connection_, table);
    effects_.push_back(effects_of(*connection_, tables_, details_, table));
  }
}

void SqliteTarget::gather_details() {
  if (detail_ == engine::Detail::kFull) return;
  detail_ = engine::Detail::kFull;
  gather();
}

void SqliteTarget::for_each_fingerprint(std::size_t plan, outcome::Merged,
                                        const std::function<void(const outcome::Fingerprint&)>& take) {
  read_fingerprints(*connection_, tables_.at(plan), take);
}

std::vector<outcome::Fact> SqliteTarget::whereabouts() { return whereabouts_of(*connection_); }

std::vector<outcome::Fact> SqliteTarget::used_catalog() { return used_catalog_of(*connection_); }

std::vector<outcome::Fact> SqliteTarget::followers() {
  std::vector<outcome::Cascade> cascades;
  for (const StagedTable& table : tables_) {
    for (outcome::Cascade& cascade : cascades_of(*connection_, tables_, table, details_))
      cascades.push_back(std::move(cascade));
  }
  return outcome::followers_of(cascades);
}

void SqliteTarget::merge(base::Progress& progress) {
  std::vector<std::vector<outcome::SequenceChange>> raised;
  for (const StagedTable& table : tables_) raised.push_back(predict_sequences(*connection_, table));
  const engine::MergeChanges changes(tables_);
  const std::vector<std::size_t> rewritten =
      classifier_->undo().is_any() ? merge_with_deletes(progress) : *merge_once(progress, Deletes::kUnreferred);
  merge_changed_decisions_ = changes.any(rewritten);
  for (const std::size_t number : rewritten) {
    if (has_digests(tables_[number])) note_rewritten(*connection_, tables_[number]);
  }
  for (const auto& raises : raised) {
    raise_sequences(*connection_, raises);
    for (const outcome::SequenceChange& change : raises) {
      notices_.push_back("sequence of " + change.sequence + " " + outcome::in_words(change));
    }
  }
}

// Returns the tables with rows that do not hold the file's values; nothing: `deletes` cannot be done, and another merge
// has to do without.
std::optional<std::vector<std::size_t>> SqliteTarget::merge_once(base::Progress& progress, Deletes deletes) {
  Merger merger(*connection_, tables_, details_, components_, *classifier_, foreign_keys_, deletes);
  if (!merger.merge(progress)) return std::nullopt;
  for (std::string& notice : merger.notices()) notices_.push_back(std::move(notice));
  return merger.rewritten();
}

// Each time without the rows that were found to be there again, or, of an undo, not to be as before the import.
std::vector<std::size_t> SqliteTarget::merge_with_deletes(base::Progress& progress) {
  std::vector<std::size_t> rewritten;
  const bool undoes = classifier_->undo().is_undo();
  Deletes deletes = !undoes && foreign_keys_ == ForeignKeys::kJudged ? Deletes::kAll : Deletes::kUnreferred;
  const auto round = [&] {
    const auto before = engine::progress_of(tables_);
    const std::size_t notices = notices_.size();
    Savepoint start(*connection_, "undo");
    const std::optional<std::vector<std::size_t>> merged = merge_once(progress, deletes);
    NotTakenBack left(*connection_, tables_, details_, *classifier_);
    if (merged) rewritten = *merged;
    if (merged && !left.find(undoes ? rewritten : std::vector<std::size_t>{})) {
      start.end();
      return true;
    }
    start.end_without();
    engine::put_back(tables_, before);
    notices_.resize(notices);
    if (merged) left.reject(components_);
    if (!merged) deletes = Deletes::kUnreferred;
    return false;
  };
  engine::merge_in_rounds(round, "drop");
  return rewritten;
}

std::vector<std::string> SqliteTarget::untold() const {
  std::vector<std::string> lines = untold_;
  for (const StagedTable& table : tables_) {
    for (const std::string& line : triggers_of(table))
      lines.push_back(table.details.table.name.name + ": " + line + ": only --rehearse can tell");
  }
  return lines;
}

void SqliteTarget::keep_rows_before() {
  for (std::size_t i = 0; i < tables_.size(); ++i) sqlite::keep_rows_before(*connection_, tables_[i], i);
}

std::unique_ptr<engine::RowReader> SqliteTarget::rows_before(std::size_t plan, const std::string& key) {
  return kept_rows(*connection_, tables_.at(plan), plan, key);
}

outcome::VerdictCounts SqliteTarget::counts(std::size_t plan) {
  const StagedTable& table = tables_.at(plan);
  outcome::VerdictCounts counts = table.counts;
  if (table.may_be_deleted > 0)
    counts.deleted = connection_->number(table_sql(table, "SELECT count(*) FROM {deletes} WHERE state <> 'k'"));
  Statement rows = connection_->prepare(table_sql(table, R"sql(
SELECT verdict, count(*) AS rows
FROM (SELECT verdict FROM {verdicts} UNION ALL SELECT verdict FROM {rejects})
GROUP BY verdict)sql"));
  while (rows.next())
    engine::add_verdict(counts, rows.text("verdict").front(), static_cast<std::uint64_t>(rows.integer("rows")));
  engine::demand_sum(counts, base::printable(table.details.table.name.name));
  return counts;
}

std::uint64_t SqliteTarget::rows_there(std::size_t plan) {
  return connection_->number("SELECT count(*) FROM " + tables_.at(plan).target);
}

void SqliteTarget::for_each_decision(std::size_t plan, engine::Decisions which,
                                     const std::function<bool(const outcome::Decision&)>& take) {
  read_decisions(*connection_, tables_.at(plan), which, detail_, take);
}

outcome::TableEffects SqliteTarget::effects(std::size_t plan) { return effects_.at(plan); }

namespace {

// For the message of a commit that failed: the first tables that hold rows without their parents, those of before the
// import among them.
std::string tables_without_parents(Connection& connection) {
  constexpr std::size_t kMost = 5;
  std::set<std::string> tables;
  Statement rows = connection.prepare("SELECT DISTINCT \"table\", parent FROM pragma_foreign_key_check");
  while (tables.size() < kMost && rows.next())
    tables.insert("rows of " + base::printable(rows.text("table")) + " without their " +
                  base::printable(rows.text("parent")));
  return tables.empty() ? std::string{} : ": " + join({tables.begin(), tables.end()}, ", ");
}

}  // namespace

std::vector<outcome::LooseReference> SqliteTarget::loose_references() {
  return sqlite::loose_references(*connection_, tables_);
}

void SqliteTarget::commit() {
  try {
    connection_->execute("COMMIT");
  } catch (const SqliteError& error) {
    if (!error.blames_a_row()) throw;
    throw Error(ErrorKind::kSchema,
                connection_->place() + ": at the commit: " + error.what() + tables_without_parents(*connection_),
                "nothing was written; look for triggers that make rows or change keys");
  }
}

void SqliteTarget::roll_back() {
  if (connection_->in_transaction()) connection_->execute("ROLLBACK");
}

const TableDetails& SqliteTarget::find(const catalog::TableName& name) const {
  const TableDetails* found = find_table(details_, name.name);
  if (found == nullptr) throw Error(ErrorKind::kInternal, "no table " + name.name + " in the target");
  return *found;
}

}  // namespace sqlite
