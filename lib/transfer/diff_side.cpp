#include "transfer/diff_side.h"

#include <algorithm>
#include <array>
#include <memory>
#include <string_view>
#include <utility>

#include "base/error.h"
#include "base/spool.h"
#include "base/stop.h"
#include "base/terminal.h"
#include "format/compression.h"
#include "format/writer.h"
#include "transfer/export_header.h"
#include "transfer/export_job.h"
#include "transfer/selection.h"
#include "transfer/verified_input.h"

namespace transfer {
namespace {

bool matches_any(const std::string& pattern, const std::vector<catalog::Table>& tables) {
  return std::ranges::any_of(tables, [&](const catalog::Table& table) { return matches(pattern, table.name); });
}

// What is exported of this database: no less than what is compared. The other side may have what the other patterns
// mean, also the schema of one.
void narrow(const std::vector<catalog::Table>& tables, const Mapping& mapping, Selection& selection) {
  const bool wants_all = selection.tables.empty() || !mapping.empty();
  std::vector<std::string> patterns;
  for (const std::string& pattern : selection.tables) {
    const std::string name = pattern.substr(pattern.rfind('.') + 1);
    if (matches_any(pattern, tables)) {
      patterns.push_back(pattern);
    } else if (matches_any(name, tables)) {
      patterns.push_back(name);
    }
  }
  std::erase_if(selection.excluded, [&](const std::string& pattern) {
    return pattern.find('.') != std::string::npos || !matches_any(pattern, tables);
  });
  if (!mapping.empty()) selection.excluded.clear();
  if (!wants_all && patterns.empty()) selection.excluded = {"*"};
  selection.tables = wants_all ? std::vector<std::string>{} : patterns;
}

bool leaves_tables(const std::vector<catalog::Table>& tables, const Selection& selection) {
  if (tables.empty()) return false;
  return std::ranges::any_of(select_tables(tables, selection), [&](std::size_t i) {
    return selection.audit == Audit::kInclude || !is_audit(tables[i].name, selection);
  });
}

}  // namespace

DiffSide::DiffSide(const DiffEnd& end, const DiffOptions& options, base::Progress& progress,
                   const std::stop_token& stop)
    : name_(end.name), is_file_(!end.input.empty()) {
  if (is_file_) {
    file_.emplace(base::InputFile::open(end.input, stop));
    if (!file_->seekable()) copy_pipe(stop);
  } else {
    export_to_file(end, options, progress, stop);
  }
  header_ = read_ahead(*file_);
}

void DiffSide::copy_pipe(const std::stop_token& stop) {
  constexpr std::size_t kChunkBytes = std::size_t{256} << 10;
  base::Spool spool;
  const auto chunk = std::make_unique<std::array<char, kChunkBytes>>();
  while (const std::size_t bytes = file_->read(chunk->data(), chunk->size())) {
    base::throw_if_stopped(stop);
    spool.write({chunk->data(), bytes});
  }
  file_.emplace(spool.finish(file_->name()));
}

void DiffSide::export_to_file(const DiffEnd& end, const DiffOptions& options, base::Progress& progress,
                              const std::stop_token& stop) {
  const std::unique_ptr<engine::Source> source = end.open_source();
  ExportOptions job;
  job.selection = options.selection;
  job.selection.schemas = end.schemas;
  job.row_order = engine::RowOrder::kIdentity;
  job.rows_elsewhere = options.rows_elsewhere;
  if (!end.schemas.empty()) demand_schemas(end.schemas, source->schemas());
  tables_ = source->tables(end.schemas);
  narrow(tables_, options.mapping, job.selection);
  std::optional<base::Spool> spool;
  if (!leaves_tables(tables_, job.selection)) {
    outcome::ExportOutcome outcome;
    base::SpoolSink sink(spool.emplace());
    format::Writer(sink, make_header(*source, {}, end.schemas, job, outcome)).finish();
  } else {
    job.open_sink = [&] { return std::make_unique<base::SpoolSink>(spool.emplace()); };
    run_export(*source, job, progress, stop);
  }
  file_.emplace(spool->finish(name_));
}

void DiffSide::verify(format::SealPolicy seal, base::Progress& progress, const std::stop_token& stop,
                      const format::OnRecord& on_record) {
  VerifiedInput input = verify_input(std::move(*file_), seal, progress, stop, on_record);
  file_.emplace(std::move(input.file));
  verified_ = std::move(input.verified);
  header_ = verified_.header;
  if (verified_.header.undo)
    throw base::Error(base::ErrorKind::kUsage, base::printable(name_) + " is an undo file, no export",
                      "compare exports or databases");
}

outcome::ComparedSide DiffSide::told() const {
  const format::Header& header = verified_.header;
  outcome::ComparedSide side;
  side.name = name_;
  side.is_file = is_file_;
  side.sealed = verified_.sealed;
  if (is_file_) side.sha256 = verified_.sha256;
  side.exported_at = header.exported_at;
  side.source = {header.engine, header.server_version, header.database,         header.host,
                 header.port,   header.user,           header.system_identifier};
  return side;
}

}  // namespace transfer
