#include "report/audits.h"

#include "report/outcomes.h"

namespace report {
namespace {

using outcome::Decision;
using outcome::ShownValue;
using outcome::Verdict;

Decision a_decision(std::uint64_t record, Verdict verdict, std::string key) {
  Decision row;
  row.record = record;
  row.offset = 4000 + 211 * record;
  row.verdict = verdict;
  row.key = std::move(key);
  return row;
}

Decision a_conflict() {
  Decision row = a_decision(7, Verdict::kConflict, "id=clx0007q8v0000356h2k9d1ab");
  row.constraint = "users_email_key";
  row.reason = "users_email_key: the target holds email=ada@example.org as id=clx9001";
  row.holder = "id=clx9001";
  row.changes = {
      {"id", whole("clx9001"), whole("clx0007q8v0000356h2k9d1ab")},
      {"name", whole("Ada L."), whole("Ada Lovelace")},
      {"passwordHash", {ShownValue::Form::kMasked, "9f86d081", 60}, {ShownValue::Form::kMasked, "60303ae2", 60}}};
  return row;
}

std::vector<Decision> user_updates() {
  Decision renamed = a_decision(2, Verdict::kUpdate, "id=clx0002");
  renamed.changes = {{"name", whole("Grace B. Hopper"), whole("Grace M. Hopper")},
                     {"phone", {}, whole("+1 202 555 0143")}};
  renamed.target_is_newer = true;
  Decision cleared = a_decision(3, Verdict::kUpdate, "id=clx0003");
  std::string biography;
  for (int i = 0; i < 9; ++i) biography += "She wrote program " + std::to_string(i) + " before there were machines. ";
  std::string corrected = biography;
  corrected.insert(corrected.find("program 4"), "the famous ");
  const std::string notes(1024, 'n');
  cleared.changes = {{"biography", whole(biography), whole(corrected)},
                     {"notes", {ShownValue::Form::kCut, notes, 1880}, {ShownValue::Form::kCut, notes, 2001}},
                     {"nickname", whole("Ada"), whole("")},
                     {"title", whole("Caf\u00e9\u00a0manager"), whole("Cafe\u0301 manager\r\n\x1b[31m")}};
  return {renamed, cleared};
}

outcome::ImportedTable audited_users() {
  auto users = a_table("users", {1480, 3, 820, 640, 1, 3, 13});
  users.parents = {"roles"};
  users.left_out = {a_conflict()};
  for (std::uint64_t record : {20, 21}) {
    Decision row = a_decision(record, Verdict::kInvalid, "id=clx00" + std::to_string(record));
    row.constraint = "users_roleId_fkey";
    row.reason = "users_roleId_fkey: the parent roles id=guest is neither in the target nor in the file";
    users.left_out.push_back(row);
  }
  Decision hostile = a_decision(30, Verdict::kInvalid, "id=</script><img src=x onerror=alert(1)> @admin `|`");
  hostile.reason = "age: '\u202eevil' is not a whole number";
  users.left_out.push_back(hostile);
  users.updates = user_updates();
  users.inserts = {a_decision(1, Verdict::kInsert, "id=clx0001"), a_decision(4, Verdict::kInsert, "id=clx0004")};
  users.inserts[1].file_key = "id=dev-4";
  users.effects.rows_before = 1500;
  users.effects.identity = {"id"};
  users.effects.match = {"email"};
  users.effects.remapped = 1;
  users.effects.changed_columns = {{"updatedAt", 820}, {"name", 12}, {"biography", 1}};
  users.effects.newer_rows = 4;
  users.effects.triggers = {{"users_touch", "before insert or update, for each row", "touch_updated_at()"}};
  users.effects.cascades = {{"documents", "documents_ownerEmail_fkey", "CASCADE", {"email"}, 2}};
  return users;
}

}  // namespace

ShownValue whole(const std::string& text) { return {ShownValue::Form::kWhole, text, text.size()}; }

outcome::ImportOutcome an_audited_import() {
  auto permissions = a_table("permissions", {24, 0, 0, 24, 0, 0, 0});
  permissions.effects.rows_before = 24;
  permissions.effects.identity = {"id"};
  auto roles = a_table("roles", {6, 1, 0, 5, 0, 0, 0});
  roles.inserts = {a_decision(6, Verdict::kInsert, "id=auditor")};
  roles.effects.rows_before = 5;
  roles.effects.identity = {"id"};
  auto links = a_table("_PermissionToRole", {40, 4, 0, 36, 0, 0, 0});
  links.parents = {"permissions", "roles"};
  links.effects.rows_before = 36;
  links.effects.identity = {"A", "B"};
  links.inserts = {a_decision(3, Verdict::kInsert, "A=7, B=auditor")};
  auto documents = a_table("documents", {0, 0, 0, 0, 0, 0, 0});
  documents.parents = {"users"};
  documents.effects.rows_before = 310;
  documents.effects.identity = {"id"};
  documents.effects.sequences = {{"documents_number_seq", 310, 412}};
  documents.effects.outside_references = {{"documents_folderId_fkey", "folders", 3}};
  auto audit_logs = a_table("audit_logs", {5210, 0, 0, 0, 0, 0, 5210});
  audit_logs.parents = {"users"};
  audit_logs.taken = false;
  audit_logs.audit = true;
  audit_logs.effects.rows_before = 88213;

  auto outcome = an_import({permissions, roles, links, audited_users(), documents, audit_logs});
  outcome.file = {"exports/app.json",
                  4719212,
                  std::string(60, 'a') + "1b2c",
                  true,
                  "db-export 0.1.0",
                  "2025-01-15T10:30:00.123456Z",
                  {"postgresql", "15.18", "app_dev"},
                  "20250110_add_slug"};
  outcome.target = {"PostgreSQL database app_production on db.example.org",
                    {"postgresql", "16.4", "app_production"},
                    "importer",
                    "20241222_init"};
  outcome.decided_at = "2025-01-15T11:00:00Z";
  outcome.options = {"--env-file .env.production", "--match users=email", "--skip-audit", "--dry-run"};
  outcome.differences = {"users.nickname is varchar(40) in the file and text in the target"};
  outcome.notices = {"2 rows of users refer to each other"};
  outcome.rejects_file = "exports/app.rejects.json";
  return outcome;
}

std::string hostile_text() {
  using namespace std::string_literals;
  return "</script></style></title><img src=http://leak.invalid/ "
         "onerror=alert(1)><svg/onload=alert(2)>\"'`=--><!--]]>&lt;"
         "\x1b[2J\u202e\u2066\ufeff\u2028\r\n\t\0|``@octocat #1 https://leak.invalid/ [x](http://leak.invalid) "
         "\xff\xc3(\xed\xa0\x80\ufffe"s;
}

outcome::ImportOutcome an_import_of(const std::string& text) {
  const std::vector<outcome::ColumnChange> changes = {
      {text, whole(text), whole(text + "b")},
      {text, {ShownValue::Form::kCut, text, 2000}, {ShownValue::Form::kCut, text, 2000}},
      {text, {ShownValue::Form::kMasked, text, 12}, {}},
      {text, whole("a" + text + "b"), whole("a" + text + text + "b")}};
  const auto row = [&](Verdict verdict) {
    Decision decision = a_decision(1, verdict, text);
    decision.file_key = text + "2";
    decision.reason = decision.constraint = decision.holder = text;
    decision.changes = changes;
    decision.target_is_newer = true;
    return decision;
  };
  auto table = a_table(text, {5, 1, 1, 0, 1, 1, 1});
  table.parents = {text + "2"};
  table.left_out = {row(Verdict::kConflict), row(Verdict::kInvalid)};
  table.updates = {row(Verdict::kUpdate), row(Verdict::kSkipped)};
  table.inserts = {row(Verdict::kInsert)};
  table.effects.identity = table.effects.match = {text};
  table.effects.changed_columns = {{text, 1}};
  table.effects.triggers = {{text, text, text}};
  table.effects.cascades = {{text, text, text, {text}, 1}};
  table.effects.sequences = {{text, 1, 2}};
  table.effects.outside_references = {{text, text, 1}};
  auto outcome = an_import({table, a_table(text + "2", {})});
  outcome.file = {text, 1, text, false, text, text, {text, text, text}, text};
  outcome.target = {text, {text, text, text}, text, text};
  outcome.decided_at = outcome.rejects_file = text;
  outcome.options = outcome.differences = outcome.notices = {text};
  return outcome;
}

outcome::ImportOutcome an_import_of_many_tables(std::size_t count) {
  std::vector<outcome::ImportedTable> tables;
  for (std::size_t i = 0; i < count; ++i) {
    const std::uint64_t n = i + 1;
    outcome::VerdictCounts counts = {20 * n, i % 3 == 0 ? n : 0, i % 4 == 0 ? 2 * n : 0, 0, i % 17 == 5 ? 1U : 0U, 0,
                                     0};
    counts.unchanged = counts.rows - counts.sum();
    auto table = a_table("table_" + std::to_string(i) + (i % 9 == 4 ? "_with_a_name_that_is_rather_long" : ""), counts);
    table.effects.rows_before = 18 * n;
    table.effects.identity = {"id"};
    if (i % 7 != 6)
      for (const std::size_t parent : {i / 2, i / 3})
        if (parent < i && i > 3 && parent % 7 != 6) table.parents.push_back(tables[parent].name);
    tables.push_back(std::move(table));
  }
  auto outcome = an_import(std::move(tables));
  outcome.blocked = true;
  outcome.blocked_by = "--atomic";
  return outcome;
}

}  // namespace report
