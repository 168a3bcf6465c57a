#include "transfer/undo_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <utility>

#include "base/descriptor.h"
#include "base/error.h"
#include "base/terminal.h"
#include "format/writer.h"
#include "transfer/clock.h"
#include "transfer/options.h"

namespace transfer {
namespace {

std::string free_mark(const std::vector<catalog::Table>& tables) {
  std::string mark = "$undo";
  const auto is_column = [&](const catalog::Table& table) { return table.find_column(mark) != nullptr; };
  while (std::any_of(tables.begin(), tables.end(), is_column)) mark += '_';
  return mark;
}

// The target's tables, parents first, as an export of the target would describe them.
format::Header header_of(engine::Target& target, const Plan& plan, const std::vector<std::size_t>& order) {
  const outcome::DatabaseInfo& info = target.info();
  format::Header header;
  header.exported_at = timestamp_now();
  header.generator = std::string("db-import ") + kVersion;
  header.engine = info.engine;
  header.server_version = info.server_version;
  header.database = info.database;
  header.host = info.host;
  header.port = info.port;
  header.user = info.user;
  header.system_identifier = info.system_identifier;
  header.types = target.types();
  for (const std::size_t i : order) {
    const catalog::Table& table = plan.tables[i].target;
    header.tables.push_back(table);
    const std::string& schema = table.name.schema;
    if (!schema.empty() && std::ranges::find(header.schemas, schema) == header.schemas.end())
      header.schemas.push_back(schema);
  }
  std::ranges::sort(header.schemas);
  format::Undo undo;
  undo.mark = free_mark(header.tables);
  for (const outcome::Fact& fact : target.whereabouts()) undo.target.emplace_back(fact.name, fact.value);
  for (const std::size_t i : order) {
    const engine::TablePlan& table = plan.tables[i];
    if (table.identity != table.target.identity()) undo.matched.emplace_back(table.target.name, table.identity);
  }
  header.undo = std::move(undo);
  return header;
}

std::vector<std::size_t> tables_in_order(const Plan& plan) {
  std::vector<std::size_t> order;
  for (const std::vector<std::size_t>& component : plan.components)
    order.insert(order.end(), component.begin(), component.end());
  return order;
}

}  // namespace

UndoFile::UndoFile(const std::string& path, base::MayReplace may_replace, engine::Target& target, const Plan& plan,
                   base::Progress& progress)
    : file_(path, std::move(may_replace)), progress_(progress) {
  const std::vector<std::size_t> order = tables_in_order(plan);
  const format::Header header = header_of(target, plan, order);
  progress.phase("save undo", 0, order.size());
  format::Writer writer(file_, header);
  for (std::size_t i = 0; i < order.size(); ++i) {
    progress.table(header.tables[i].name.name);
    writer.begin_table(i);
    if (const auto reader = target.rows_before(order[i], header.undo->mark)) {
      while (const std::uint64_t records = reader->read_batch(writer.buffer())) {
        writer.end_batch(records);
        rows_ += records;
        progress.advance(records, 0);
      }
    }
    writer.end_table();
  }
  writer.finish();
}

UndoFile::~UndoFile() {
  if (!published_ || kept_) return;
  if (::unlink(file_.path().c_str()) != 0) {
    progress_.notice("the undo file " + base::printable(file_.path()) +
                     " could not be removed; its import was rolled back, and it takes nothing back");
    return;
  }
  const std::size_t slash = file_.path().rfind('/');
  const std::string folder = slash == std::string::npos ? "." : slash == 0 ? "/" : file_.path().substr(0, slash);
  const base::Descriptor opened = base::open_descriptor(folder, O_RDONLY | O_DIRECTORY);
  if (opened.is_open()) ::fsync(opened.get());
}

void UndoFile::publish() {
  published_ = true;
  file_.finish();
}

void commit_import(engine::Target& target, UndoFile* undo, const std::function<void(Commit)>& on_commit) {
  if (undo != nullptr) undo->publish();
  on_commit(Commit::kUnderWay);
  try {
    target.commit();
  } catch (const base::Error& error) {
    if (undo != nullptr && error.kind() == base::ErrorKind::kCommitUnknown) undo->keep();
    throw;
  } catch (...) {  // no memory for its answer: the server may have committed
    if (undo != nullptr) undo->keep();
    throw;
  }
  if (undo != nullptr) undo->keep();
  on_commit(Commit::kDone);
}

}  // namespace transfer
