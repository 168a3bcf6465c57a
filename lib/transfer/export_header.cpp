#include "transfer/export_header.h"

#include <fmt/format.h>

#include <utility>

#include "transfer/clock.h"

namespace transfer {
namespace {

void take_dependencies(engine::Dependencies dependencies, format::Header& header, outcome::ExportOutcome& outcome) {
  header.types = std::move(dependencies.types);
  header.sequences = std::move(dependencies.sequences);
  for (const catalog::Sequence& sequence : header.sequences) {
    if (!sequence.last_value)
      outcome.notices.push_back(format::section_name(sequence.name, header.schemas) +
                                ": this role may not read how far the sequence has come; GRANT SELECT on it, or set it "
                                "by hand in the target");
  }
  for (const engine::LargeObjects& column : dependencies.large_objects) {
    header.large_objects.push_back({column.table, column.column});
    outcome.notices.push_back(
        fmt::format("{}.{}: {} of its values point at large objects, which are not in the file: only the numbers go "
                    "along (pg_dump --large-objects takes the objects)",
                    format::section_name(column.table, header.schemas), column.column, column.rows));
  }
  for (std::string& sentence : dependencies.unknown) outcome.notices.push_back(std::move(sentence));
}

void tell_origin(const outcome::DatabaseInfo& info, format::Header& header) {
  header.exported_at = timestamp_now();
  header.server_version = info.server_version;
  header.database = info.database;
  header.host = info.host;
  header.port = info.port;
  header.user = info.user;
  header.system_identifier = info.system_identifier;
}

void forget_positions(format::Header& header, outcome::ExportOutcome& outcome) {
  for (catalog::Sequence& sequence : header.sequences) {
    sequence.last_value.reset();
    sequence.is_called = false;
  }
  outcome.notices.emplace_back(
      "--reproducible: the file does not say when and from where it was exported, and not how far sequences had "
      "come: an import raises them as far as the rows show, and does not notice when it goes back into this database");
}

}  // namespace

format::Header make_header(engine::Source& source, const std::vector<catalog::Table>& tables,
                           const std::vector<std::string>& schemas, const ExportOptions& options,
                           outcome::ExportOutcome& outcome) {
  format::Header header;
  header.generator = std::string("db-export ") + kVersion;
  header.engine = source.info().engine;
  header.schemas = schemas;
  if (options.origin == Origin::kTold) tell_origin(source.info(), header);
  if (const auto migration = source.last_migration(options.selection.schemas)) {
    header.migrations_table = migration->table;
    header.last_migration = migration->name;
  }
  header.tables = tables;
  take_dependencies(source.dependencies(tables), header, outcome);
  if (options.origin == Origin::kLeftOut) forget_positions(header, outcome);
  return header;
}

}  // namespace transfer
