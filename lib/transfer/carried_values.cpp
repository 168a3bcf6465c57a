#include "transfer/carried_values.h"

#include <algorithm>
#include <string>
#include <string_view>

#include "base/error.h"
#include "base/stop.h"
#include "base/terminal.h"
#include "format/compression.h"
#include "format/row_parser.h"
#include "format/row_splitter.h"
#include "transfer/base_file.h"
#include "transfer/base_row.h"
#include "transfer/conflict_parser.h"
#include "transfer/staged_file.h"

namespace transfer {
namespace {

using base::Error;
using base::ErrorKind;
using Carried = ConflictParser::Carried;
using format::Value;
using format::ValueKind;

// Where the seal has to hold, nobody has settled anything: what was a conflict is one again.
ConflictParser::JudgedBy judged_by(const ImportOptions& options) {
  return options.seal == format::SealPolicy::kDemand ? ConflictParser::JudgedBy::kBase
                                                     : ConflictParser::JudgedBy::kTarget;
}

void demand_key(const engine::TablePlan& table, const std::string& key) {
  if (!table.identity.empty()) return;
  throw Error(ErrorKind::kSchema,
              base::printable(table.target.name.name) + " has no key in the target, and records of the file say (\"" +
                  base::printable(key) + "\") which of its rows they are about",
              "take that out of these records, or leave the table out with -T");
}

}  // namespace

CarriedValues::CarriedValues(base::InputFile& file, const format::Verified& verified, const ImportOptions& options,
                             base::Progress& progress, const std::stop_token& stop)
    : file_(file), verified_(verified), judged_by_(judged_by(options)), sections_(read(progress, stop)) {}

std::vector<CarriedValues::Section> CarriedValues::read(base::Progress& progress, const std::stop_token& stop) {
  const format::Header& header = verified_.header;
  std::vector<Section> sections(header.tables.size());
  progress.phase("read what the records carry", 0, header.tables.size());
  file_.seek(0);
  const auto source = format::decompress(file_);
  format::RowSplitter splitter(*source);
  splitter.read_header();
  std::string name;
  for (std::size_t i = 0; i < sections.size() && splitter.next_table(name); ++i) {
    progress.table(name);
    const std::vector<std::string> columns = own_record_columns(header, i);
    format::RowParser parser(record_columns(header, i), strictness_of(verified_), name);
    format::TableReader records(splitter, parser);
    ConflictParser conflicts(header.conflict, columns, name, judged_by_);
    Section& section = sections[i];
    section.always.assign(columns.size(), true);
    while (records.next()) {
      base::throw_if_stopped(stop);
      const Carried carried = conflicts.parse(records.record(), records.values().back());
      if (carried != Carried::kNothing) ++section.carrying;
      if (carried != Carried::kRow) continue;
      for (std::size_t column = 0; column < columns.size(); ++column)
        section.always[column] = section.always[column] && conflicts.row()[column].kind != ValueKind::kMissing;
    }
  }
  return sections;
}

void CarriedValues::plan(const ImportOptions& options, Plan& plan) {
  layouts_.assign(plan.tables.size(), std::nullopt);
  for (std::size_t i = 0; i < sections_.size(); ++i) {
    if (!plan.table_of_section[i] || sections_[i].carrying == 0) continue;
    engine::TablePlan& table = plan.tables[*plan.table_of_section[i]];
    demand_key(table, verified_.header.conflict);
    demand_mergeable(table, "\"" + base::printable(verified_.header.conflict) + "\" of its records");
    if (!table.base) {
      table.base = engine::BaseTable{table.target_column, table.file_type, 0, std::nullopt, false, false};
      table.base_unit = options.base_unit;
      table.base->settled = judged_by_ == ConflictParser::JudgedBy::kTarget;
    }
    layouts_[*plan.table_of_section[i]] = layout_of(i, plan, table);
  }
}

// Cells that not all of them hold are new on both sides: a difference in them is a conflict.
CarriedValues::Layout CarriedValues::layout_of(std::size_t section, const Plan& plan, engine::TablePlan& table) const {
  engine::BaseTable& base = *table.base;
  Layout layout;
  layout.section = section;
  layout.row.own = own_columns(verified_.header.tables[section]);
  layout.constants = plan.mapped.constants[section].size();
  layout.before = base.has_file ? base.rows : 0;
  layout.row.has_base = base.has_file;
  for (std::size_t& place : base.target_column) {
    layout.row.source.emplace_back();
    layout.row.identity.push_back(false);
    if (place == engine::TablePlan::kNotWritten) continue;
    const auto of_file = std::ranges::find(table.target_column, place);
    const auto column = static_cast<std::size_t>(of_file - table.target_column.begin());
    layout.row.source.back() = column;
    layout.row.identity.back() = std::ranges::count(table.identity, table.target.columns[place].name) > 0;
    if (layout.row.identity.back() || column >= layout.row.own || sections_[section].always[column]) continue;
    layout.row.source.back().reset();
    place = engine::TablePlan::kNotWritten;
  }
  base.mark = base.target_column.size();
  base.rows += table.rows;
  return layout;
}

void CarriedValues::stage(engine::Target& target, const Plan& plan, Conversions& conversions, base::Progress& progress,
                          const std::stop_token& stop) {
  progress.phase("stage what the records carry", verified_.bytes, verified_.header.tables.size());
  const auto carries_nothing = [&](std::size_t section) {
    return !layouts_[*plan.table_of_section[section]].has_value();
  };
  (void)stage_records({file_, verified_, plan, conversions}, progress, stop, carries_nothing,
                      [&](std::size_t table, format::TableReader& records) {
                        stage_table(target, table, *layouts_[table], records, progress);
                        return engine::Staging::kGoesOn;
                      });
}

void CarriedValues::stage_table(engine::Target& target, std::size_t table, const Layout& layout,
                                format::TableReader& records, base::Progress& progress) const {
  const format::Header& header = verified_.header;
  ConflictParser conflicts(header.conflict, own_record_columns(header, layout.section),
                           format::section_name(header.tables[layout.section].name, header.schemas), judged_by_);
  BaseRow row(layout.row);
  records.count_from(layout.before);
  records.rewrite_values([&](std::span<const Value> values) {
    const Carried carried = conflicts.parse(records.record(), values.back());
    return row.of(values, carried, conflicts.row());
  });
  target.stage_base(table, records, progress);
}

}  // namespace transfer
