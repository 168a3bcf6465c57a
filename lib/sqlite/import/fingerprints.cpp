#include "sqlite/import/fingerprints.h"

#include <filesystem>
#include <optional>

#include "base/sha256.h"
#include "sqlite/import/decisions.h"
#include "sqlite/session/row_functions.h"
#include "sqlite/session/sql_text.h"

namespace sqlite {
namespace {

std::string digest_table(const StagedTable& table) { return table.changes + "_digest"; }
std::string rewritten_table(const StagedTable& table) { return table.changes + "_rewritten"; }

std::vector<std::string> target_values(const StagedTable& table) {
  std::vector<std::string> values;
  for (const catalog::Column& column : table.details.table.columns) values.push_back("t." + quote_name(column.name));
  return values;
}

std::string digest_of(const StagedTable& table, const std::vector<std::string>& values) {
  return "db_transfer_row_digest(" + quote_literal(table.plan.row_key) + ", " + image_call(values) + ")";
}

// Of the target's whole row, called t; of an accepted one, where --match renumbers rows, of the file's, called s, too.
std::string row_digest(const StagedTable& table) { return digest_of(table, target_values(table)); }

std::vector<std::string> written_values(const StagedTable& table) {
  std::vector<std::string> values;
  if (table.plan.renumbered)
    for (const StagedColumn& column : table.columns) values.push_back("s." + column.quoted);
  return values;
}

std::string update_digest(const StagedTable& table) {
  std::vector<std::string> values = target_values(table);
  for (std::string& value : written_values(table)) values.push_back(std::move(value));
  return digest_of(table, values);
}

}  // namespace

void create_digests(Connection& connection, const StagedTable& table) {
  connection.execute("CREATE TABLE " + digest_table(table) + " (record INTEGER PRIMARY KEY, digest TEXT)");
  connection.execute("CREATE TABLE " + rewritten_table(table) +
                     " (record INTEGER, column INTEGER, PRIMARY KEY (record, column)) WITHOUT ROWID");
}

void gather_digests(Connection& connection, const StagedTable& table) {
  const std::string into = "INSERT OR IGNORE INTO " + digest_table(table) + " SELECT ";
  if (!table.plan.identity.empty())
    connection.execute(into + "v.record, " + update_digest(table) + " FROM " + table.accepted_rows() + " CROSS JOIN " +
                       table.target + " t ON " + table.same_identity("s", "t") + " WHERE v.verdict = 'u'");
  if (table.plan.renumbered)
    connection.execute(into + "v.record, " + digest_of(table, written_values(table)) + " FROM " +
                       table.accepted_rows() + " WHERE v.verdict = 'i'");
  if (table.rejected_rows == 0) return;
  for (const std::string& rows : conflicts_with_holders(table))
    connection.execute(into + "r.record, " + row_digest(table) + " FROM " + rows + " AND r.verdict = 'c'");
}

void note_rewritten(Connection& connection, const StagedTable& table) {
  for (std::size_t i = 0; i < table.columns.size(); ++i) {
    if (table.is_ignored(table.columns[i].name)) continue;
    const std::string& column = table.columns[i].quoted;
    connection.execute("INSERT OR IGNORE INTO " + rewritten_table(table) + " SELECT v.record, " + std::to_string(i) +
                       " FROM " + table.accepted_rows() + " CROSS JOIN " + table.target + " t ON " +
                       table.same_identity("s", "t") + " WHERE db_transfer_differs(s." + column + ", t." + column +
                       ")");
  }
}

PlannedDetails::PlannedDetails(Connection& connection, const StagedTable& table)
    : table_(table),
      digest_(connection.prepare("SELECT digest FROM " + digest_table(table) + " WHERE record = ?")),
      rewritten_(connection.prepare("SELECT column FROM " + rewritten_table(table) + " WHERE record = ?")) {}

std::string PlannedDetails::digest(std::int64_t record) {
  digest_.bind_integer(1, record);
  std::string digest = digest_.next() ? digest_.text(0) : std::string{};
  digest_.reset();
  return digest;
}

std::vector<std::string> PlannedDetails::rewritten(std::int64_t record) {
  std::vector<std::string> names;
  rewritten_.bind_integer(1, record);
  while (rewritten_.next()) names.push_back(table_.columns[static_cast<std::size_t>(rewritten_.integer(0))].name);
  rewritten_.reset();
  return names;
}

void read_fingerprints(Connection& connection, const StagedTable& table,
                       const std::function<void(const outcome::Fingerprint&)>& take) {
  std::optional<PlannedDetails> details;
  if (is_planned(table)) details.emplace(connection, table);
  Statement rows =
      connection.prepare("SELECT r.record, r.verdict, r.\"constraint\", r.holder FROM " + table.rejects +
                         " r UNION ALL SELECT v.record, v.verdict, NULL, NULL FROM " + table.verdicts + " v" +
                         (table.may_be_deleted > 0 ? " UNION ALL SELECT d.record, 'd', NULL, NULL FROM " +
                                                         table.deletes + " d WHERE d.state <> 'k'"
                                                   : std::string{}) +
                         " ORDER BY 1");
  while (rows.next()) {
    const std::int64_t record = rows.integer(0);
    outcome::Fingerprint decision;
    decision.record = static_cast<std::uint64_t>(record);
    decision.verdict = static_cast<outcome::Verdict>(rows.text(1).front());
    decision.constraint = rows.text(2);
    decision.holder = rows.text(3);
    if (details) {
      if (outcome::may_have_digest(decision.verdict)) decision.digest = details->digest(record);
      decision.rewritten = details->rewritten(record);
    }
    take(decision);
  }
}

std::vector<outcome::Fact> whereabouts_of(Connection& connection) {
  // One file by whatever path it was reached, and no other one by the same words from another folder.
  std::error_code failed;
  const std::filesystem::path path = std::filesystem::weakly_canonical(connection.path(), failed);
  return {{"engine", "sqlite"},
          {"path", failed ? connection.path() : path.string()},
          {"application_id", connection.text("PRAGMA main.application_id")}};
}

std::vector<outcome::Fact> used_catalog_of(Connection& connection) {
  std::vector<outcome::Fact> facts;
  Statement objects = connection.prepare(
      "SELECT 'the ' || type || ' ' || name, COALESCE(sql, tbl_name) FROM main.sqlite_schema WHERE name NOT LIKE "
      "'sqlite_stat%' ORDER BY 1");
  while (objects.next()) {
    base::Sha256 digest;
    digest.update(objects.text(1));
    facts.push_back({objects.text(0), digest.hex().substr(0, 16)});
  }
  return facts;
}

}  // namespace sqlite
