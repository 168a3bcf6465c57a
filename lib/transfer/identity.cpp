#include "transfer/identity.h"

#include <pwd.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <system_error>

#include "base/sha256.h"
#include "base/terminal.h"
#include "transfer/secrets.h"
#include "transfer/selection.h"

namespace transfer {
namespace {

// "ada on build-1"; empty where the system does not know.
std::string user_and_machine() {
  constexpr std::size_t kLongestName = 256;
  std::string machine(kLongestName, '\0');
  if (::gethostname(machine.data(), machine.size() - 1) != 0) return {};
  machine.resize(std::char_traits<char>::length(machine.c_str()));
  passwd entry{};
  passwd* found = nullptr;
  std::string buffer(std::size_t{16} << 10, '\0');
  ::getpwuid_r(::getuid(), &entry, buffer.data(), buffer.size(), &found);
  return (found == nullptr ? std::to_string(::getuid()) : std::string(entry.pw_name)) + " on " + machine;
}

}  // namespace

void tell_surroundings(const ImportOptions& options, bool makes_plans, outcome::ImportOutcome& outcome) {
  const auto plan =
      std::ranges::find_if(options.reports, [](const std::string& path) { return path.ends_with(".json"); });
  if (makes_plans && plan != options.reports.end()) outcome.plan_file = *plan;
  std::error_code error;
  outcome.folder = std::filesystem::current_path(error).string();
  outcome.target.option = options.target_option;
  outcome.reports = options.reports;
  outcome.ran_by = user_and_machine();
}

outcome::FileIdentity identity_of_file(const std::string& input, const format::Verified& file) {
  const format::Header& header = file.header;
  outcome::FileIdentity identity;
  identity.path = input;
  identity.bytes = file.bytes;
  identity.sha256 = file.sha256;
  identity.sealed = file.sealed;
  identity.generator = header.generator;
  identity.exported_at = header.exported_at;
  identity.source = {header.engine, header.server_version, header.database, header.host, header.port};
  identity.source.user = header.user;
  identity.source.system_identifier = header.system_identifier;
  identity.last_migration = header.last_migration;
  return identity;
}

void tell_meanings(const std::vector<std::string>& masked, outcome::ImportedTable& table) {
  if (says_rights(table.name)) table.meaning = outcome::Meaning::kRights;
  for (outcome::ChangedColumn& column : table.effects.changed_columns) {
    const bool hidden = std::ranges::find(masked, column.name) != masked.end();
    column.meaning = hidden ? outcome::Meaning::kSecret : meaning_of(column.name);
  }
}

void identify_whole(base::InputFile& file, outcome::FileIdentity& identity) {
  if (identity.path == "-") return;  // there is no file that anybody could look at
  constexpr std::size_t kChunkBytes = std::size_t{256} << 10;
  std::string chunk(kChunkBytes, '\0');
  base::Sha256 hash;
  file.seek(0);
  while (const std::size_t bytes = file.read(chunk.data(), chunk.size())) {
    hash.update(std::string_view(chunk).substr(0, bytes));
    identity.whole_bytes += bytes;
  }
  identity.whole_sha256 = hash.hex();
}

std::vector<outcome::ImportedTable> tables_of_outcome(const Plan& plan, const Selection& selection) {
  const format::Header& header = plan.mapped.header;
  std::vector<outcome::ImportedTable> tables;
  for (std::size_t i = 0; i < header.tables.size(); ++i) {
    outcome::ImportedTable table;
    table.name = format::section_name(header.tables[i].name, header.schemas);
    table.taken = plan.table_of_section[i].has_value();
    table.audit = header.tables[i].audit || is_audit(header.tables[i].name, selection);
    for (const catalog::ForeignKey& key : header.tables[i].foreign_keys) {
      const std::string parent = format::section_name(key.parent, header.schemas);
      if (parent != table.name && std::find(table.parents.begin(), table.parents.end(), parent) == table.parents.end())
        table.parents.push_back(parent);
    }
    if (table.taken) {
      for (const catalog::ForeignKey& key : plan.tables[*plan.table_of_section[i]].target.foreign_keys)
        table.foreign_keys.push_back(key.name);
    }
    tables.push_back(std::move(table));
  }
  return tables;
}

void note_migrations(const format::Header& header, const std::optional<engine::LastMigration>& target,
                     std::vector<std::string>& differences) {
  if (header.last_migration.empty() || !target || header.last_migration == target->name) return;
  differences.push_back("the last migration of the source is " + header.last_migration + ", that of the target is " +
                        (target->name.empty() ? "none" : target->name));
}

void take_notices(const engine::Target& target, outcome::ImportOutcome& outcome) {
  outcome.untold = target.untold();
  for (const auto& lines : {target.notices(), outcome.untold})
    outcome.notices.insert(outcome.notices.end(), lines.begin(), lines.end());
}

void tell_loose_references(engine::Target& target, engine::Intent intent, base::Progress& progress,
                           outcome::ImportOutcome& outcome) {
  outcome.loose_references = target.loose_references();
  if (intent != engine::Intent::kImport) return;
  for (const outcome::LooseReference& reference : outcome.loose_references)
    progress.notice("warning: " + base::printable(outcome::in_words(reference)));
}

outcome::Ending ending_of(engine::Intent intent) {
  switch (intent) {
    case engine::Intent::kDryRun:
      return outcome::Ending::kDryRun;
    case engine::Intent::kRehearsal:
      return outcome::Ending::kRehearsed;
    case engine::Intent::kImport:
      break;
  }
  return outcome::Ending::kCommitted;
}

}  // namespace transfer
