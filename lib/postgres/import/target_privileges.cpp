// The part of PostgresTarget that asks what its role may do, before anything is done: for what was asked, and beside a
// dry run for the import that follows.
#include <fmt/format.h>

#include <algorithm>

#include "postgres/catalog/privileges.h"
#include "postgres/catalog/referrers.h"
#include "postgres/import/column_privileges.h"
#include "postgres/import/sequences.h"
#include "postgres/import/table_sql.h"
#include "postgres/import/target.h"
#include "postgres/session/settings.h"
#include "postgres/session/sql_text.h"

namespace postgres {

using base::Error;
using base::ErrorKind;

namespace {

constexpr const char* kTemporary = R"sql(
SELECT 'GRANT TEMPORARY ON DATABASE ' || pg_catalog.quote_ident(pg_catalog.current_database()) || ' TO ' ||
         pg_catalog.quote_ident(current_user)
WHERE NOT pg_catalog.has_database_privilege(pg_catalog.current_database(), 'TEMPORARY')
)sql";

constexpr const char* kMakeWritable = R"sql(
SELECT pg_catalog.concat('ALTER ROLE ', pg_catalog.quote_ident(current_user),
                         ' IN DATABASE ', pg_catalog.quote_ident(pg_catalog.current_database()),
                         ' SET default_transaction_read_only = off'))sql";

const catalog::TableName& table_name(const TableDetails& details) { return details.table.name; }

std::string lines_of(const std::vector<std::string>& grants) {
  std::string lines;
  for (const std::string& grant : grants) lines += "\n  " + grant + ";";
  return lines;
}

}  // namespace

void PostgresTarget::look_ahead(const std::vector<engine::TablePlan>& plans, const std::vector<std::string>& schemas,
                                engine::Detail detail) {
  connection_->execute("BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY");
  constexpr std::chrono::milliseconds kNoWait{200};  // locks are waited for when they are taken
  pin_settings(*connection_, lock_timeout_.count() == 0 ? kNoWait : std::min(lock_timeout_, kNoWait));
  details_ = introspect(*connection_, schemas);
  detail_ = detail;
  for (const engine::TablePlan& plan : plans) {
    const auto details = std::ranges::find(details_, plan.target.name, &table_name);
    if (details == details_.end()) {
      tables_.clear();
      connection_->execute("COMMIT");
      throw engine::ConcurrentChange("the tables of the target were changed while the import began");
    }
    refuse_hidden_rows(*details);
    tables_.emplace_back(tables_.size(), *details, plan);
  }
  demand_all_privileges();
  tables_.clear();
  connection_->execute("COMMIT");
}

void PostgresTarget::refuse_hidden_rows(const TableDetails& details) const {
  if (!details.row_security) return;
  throw Error(ErrorKind::kPrivilege, "row security hides rows of " + quote_name(details.table.name) + " from this role",
              "import as the table's owner or as a role with BYPASSRLS, or leave the table out with -T");
}

// All that is missing, in one list; beside it, where only a dry run was asked for, what the import needs more.
void PostgresTarget::demand_all_privileges() {
  const std::vector<std::string> grants = grants_for(intent_);
  missing_grants_.clear();
  if (intent_ != engine::Intent::kImport) missing_grants_ = grants_for(engine::Intent::kImport);
  if (read_only_) {
    missing_grants_.push_back(connection_->query_value(kMakeWritable).c_str());
  }
  if (grants.empty()) return;
  std::string hint = "let the owner run:" + lines_of(grants);
  if (!missing_grants_.empty() && missing_grants_ != grants)
    hint += "\nand for the import itself, which needs all of:" + lines_of(missing_grants_);
  throw Error(ErrorKind::kPrivilege, "the role lacks privileges on " + connection_->place(), hint);
}

// Nothing, where a right that no row may need is all that is missing (demand_rights_of_rows): rows that stay as they
// are need none.
std::vector<std::string> PostgresTarget::grants_for(engine::Intent intent) {
  if (intent != engine::Intent::kDryRun) read_column_privileges(*connection_, tables_);
  if (is_superuser(*connection_)) return {};
  if (!grants_for(intent, Rights::kSurelyNeeded).empty()) return grants_for(intent, Rights::kAll);
  return intent == engine::Intent::kDryRun ? std::vector<std::string>{} : grants_for_empty_tables();
}

std::vector<std::string> PostgresTarget::grants_for(engine::Intent intent, Rights rights) {
  const bool writes = intent != engine::Intent::kDryRun;
  std::vector<Demand> demands;
  for (const StagedTable& table : tables_) {
    demands.push_back({&table.details, {"SELECT"}});
    const bool all = writes && rights == Rights::kAll;
    if (all && table.plan.mode != engine::Mode::kUpdate) demands.back().privileges.emplace_back("INSERT");
    if (all && table.plan.mode != engine::Mode::kInsert) demands.back().privileges.emplace_back("UPDATE");
    for (const catalog::ForeignKey& key : table.details.table.foreign_keys) {
      for (const TableDetails& details : details_) {
        if (details.table.name == key.parent) demands.push_back({&details, {"SELECT"}});
      }
    }
  }
  const std::vector<TableDetails> referring = referring_tables();
  for (const TableDetails& details : referring) demands.push_back({&details, {"SELECT"}});
  std::vector<std::string> grants = postgres::missing_grants(*connection_, demands);
  std::vector<WrittenTable> written;  // maybe: the file need not have been read yet
  for (const StagedTable& table : tables_) written.push_back(written_table(table));
  // A schema may be asked for by several.
  const auto add = [&](std::vector<std::string> more) {
    for (std::string& grant : more) {
      if (std::ranges::find(grants, grant) == grants.end()) grants.push_back(std::move(grant));
    }
  };
  add(missing_code_grants(*connection_, written));
  add(connection_->query_list(kTemporary));
  // Reports foretell what sequences are raised to.
  if (intent == engine::Intent::kImport || detail_ == engine::Detail::kFull) {
    const SequenceUseKind use =
        intent == engine::Intent::kImport ? SequenceUseKind::kReadAndRaise : SequenceUseKind::kRead;
    add(missing_sequence_grants(*connection_, tables_, use));
  }
  if (writes) add_column_grants(grants);
  return grants;
}

// Their rows go in, if any; which rights the rows of others need is known after classify.
std::vector<std::string> PostgresTarget::grants_for_empty_tables() {
  std::vector<Demand> demands;
  for (const StagedTable& table : tables_) {
    if (table.never_inserts && table.has_rows() && table.plan.mode != engine::Mode::kUpdate &&
        connection_->query("SELECT FROM " + table.target_rows + " LIMIT 1").empty())
      demands.push_back({&table.details, {"INSERT"}});
  }
  return postgres::missing_grants(*connection_, demands);
}

// Who refers to rows that may go, by oid alone.
std::vector<TableDetails> PostgresTarget::referring_tables() {
  std::vector<std::uint32_t> oids;
  for (const StagedTable& table : tables_) {
    if (table.may_lose_rows() && table.has_rows()) oids.push_back(table.details.oid);
  }
  std::vector<TableDetails> referring;
  if (oids.empty()) return referring;
  for (const Referrer& referrer : read_referrers(*connection_, oids)) {
    referring.emplace_back();
    referring.back().oid = referrer.child_itself;
  }
  return referring;
}

// After classify, which tells which rows go in, change and go.
void PostgresTarget::demand_rights_of_rows() {
  const auto has = [&](const StagedTable& table, Verdict verdict) {
    return table.may_be_written > 0 &&
           !connection_
                ->query(table_sql(table, "SELECT FROM {verdicts} v WHERE v.verdict = '{verdict}' LIMIT 1",
                                  fmt::arg("verdict", verdict_letter(verdict))))
                .empty();
  };
  std::vector<Demand> demands;
  for (const StagedTable& table : tables_) {
    demands.push_back({&table.details, {}});
    if (table.may_be_deleted > 0) demands.back().privileges.emplace_back("DELETE");
    if (table.never_inserts && has(table, Verdict::kInsert)) demands.back().privileges.emplace_back("INSERT");
    if (table.never_updates && has(table, Verdict::kUpdate)) demands.back().privileges.emplace_back("UPDATE");
  }
  std::vector<std::string> grants = postgres::missing_grants(*connection_, demands);
  for (const StagedTable& table : tables_) {
    if (!table.inserts_by_column || !has(table, Verdict::kInsert)) continue;
    for (std::string& grant : column_grants(*connection_, table, "INSERT")) grants.push_back(std::move(grant));
  }
  if (intent_ != engine::Intent::kDryRun) demand_none_missing(*connection_, grants);
  missing_grants_.insert(missing_grants_.end(), grants.begin(), grants.end());
}

// Which rows go in, and which columns the updates change, is known later: where something is missing in any case, all
// that may be is told at once.
void PostgresTarget::add_column_grants(std::vector<std::string>& grants) {
  if (grants.empty()) return;
  for (const char* privilege : {"INSERT", "UPDATE"}) {
    for (const StagedTable& table : tables_) {
      for (std::string& grant : column_grants(*connection_, table, privilege)) grants.push_back(std::move(grant));
    }
  }
}

}  // namespace postgres
