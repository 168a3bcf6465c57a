#include "transfer/base_rejects.h"

#include <algorithm>
#include <span>
#include <utility>

#include "base/error.h"
#include "base/terminal.h"
#include "transfer/base_file.h"
#include "transfer/conflict_parser.h"
#include "transfer/mapping.h"
#include "transfer/rejects.h"
#include "transfer/staged_file.h"
#include "transfer/verified_input.h"

namespace transfer {
namespace {

using base::Error;
using base::ErrorKind;
using Carried = ConflictParser::Carried;
using format::Value;

void demand_rejects(const format::Header& header, const std::string& path) {
  const char* other = nullptr;
  if (header.undo || header.annotation.empty()) other = "is no file of rows that an import left out";
  if (header.settled)
    other = "holds what an import of settled records left out: what these carry is no base of a promotion";
  if (other == nullptr) return;
  throw Error(ErrorKind::kUsage, "--base-rejects " + base::printable(path) + " " + other,
              "name the rejects file that the import of the base wrote");
}

// Whether a row that the record carries lacks none of the cells that it is to be judged by.
bool tells_all(const std::vector<bool>& wanted, std::span<const Value> carried) {
  for (std::size_t i = 0; i < carried.size(); ++i) {
    if (wanted[i] && carried[i].kind == format::ValueKind::kMissing) return false;
  }
  return true;
}

// The file has rows of it, too.
bool is_imported(const catalog::TableName& table, const Plan& plan) {
  const std::vector<catalog::Table>& tables = plan.mapped.header.tables;
  const auto found = std::ranges::find(tables, table, &catalog::Table::name);
  return found != tables.end() && plan.table_of_section[static_cast<std::size_t>(found - tables.begin())];
}

}  // namespace

BaseRejects::BaseRejects(const ImportOptions& options, base::Progress& progress, const std::stop_token& stop)
    : file_([&] {
        const std::string& path = options.base_rejects;
        base::InputFile file = base::InputFile::open(path, stop);
        if (!file.seekable())
          throw Error(ErrorKind::kUsage, "--base-rejects " + base::printable(path) + " is a pipe",
                      "name a file: it is read more than once");
        if (const auto header = read_ahead(file)) demand_rejects(*header, path);
        VerifiedInput input = verify_input(std::move(file), options.seal, progress, stop, {});
        verified_ = std::move(input.verified);
        return std::move(input.file);
      }()) {
  demand_rejects(verified_.header, options.base_rejects);
}

void BaseRejects::profile(const outcome::DatabaseInfo& target, base::Progress& progress, const std::stop_token& stop) {
  if (!crosses_engines(verified_.header, target)) return;
  progress.phase("profile", verified_.bytes);
  profiles_ = profile_file(file_, verified_.header, strictness_of(verified_), progress, stop);
}

void BaseRejects::plan(engine::Target& target, const format::Header& base, const ImportOptions& options, Plan& plan) {
  if (!plan.mapped.header.conflict.empty())
    throw Error(ErrorKind::kUsage,
                "--base-rejects and " + base::printable(options.input) +
                    " contradict each other: its records carry themselves what they are judged by",
                "leave --base-rejects out");
  const format::Header& header = verified_.header;
  const bool of_base = header.exported_at == base.exported_at && header.database == base.database;
  if (!of_base && !header.exported_at.empty() && !base.exported_at.empty())
    plan.differences.emplace_back("--base-rejects holds rows of another export than --base");
  Plan alone = plan;
  plan_ = plan_base(verified_, target.info(), options, target.types(), alone);
  hide_masked(profiles_, plan_.mapped.header, options.masks);
  conversions_ = decide_conversions(plan_, profiles_, target.info(), options, Lacking::kPassedOver);
  layouts_.assign(plan.tables.size(), std::nullopt);
  for (std::size_t i = 0; i < header.tables.size(); ++i) {
    if (verified_.rows[i] == 0) continue;
    if (plan_.table_of_section[i]) {
      plan_table(i, plan);
    } else if (is_imported(plan_.mapped.header.tables[i].name, plan)) {
      throw Error(ErrorKind::kUsage,
                  "--base-rejects " + base::printable(options.base_rejects) + " lacks columns of " +
                      format::section_name(header.tables[i].name, header.schemas) + " by which its rows are found",
                  "name the rejects file that the import of the base wrote");
    }
  }
}

void BaseRejects::plan_table(std::size_t section, Plan& plan) {
  const std::size_t place = *plan_.table_of_section[section];
  const format::Header& header = plan_.mapped.header;
  const std::string name = format::section_name(header.tables[section].name, header.schemas);
  engine::BaseTable& base = *plan.tables[place].base;
  if (base.rows == 0) {
    plan.differences.push_back(name + " is in --base-rejects, and the base has no rows of it");
    return;
  }
  layouts_[place] = layout_of(section, base);
  if (!layouts_[place]->may_carry)
    plan.differences.push_back(name + " has other columns in --base-rejects than in the base: the merge takes these " +
                               "rows for new on both sides");
  base.mark = base.target_column.size();
  base.rows += verified_.rows[section];
}

BaseRejects::Layout BaseRejects::layout_of(std::size_t section, const engine::BaseTable& base) const {
  const engine::TablePlan& rejects = plan_.tables[*plan_.table_of_section[section]];
  Layout layout;
  layout.section = section;
  layout.before = base.rows;
  layout.row.own = own_columns(verified_.header.tables[section]);
  layout.row.has_base = true;
  layout.judged_by.assign(layout.row.own, false);
  for (std::size_t i = 0; i < base.target_column.size(); ++i) {
    layout.row.source.emplace_back();
    layout.row.identity.push_back(false);
    const std::size_t column = base.target_column[i];
    if (column == engine::TablePlan::kNotWritten) continue;
    layout.row.identity.back() = std::ranges::count(rejects.identity, rejects.target.columns[column].name) > 0;
    const auto found = std::ranges::find(rejects.target_column, column);
    const auto value = static_cast<std::size_t>(found - rejects.target_column.begin());
    if (found == rejects.target_column.end() || rejects.file_type[value] != base.file_type[i]) {
      layout.may_carry = false;
      if (!layout.row.identity.back() || found == rejects.target_column.end()) continue;
    }
    layout.row.source.back() = value;
    if (value < layout.row.own) layout.judged_by[value] = true;
  }
  return layout;
}

void BaseRejects::stage(engine::Target& target, base::Progress& progress, const std::stop_token& stop) {
  progress.phase("stage what the base lacks", verified_.bytes, verified_.header.tables.size());
  const auto has_none = [&](std::size_t section) { return !layouts_[*plan_.table_of_section[section]].has_value(); };
  (void)stage_records({file_, verified_, plan_, conversions_}, progress, stop, has_none,
                      [&](std::size_t table, format::TableReader& records) {
                        stage_table(target, table, *layouts_[table], records, progress);
                        return engine::Staging::kGoesOn;
                      });
}

// A row of which not every cell is told, as of masked columns, is as one of which nothing is.
void BaseRejects::stage_table(engine::Target& target, std::size_t table, const Layout& layout,
                              format::TableReader& records, base::Progress& progress) const {
  const format::Header& header = verified_.header;
  std::optional<ConflictParser> conflicts;
  if (!header.conflict.empty())
    conflicts.emplace(header.conflict, own_record_columns(header, layout.section),
                      format::section_name(header.tables[layout.section].name, header.schemas),
                      ConflictParser::JudgedBy::kBase);
  BaseRow row(layout.row);
  records.count_from(layout.before);
  records.rewrite_values([&](std::span<const Value> values) {
    const Carried carried = conflicts ? conflicts->parse(records.record(), values.back()) : Carried::kNothing;
    if (!row.has_key(values)) return row.left_out(values);
    if (layout.may_carry && carried == Carried::kRow && tells_all(layout.judged_by, conflicts->row()))
      return row.of(values, Carried::kRow, conflicts->row());
    return row.of(values, Carried::kNoRow, {});
  });
  target.stage_base(table, records, progress);
}

}  // namespace transfer
