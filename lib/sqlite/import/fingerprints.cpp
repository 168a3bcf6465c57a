#include "sqlite/import/fingerprints.h"

#include <filesystem>
#include <optional>

#include "base/sha256.h"
#include "sqlite/import/base_merge.h"
#include "sqlite/import/decisions.h"
#include "sqlite/import/table_sql.h"
#include "sqlite/import/undo_judge.h"
#include "sqlite/session/row_functions.h"
#include "sqlite/session/sql_text.h"

namespace sqlite {
namespace {

std::vector<std::string> target_values(const StagedTable& table) {
  std::vector<std::string> values;
  for (const catalog::Column& column : table.details.table.columns) values.push_back("t." + quote_name(column.name));
  return values;
}

std::string digest_of(const StagedTable& table, const std::vector<std::string>& values) {
  return fmt::format("db_transfer_row_digest({}, {})", quote_literal(table.plan.row_key), image_call(values));
}

// Of the whole row t of the target.
std::string row_digest(const StagedTable& table) { return digest_of(table, target_values(table)); }

// What the file writes (the row s), where --match renumbers rows; otherwise nothing.
std::vector<std::string> written_values(const StagedTable& table) {
  std::vector<std::string> values;
  if (table.plan.renumbered)
    for (const StagedColumn& column : table.columns) values.push_back("s." + column.quoted);
  return values;
}

// Of the whole row t, and of what is written over it.
std::string update_digest(const StagedTable& table) {
  std::vector<std::string> values = target_values(table);
  for (std::string& value : written_values(table)) values.push_back(std::move(value));
  return digest_of(table, values);
}

// Beside the places of table_sql: {digests} and {rewritten}, the tables of create_digests.
template <typename... Places>
std::string digest_sql(const StagedTable& table, const char* text, const Places&... places) {
  return table_sql(table, text, fmt::arg("digests", table.changes + "_digest"),
                   fmt::arg("rewritten", table.changes + "_rewritten"), places...);
}

constexpr const char* kCreateDigests = "CREATE TABLE {digests} (record INTEGER PRIMARY KEY, digest TEXT)";
constexpr const char* kCreateRewritten =
    "CREATE TABLE {rewritten} (record INTEGER, column INTEGER, PRIMARY KEY (record, column)) WITHOUT ROWID";

constexpr const char* kOfUpdates = R"sql(
INSERT OR IGNORE INTO {digests}
SELECT v.record, {digest}
FROM {accepted}
CROSS JOIN {target} t ON {same}
WHERE v.verdict = 'u')sql";

constexpr const char* kOfInserts = R"sql(
INSERT OR IGNORE INTO {digests}
SELECT v.record, {digest}
FROM {accepted}
WHERE v.verdict = 'i')sql";

constexpr const char* kOfConflicts = R"sql(
INSERT OR IGNORE INTO {digests}
SELECT r.record, {digest}
FROM {rows} AND r.verdict = 'c')sql";

constexpr const char* kOfMissing = R"sql(
INSERT OR IGNORE INTO {digests}
SELECT d.record, {digest}
FROM {deletes} d
CROSS JOIN {target} t ON {deleted})sql";

constexpr const char* kNoteRewritten = R"sql(
INSERT OR IGNORE INTO {rewritten}
SELECT v.record, {number}
FROM {accepted}
CROSS JOIN {target} t ON {same}
WHERE db_transfer_differs(s.{column}, t.{column}))sql";

constexpr const char* kFingerprints = R"sql(
SELECT r.record, r.verdict, r."constraint", r.holder, r.key FROM {rejects} r
UNION ALL
SELECT v.record, v.verdict, NULL, NULL, NULL FROM {verdicts} v{deleted}
ORDER BY 1)sql";

constexpr const char* kDeleted = R"sql(
UNION ALL
SELECT d.record, 'd', NULL, NULL, d.key FROM {deletes} d WHERE d.state <> 'k')sql";

constexpr const char* kUsedCatalog = R"sql(
SELECT 'the ' || type || ' ' || name AS object, COALESCE(sql, tbl_name) AS definition
FROM main.sqlite_schema
WHERE name NOT LIKE 'sqlite_stat%'
ORDER BY 1)sql";

}  // namespace

void create_digests(Connection& connection, const StagedTable& table) {
  connection.execute(digest_sql(table, kCreateDigests));
  connection.execute(digest_sql(table, kCreateRewritten));
}

void gather_digests(Connection& connection, const StagedTable& table) {
  if (!table.plan.identity.empty())
    connection.execute(digest_sql(table, kOfUpdates, fmt::arg("digest", update_digest(table))));
  if (table.plan.renumbered)
    connection.execute(digest_sql(table, kOfInserts, fmt::arg("digest", digest_of(table, written_values(table)))));
  if (table.missing > 0)
    connection.execute(digest_sql(table, kOfMissing, fmt::arg("digest", row_digest(table)),
                                  fmt::arg("deleted", deleted_row(table, "d", "t"))));
  if (table.rejected_rows == 0) return;
  for (const std::string& rows : conflicts_with_holders(table))
    connection.execute(digest_sql(table, kOfConflicts, fmt::arg("digest", row_digest(table)), fmt::arg("rows", rows)));
  if (table.base == nullptr || table.plan.identity.empty()) return;
  const std::string there = fmt::format(" AND t.{} IS NOT NULL", quote_name(table.plan.identity.front()));
  connection.execute(digest_sql(table, kOfConflicts, fmt::arg("digest", row_digest(table)),
                                fmt::arg("rows", conflicts_with_base(table) + there)));
}

void note_rewritten(Connection& connection, const StagedTable& table) {
  for (std::size_t i = 0; i < table.columns.size(); ++i) {
    if (table.is_ignored(table.columns[i].name)) continue;
    connection.execute(
        digest_sql(table, kNoteRewritten, fmt::arg("number", i), fmt::arg("column", table.columns[i].quoted)));
  }
}

KeptDigests::KeptDigests(Connection& connection, const StagedTable& table)
    : table_(table),
      digest_(connection.prepare(digest_sql(table, "SELECT digest FROM {digests} WHERE record = ?"))),
      rewritten_(connection.prepare(digest_sql(table, "SELECT column FROM {rewritten} WHERE record = ?"))) {}

std::string KeptDigests::digest(std::int64_t record) {
  digest_.bind_integer(1, record);
  std::string digest = digest_.next() ? digest_.text(0) : std::string{};
  digest_.reset();
  return digest;
}

std::vector<std::string> KeptDigests::rewritten(std::int64_t record) {
  std::vector<std::string> names;
  rewritten_.bind_integer(1, record);
  while (rewritten_.next()) names.push_back(table_.columns[static_cast<std::size_t>(rewritten_.integer(0))].name);
  rewritten_.reset();
  return names;
}

void read_fingerprints(Connection& connection, const StagedTable& table,
                       const std::function<void(const outcome::Fingerprint&)>& take) {
  std::optional<KeptDigests> details;
  if (has_digests(table)) details.emplace(connection, table);
  const std::string deleted = table.may_be_deleted > 0 ? table_sql(table, kDeleted) : std::string{};
  Statement rows = connection.prepare(table_sql(table, kFingerprints, fmt::arg("deleted", deleted)));
  while (rows.next()) {  // by position: as many as there are decisions
    const std::int64_t record = rows.integer(0);
    outcome::Fingerprint decision;
    decision.record = static_cast<std::uint64_t>(record);
    decision.verdict = static_cast<outcome::Verdict>(rows.text(1).front());
    decision.constraint = rows.text(2);
    decision.holder = rows.text(3);
    if (table.deletes_missing() && decision.record > table.plan.rows) decision.key = rows.text(4);
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
  Statement objects = connection.prepare(kUsedCatalog);
  while (objects.next()) {
    base::Sha256 digest;
    digest.update(objects.text("definition"));
    facts.push_back({objects.text("object"), digest.hex().substr(0, 16)});
  }
  return facts;
}

}  // namespace sqlite
