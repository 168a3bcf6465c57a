#include "transfer/export_job.h"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <ctime>
#include <map>
#include <memory>
#include <set>
#include <thread>

#include "base/stop.h"
#include "base/terminal.h"
#include "catalog/graph.h"
#include "catalog/ledger.h"
#include "conversion/profile.h"
#include "engine/concurrent_change.h"
#include "format/header.h"
#include "format/row_parser.h"
#include "format/writer.h"
#include "outcome/engine_traits.h"
#include "transfer/export_header.h"
#include "transfer/output_files.h"
#include "transfer/selection.h"

namespace transfer {
namespace {

using base::Error;
using base::ErrorKind;
using Clock = std::chrono::steady_clock;

struct Chosen {
  std::vector<catalog::Table> tables;        // in dependency order
  std::vector<std::uint64_t> component;      // parallel
  std::vector<catalog::Table> skipped;       // audit tables
  std::vector<catalog::Table> ledgers;       // left out as such
  std::vector<catalog::TableName> left_out;  // by the user's own word: those, and what -T names
  std::vector<std::string> schemas;
};

Chosen choose(engine::Source& source, const std::vector<catalog::Table>& all, const Selection& selection) {
  Chosen chosen;
  std::vector<catalog::Table> tables;
  const auto other_object = [&](const catalog::TableName& name) { return source.other_object(name); };
  for (const std::size_t i : select_tables(all, selection, other_object)) {
    catalog::Table table = all[i];
    table.audit = is_audit(table.name, selection);
    (table.audit && selection.audit == Audit::kSkip ? chosen.skipped : tables).push_back(std::move(table));
  }
  for (const std::size_t i : ledgers_left_out(all, selection)) chosen.ledgers.push_back(all[i]);
  if (tables.empty()) {
    throw Error(ErrorKind::kUsage, all.empty() ? "there is no table to export" : "the options leave no table to export",
                all.empty()              ? "check the database and --schema"
                : chosen.ledgers.empty() ? "check -t, -T and --skip-audit"
                                         : "ledgers of migrations are left out; -t with the full name takes one");
  }
  std::uint64_t component = 0;
  for (const auto& group : catalog::dependency_components(tables, selection.preferred_order)) {
    for (const std::size_t i : group) {
      chosen.tables.push_back(std::move(tables[i]));
      chosen.component.push_back(component);
    }
    ++component;
  }
  for (const catalog::Table& table : chosen.skipped) chosen.left_out.push_back(table.name);
  for (const catalog::Table& table : all) {
    if (is_excluded(table.name, selection)) chosen.left_out.push_back(table.name);
  }
  chosen.schemas = selection.schemas;
  if (chosen.schemas.empty()) {
    for (const catalog::Table& table : chosen.tables) {
      if (!table.name.schema.empty() &&
          std::find(chosen.schemas.begin(), chosen.schemas.end(), table.name.schema) == chosen.schemas.end()) {
        chosen.schemas.push_back(table.name.schema);
      }
    }
    std::sort(chosen.schemas.begin(), chosen.schemas.end());
  }
  return chosen;
}

std::vector<std::string> slips_of_order(const Chosen& chosen, const Selection& selection) {
  std::vector<std::string> names;
  for (const auto* tables : {&chosen.tables, &chosen.skipped})
    for (const catalog::Table& table : *tables) names.push_back(format::section_name(table.name, chosen.schemas));
  return unknown_of_order(selection.preferred_order, names);
}

// What is there at the moment.
Chosen look(engine::Source& source, const Selection& selection) {
  if (!selection.schemas.empty()) demand_schemas(selection.schemas, source.schemas());
  return choose(source, source.tables(selection.schemas), selection);
}

std::string tool_of(const catalog::Table& ledger) { return std::string(catalog::ledger_of(ledger)->tool); }

std::set<catalog::TableName> names_of(const std::vector<catalog::Table>& tables) {
  std::set<catalog::TableName> names;
  for (const catalog::Table& table : tables) names.insert(table.name);
  return names;
}

std::string default_output(std::optional<format::Compression> compression) {
  base::make_folder("exports");
  return fmt::format("exports/export-{:%Y-%m-%dT%H-%M-%S}.json{}", fmt::localtime(std::time(nullptr)),
                     format::ending_of(compression.value_or(format::Compression::kNone)));
}

// Conditions by table; each must name exactly one table of the export.
std::map<catalog::TableName, std::string> conditions(const std::vector<catalog::Table>& tables,
                                                     const ExportOptions& options) {
  std::map<catalog::TableName, std::string> found;
  for (const auto& [pattern, sql] : options.where) {
    Selection only;
    only.tables = {pattern};
    const auto matching = select_tables(tables, only);
    if (matching.size() != 1) {
      throw Error(ErrorKind::kUsage,
                  "--where " + base::printable(pattern) + " matches " + std::to_string(matching.size()) + " tables",
                  "name one table, with its schema where the name alone is not enough");
    }
    if (!found.emplace(tables[matching.front()].name, sql).second) {
      throw Error(ErrorKind::kUsage, "--where is given twice for " + base::printable(pattern),
                  "join the conditions with AND");
    }
  }
  return found;
}

// A row that refers to a row the export does not hold can be imported only where that row is already.
void note_outside_parents(const Chosen& chosen, const format::Header& header, outcome::ExportOutcome& outcome) {
  for (const catalog::Table& table : chosen.tables) {
    for (const catalog::ForeignKey& key : table.foreign_keys) {
      const bool inside = std::any_of(chosen.tables.begin(), chosen.tables.end(),
                                      [&](const auto& other) { return other.name == key.parent; });
      if (inside) continue;
      outcome.notices.push_back(
          fmt::format("{} refers to {} ({}), which is not in this export: its rows must be in the target already",
                      format::section_name(table.name, header.schemas),
                      format::section_name(key.parent, header.schemas), key.name));
    }
  }
}

// The records of a batch, as read_batch appends them: a line each, for no text of JSON holds a line break.
void profile_batch(base::ByteBuffer& batch, format::RowParser& parser, conversion::Profile& profile) {
  batch.room(format::kRecordPaddingBytes);
  std::string_view rest = batch.view();
  format::RawRecord record;
  while (!rest.empty()) {
    const std::size_t end = rest.find(",\n");
    record.text = rest.substr(0, end);
    ++record.number;
    profile.add(parser.parse(record));
    rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 2);
  }
}

void list_content(const std::string& table, const std::vector<const catalog::Column*>& columns,
                  const conversion::Profile& profile, std::vector<outcome::ColumnContent>& contents) {
  for (std::size_t i = 0; i < columns.size(); ++i) {
    const conversion::ColumnProfile& held = profile.columns()[i];
    outcome::ColumnContent content{table, columns[i]->name, columns[i]->type, {}, conversion::range_in_words(held)};
    for (std::size_t shape = 0; shape < conversion::kShapes; ++shape) {
      if (held.counts[shape] != 0)
        content.shapes.push_back(
            {std::string(conversion::name_of(static_cast<conversion::Shape>(shape))), held.counts[shape]});
    }
    contents.push_back(std::move(content));
  }
}

class ExportJob {
 public:
  ExportJob(engine::Source& source, const ExportOptions& options, base::Progress& progress, const std::stop_token& stop)
      : source_(source), options_(options), progress_(progress), stop_(stop), files_(options.kept, options.overwrite) {}

  // Another session changed something meanwhile: a file that nobody has yet can be begun from its start.
  outcome::ExportOutcome run() {
    const auto start = Clock::now();
    for (int attempt = 1;; ++attempt) {
      try {
        outcome::ExportOutcome outcome = attempt_export();
        outcome.duration = Clock::now() - start;
        return outcome;
      } catch (const engine::ConcurrentChange& change) {
        if (attempt == engine::kAttempts || handed_out_) throw;
        progress_.notice(std::string(change.what()) + "; the export starts again");
        std::this_thread::sleep_for(std::chrono::milliseconds(50) * (1 << attempt));
        base::throw_if_stopped(stop_);
      }
    }
  }

 private:
  outcome::ExportOutcome attempt_export() {
    outcome::ExportOutcome outcome;
    files_ = OutputFiles(options_.kept, options_.overwrite);
    const Chosen found = look(source_, options_.selection);
    conditions(found.tables, options_);  // wrong ones are told before anything is made
    const std::unique_ptr<base::ByteSink> sink = open_output(outcome);
    const Chosen chosen = open_snapshot(found, outcome);
    const format::Header header = header_for(chosen, outcome);
    write_tables(*sink, chosen, header, outcome);
    for (const catalog::Table& table : chosen.skipped)
      outcome.skipped.push_back(format::section_name(table.name, header.schemas));
    for (const catalog::Table& table : chosen.ledgers)
      outcome.ledgers.push_back({format::section_name(table.name, header.schemas), tool_of(table)});
    note_outside_parents(chosen, header, outcome);
    source_.demand_unchanged();
    sink->finish();  // after it nothing that could fail: the file is there
    return outcome;
  }

  // What came while the locks were waited for is in the export, or the export begins again: all that is in the file
  // is read under the snapshot.
  Chosen open_snapshot(const Chosen& found, outcome::ExportOutcome& outcome) {
    Chosen chosen = choose(source_, source_.open_snapshot(found.tables), options_.selection);
    snapshot_start_ = Clock::now();
    if (names_of(chosen.tables) != names_of(found.tables))
      throw engine::ConcurrentChange("tables came or went while the export began");
    outcome.notices = source_.demand_rows_of(chosen.left_out, options_.rows_elsewhere);
    for (std::string& line : slips_of_order(chosen, options_.selection)) outcome.notices.push_back(std::move(line));
    return chosen;
  }

  format::Header header_for(const Chosen& chosen, outcome::ExportOutcome& outcome) {
    format::Header header = make_header(source_, chosen.tables, chosen.schemas, options_, outcome);
    header.narrowed.emplace();
    for (const auto& [table, where] : conditions(chosen.tables, options_)) header.narrowed->push_back({table, where});
    return header;
  }

  void write_tables(base::ByteSink& sink, const Chosen& chosen, const format::Header& header,
                    outcome::ExportOutcome& outcome) {
    const auto where = conditions(chosen.tables, options_);
    progress_.phase("export", 0, chosen.tables.size());
    handed_out_ = outcome.path == "-";
    format::Writer writer(sink, header);
    for (std::size_t i = 0; i < chosen.tables.size(); ++i) {
      const auto condition = where.find(chosen.tables[i].name);
      write_table(writer, i, chosen.tables[i], condition == where.end() ? std::string{} : condition->second, header,
                  outcome);
    }
    outcome.sha256 = writer.finish().sha256;
    outcome.bytes = writer.bytes();
  }

  std::unique_ptr<base::ByteSink> open_output(outcome::ExportOutcome& outcome) {
    if (options_.open_sink) return options_.open_sink();
    outcome.path = options_.output.empty() ? default_output(options_.compression) : options_.output;
    const format::Compression compression = options_.compression.value_or(format::compression_of(outcome.path));
    if (outcome.path == "-")
      return format::compress(std::make_unique<base::DescriptorSink>(1, "standard output"), compression);
    files_.add(outcome.path, "the export", OutputFiles::Existing::kByForce);
    return format::compress(std::make_unique<base::AtomicFile>(outcome.path, files_.guard(outcome.path)), compression);
  }

  void write_table(format::Writer& writer, std::size_t index, const catalog::Table& table, const std::string& where,
                   const format::Header& header, outcome::ExportOutcome& outcome) {
    outcome::ExportedTable exported{format::section_name(table.name, header.schemas), 0, 0};
    progress_.table(exported.name);
    writer.begin_table(index);
    const std::uint64_t start = writer.bytes();
    std::uint64_t reported = start;
    const auto reader = source_.read({table.name, where, options_.row_order});
    while (const std::uint64_t records = reader->read_batch(writer.buffer())) {
      base::throw_if_stopped(stop_);
      warn_of_a_long_snapshot();
      writer.end_batch(records);
      exported.rows += records;
      progress_.advance(records, writer.bytes() - reported);
      reported = writer.bytes();
    }
    writer.end_table();
    exported.bytes = writer.bytes() - start;
    outcome.rows += exported.rows;
    outcome.tables.push_back(std::move(exported));
  }

  void warn_of_a_long_snapshot() {
    if (warned_ || Clock::now() - snapshot_start_ < options_.long_snapshot) return;
    warned_ = true;
    progress_.notice(
        fmt::format("the export's snapshot is {} minutes old: until it ends, the source keeps every row that others "
                    "change or delete",
                    options_.long_snapshot / std::chrono::minutes(1)));
  }

  engine::Source& source_;
  const ExportOptions& options_;
  base::Progress& progress_;
  const std::stop_token& stop_;
  OutputFiles files_;
  Clock::time_point snapshot_start_;
  bool warned_ = false;
  bool handed_out_ = false;  // to standard output: what is written there is with its reader
};

}  // namespace

outcome::ExportOutcome run_export(engine::Source& source, const ExportOptions& options, base::Progress& progress,
                                  const std::stop_token& stop) {
  return ExportJob(source, options, progress, stop).run();
}

namespace {

// In the order of the list; those that are left out by name.
void list_parents(const Chosen& chosen, const catalog::Table& table, outcome::ListedTable& listed) {
  std::set<catalog::TableName> parents;
  for (const catalog::ForeignKey& key : table.foreign_keys) parents.insert(key.parent);
  listed.refers_to_itself = parents.erase(table.name) != 0;
  for (const catalog::Table& parent : chosen.tables) {
    if (parents.erase(parent.name) != 0) listed.parents.push_back(format::section_name(parent.name, chosen.schemas));
  }
  for (const catalog::TableName& parent : parents)
    listed.parents_left_out.push_back(format::section_name(parent, chosen.schemas));
}

}  // namespace

std::vector<outcome::ListedTable> list_tables(engine::Source& source, const Selection& selection) {
  const Chosen chosen = look(source, selection);
  std::vector<outcome::ListedTable> list;
  for (std::size_t i = 0; i < chosen.tables.size(); ++i) {
    const catalog::Table& table = chosen.tables[i];
    outcome::ListedTable listed;
    listed.name = format::section_name(table.name, chosen.schemas);
    listed.audit = table.audit;
    listed.component = chosen.component[i];
    list_parents(chosen, table, listed);
    list.push_back(std::move(listed));
  }
  for (const catalog::Table& table : chosen.ledgers) {
    outcome::ListedTable listed;
    listed.name = format::section_name(table.name, chosen.schemas);
    listed.ledger = tool_of(table);
    list.push_back(std::move(listed));
  }
  return list;
}

std::vector<outcome::ColumnContent> profile_columns(engine::Source& source, const Selection& selection,
                                                    const Masks& masks, base::Progress& progress,
                                                    const std::stop_token& stop) {
  if (outcome::traits_of(source.info().engine).is_typed) {
    throw Error(ErrorKind::kUsage, "--profile is for SQLite: a column of " + source.info().engine + " holds its type",
                "leave --profile out");
  }
  const Chosen found = look(source, selection);
  const Chosen chosen = choose(source, source.open_snapshot(found.tables), selection);
  progress.phase("profile", 0);
  std::vector<outcome::ColumnContent> contents;
  const auto masked = masked_columns(chosen.tables, {}, masks);  // SQLite has no types of users
  for (const catalog::Table& table : chosen.tables) {
    const std::vector<std::string>& hidden = masked[static_cast<std::size_t>(&table - chosen.tables.data())];
    std::vector<const catalog::Column*> columns;
    std::vector<std::string> names;
    for (const catalog::Column& column : table.columns) {
      if (column.generated) continue;
      columns.push_back(&column);
      names.push_back(column.name);
    }
    const std::string section = format::section_name(table.name, chosen.schemas);
    progress.table(section);
    format::RowParser parser(names, format::Strictness::kTrusted, section);
    conversion::Profile profile(names.size());
    for (std::size_t i = 0; i < names.size(); ++i) {
      if (std::ranges::count(hidden, names[i]) > 0) profile.mask(i);
    }
    base::ByteBuffer batch;
    const auto reader = source.read({table.name, "", engine::RowOrder::kPhysical});
    while (const std::uint64_t records = reader->read_batch(batch)) {
      base::throw_if_stopped(stop);
      profile_batch(batch, parser, profile);
      progress.advance(records, batch.size());
      batch.clear();
    }
    list_content(section, columns, profile, contents);
  }
  return contents;
}

}  // namespace transfer
