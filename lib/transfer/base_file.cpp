#include "transfer/base_file.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <memory>
#include <span>
#include <string>
#include <utility>

#include "base/error.h"
#include "base/terminal.h"
#include "catalog/drift.h"
#include "digests/comparison.h"
#include "engine/base_mark.h"
#include "outcome/engine_traits.h"
#include "transfer/identity.h"
#include "transfer/letter_case.h"
#include "transfer/mapped_table.h"
#include "transfer/policies.h"
#include "transfer/secrets.h"
#include "transfer/verified_input.h"

namespace transfer {
namespace {

using base::Error;
using base::ErrorKind;

// Neither holds what both sides once had.
void demand_export(const format::Header& header, const std::string& path) {
  const char* other = header.undo                  ? "an undo file"
                      : !header.annotation.empty() ? "a file of rows that an import left out"
                                                   : nullptr;
  if (other == nullptr) return;
  throw Error(ErrorKind::kUsage, "--base " + base::printable(path) + " is " + other + ", no export",
              "name the export that was imported last");
}

// The values of one table of the base on their way to `main`, the plan of its table.
class BaseTablePlan {
 public:
  BaseTablePlan(const format::Header& header, const engine::TablePlan& main, const catalog::Types& target_types,
                catalog::SameEngine same_engine)
      : header_(header), main_(main), target_types_(target_types), same_engine_(same_engine) {}

  // `constants`: how many of the last columns are.
  void add_columns(const catalog::Table& base, std::size_t constants) {
    for (const catalog::Column& column : base.columns) {
      if (column.generated) continue;  // not in the records
      const std::size_t place = static_cast<std::size_t>(&column - base.columns.data());
      file_type.push_back(catalog::base_of(column.type, header_.types));
      target_column.push_back(engine::TablePlan::kNotWritten);
      reshapes.emplace_back();
      const catalog::Column* there = main_.target.find_column(column.name);
      if (there == nullptr) continue;
      const std::size_t in_target = static_cast<std::size_t>(there - main_.target.columns.data());
      // Whether a row may go is asked of all that the base had of it.
      const bool is_asked = main_.missing_rows == engine::MissingRows::kDelete && !there->generated;
      if (!is_asked && std::ranges::count(main_.target_column, in_target) == 0) continue;
      if (place + constants < base.columns.size() && !fits(column, *there)) {
        unfit.push_back(column.name);
        continue;
      }
      target_column.back() = in_target;
    }
    const auto is_none = [](const catalog::Reshape& reshape) { return reshape.kind == catalog::Reshape::Kind::kNone; };
    if (std::ranges::all_of(reshapes, is_none)) reshapes.clear();
  }

  // Columns of the import that no column of the base is.
  std::vector<std::string> lacking() const {
    std::vector<std::string> names;
    for (const std::size_t place : main_.target_column) {
      if (place != engine::TablePlan::kNotWritten && std::ranges::count(target_column, place) == 0)
        names.push_back(main_.target.columns[place].name);
    }
    return names;
  }

  std::vector<std::size_t> target_column;
  std::vector<std::string> file_type;
  std::vector<catalog::Reshape> reshapes;
  std::vector<std::string> unfit;  // the target's type takes no values of the base's

 private:
  bool fits(const catalog::Column& column, const catalog::Column& there) {
    const bool same = same_engine_ == catalog::SameEngine::kYes;
    catalog::TypeFit fit =
        catalog::fit_type(same ? column.type : std::string("text"), header_.types, there.type, target_types_);
    const bool holds = !same || catalog::can_hold(catalog::base_of(there.type, target_types_),
                                                  catalog::base_of(column.type, header_.types));
    if (!fit.misfits.empty() || !holds) return false;
    reshapes.back() = std::move(fit.reshape);
    return true;
  }

  const format::Header& header_;
  const engine::TablePlan& main_;
  const catalog::Types& target_types_;
  catalog::SameEngine same_engine_;
};

// A statement of the merge names each column up to three times, and PostgreSQL takes 1,664 of them.
constexpr std::size_t kMostColumns = 550;

std::string joined(const std::vector<std::string>& names) {
  std::string text;
  for (const std::string& name : names) text += (text.empty() ? "" : ", ") + name;
  return text;
}

bool can_be_told_apart(const engine::TablePlan& table, const std::vector<std::string>& lacking) {
  return std::ranges::none_of(table.identity,
                              [&](const std::string& column) { return std::ranges::count(lacking, column) > 0; });
}

format::OnRecord taker_of(std::optional<digests::RecordDigests>& digests) {
  if (!digests) return {};
  return [&](std::size_t section, std::string_view record) { digests->take(section, record); };
}

std::size_t section_of(const Plan& plan, std::size_t table) {
  return static_cast<std::size_t>(std::ranges::find(plan.table_of_section, std::optional(table)) -
                                  plan.table_of_section.begin());
}

// Whether equal records of base and file are equal rows.
bool are_alike(std::size_t table, const StagedFile& base, std::size_t base_section, const StagedFile& file,
               std::size_t section) {
  const engine::TablePlan& of_base = base.plan.tables[table];
  const engine::TablePlan& of_file = file.plan.tables[table];
  return !of_file.identity.empty() && base.verified.header.engine == file.verified.header.engine &&
         base.plan.reshapes[base_section].empty() && !base.conversions.of_section[base_section] &&
         base.plan.mapped.constants[base_section].empty() && of_base.target_column == of_file.target_column &&
         of_base.file_type == of_file.file_type &&
         record_columns(base.verified.header, base_section) == record_columns(file.verified.header, section);
}

// The records of the base that are equal to one of the file that is equal to a row of the target. None: not known.
std::unique_ptr<digests::Comparison> records_of_equal(std::size_t table, const StagedFile& base,
                                                      std::optional<digests::RecordDigests>& digests,
                                                      const StagedFile& file, const EqualRecords& equal_records) {
  const std::size_t base_section = section_of(base.plan, table);
  const std::size_t section = section_of(file.plan, table);
  const digests::RecordParts::Chains* const records = digests ? digests->section(base_section) : nullptr;
  const digests::DigestParts::Chains* const rows = equal_records.equal(section);
  if (records == nullptr || rows == nullptr || !are_alike(table, base, base_section, file, section)) return nullptr;
  try {
    auto comparison = std::make_unique<digests::Comparison>(*digests, *records, digests::Rows::kUnique);
    comparison->join(*rows);
    return comparison;
  } catch (const base::ScratchFile::Unusable&) {
    return nullptr;
  }
}

bool has_equal(digests::Comparison& comparison, std::uint64_t record) {
  try {
    return comparison.is_equal(record);
  } catch (const base::ScratchFile::Unusable&) {
    throw engine::AllRowsNeeded();
  }
}

std::optional<std::size_t> table_called(const Plan& plan, const catalog::TableName& name, bool names_ignore_case) {
  std::vector<catalog::Table> targets;
  for (std::size_t i = 0; i < plan.tables.size(); ++i) {
    if (plan.tables[i].target.name == name) return i;
    targets.push_back(plan.tables[i].target);
  }
  const catalog::Table* other_case = names_ignore_case ? find_in_other_case(targets, name) : nullptr;
  return other_case == nullptr ? std::nullopt : std::optional(static_cast<std::size_t>(other_case - targets.data()));
}

void tell_narrowed(const std::string& section, const format::Header& base, std::size_t table, Plan& plan) {
  if (!base.narrowed) return;
  const auto found = std::ranges::find(*base.narrowed, base.tables[table].name, &format::Narrowed::table);
  if (found != base.narrowed->end())
    plan.differences.push_back(section + ": the base holds only rows where " + base::printable(found->where) +
                               ": the merge takes all others for new on both sides");
}

// Beside others.
void mark_records(format::TableReader& records, std::vector<format::Value>& marked) {
  static constexpr std::array<char, 1> kMark{engine::kOfBase};
  records.rewrite_values([&marked](std::span<const format::Value> values) {
    marked.assign(values.begin(), values.end());
    marked.push_back({format::ValueKind::kString, {kMark.data(), kMark.size()}});
    return std::span<const format::Value>(marked);
  });
}

void tell_what_lacks(const std::string& section, const engine::TablePlan& table,
                     const std::vector<std::string>& lacking, const std::vector<std::string>& unfit, Plan& plan) {
  if (!can_be_told_apart(table, lacking)) {
    plan.differences.push_back(section + ": the base lacks " + joined(lacking) +
                               ", by which rows are found: the merge takes all of them for new on both sides");
    return;
  }
  for (const std::string& column : lacking)
    plan.differences.push_back(fmt::format("{}.{} is {} the base: the merge takes it for new on both sides", section,
                                           column,
                                           std::ranges::count(unfit, column) > 0 ? "of another type in" : "not in"));
}

}  // namespace

void demand_mergeable(const engine::TablePlan& table, const std::string& what) {
  if (table.target_column.size() > kMostColumns)
    throw Error(ErrorKind::kSchema,
                base::printable(table.target.name.name) + " has " + std::to_string(table.target_column.size()) +
                    " columns in the file, and a merge with a base takes " + std::to_string(kMostColumns) + " at most",
                "import this table by itself without --base (-t), and the others with it (-T)");
  const char* other = !table.match.empty()                           ? "--match (\"match\")"
                      : table.newer_rows == engine::NewerRows::kKeep ? "--keep-newer (\"keep_newer\")"
                                                                     : nullptr;
  if (other == nullptr) return;
  throw Error(
      ErrorKind::kUsage,
      what + " and " + other + " do not go together yet: " + base::printable(table.target.name.name) + " has both",
      "leave one of them out, or the table (-T)");
}

Plan plan_base(const format::Verified& base, const outcome::DatabaseInfo& target, const ImportOptions& options,
               const catalog::Types& target_types, Plan& plan) {
  Plan of_base;
  of_base.mapped = map_header(base.header, options.mapping, Lacking::kPassedOver);
  const format::Header& header = of_base.mapped.header;
  of_base.table_of_section.resize(header.tables.size());
  of_base.reshapes.resize(header.tables.size());
  of_base.tables = plan.tables;
  of_base.of_file.resize(plan.tables.size());
  std::vector<catalog::Table> targets;
  for (engine::TablePlan& table : plan.tables) {
    demand_mergeable(table, "--base");
    // One that it lacks is as good as one without rows.
    table.base = engine::BaseTable{table.target_column, table.file_type, 0, std::nullopt, true, false};
    table.base_unit = options.base_unit;
    targets.push_back(table.target);
  }
  const outcome::EngineTraits& traits = outcome::traits_of(target.engine);
  const bool comparable = header.engine == target.engine && traits.is_typed;
  const auto same_engine = comparable ? catalog::SameEngine::kYes : catalog::SameEngine::kNo;
  std::vector<bool> found(plan.tables.size(), false);
  for (std::size_t i = 0; i < header.tables.size(); ++i) {
    const std::string section = format::section_name(header.tables[i].name, header.schemas);
    const catalog::TableName wanted = name_in_target(header.tables[i].name, header, options.selection, targets);
    const std::optional<std::size_t> place = table_called(plan, wanted, traits.names_ignore_case);
    if (!place || found[*place]) continue;
    found[*place] = true;
    engine::TablePlan& table = plan.tables[*place];
    std::vector<std::string> notes;
    catalog::Table file =
        traits.names_ignore_case ? under_names_of(table.target, header.tables[i], section, notes) : header.tables[i];
    const MappedTable mapped{base.header, of_base.mapped, i};
    set_types_of_constants(mapped, table.target, file);
    BaseTablePlan columns(header, table, target_types, same_engine);
    columns.add_columns(file, mapped.constants());
    tell_narrowed(section, base.header, i, plan);
    const std::vector<std::string> lacking = columns.lacking();
    tell_what_lacks(section, table, lacking, columns.unfit, plan);
    if (!can_be_told_apart(table, lacking)) continue;
    of_base.table_of_section[i] = *place;
    of_base.reshapes[i] = columns.reshapes;
    of_base.of_file[*place] = std::move(file);
    table.base->target_column = of_base.tables[*place].target_column = columns.target_column;
    table.base->file_type = of_base.tables[*place].file_type = columns.file_type;
    table.base->rows = of_base.tables[*place].rows = base.rows[i];
  }
  for (std::size_t i = 0; i < plan.tables.size(); ++i) {
    if (!found[i])
      plan.differences.push_back(plan.of_file[i].name.name +
                                 " is not in the base: the merge takes all of its rows for new on both sides");
  }
  return of_base;
}

BaseFile::BaseFile(const ImportOptions& options, EqualRecords& equal_records, base::Progress& progress,
                   const std::stop_token& stop)
    : file_([&] {
        base::InputFile file = base::InputFile::open(options.base, stop);
        if (!file.seekable())
          throw Error(ErrorKind::kUsage, "--base " + base::printable(options.base) + " is a pipe",
                      "name a file: it is read more than once");
        if (const auto header = read_ahead(file))
          digests_ = equal_records.choose_of_base(header->tables.size(), file.size());
        VerifiedInput input =
            verify_input(std::move(file), format::SealPolicy::kDemand, progress, stop, taker_of(digests_));
        if (digests_) digests_->finish();
        verified_ = std::move(input.verified);
        return std::move(input.file);
      }()) {
  demand_export(verified_.header, options.base);
  if (!options.base_rejects.empty()) rejects_.emplace(options, progress, stop);
}

void BaseFile::profile(const outcome::DatabaseInfo& target, base::Progress& progress, const std::stop_token& stop) {
  if (rejects_) rejects_->profile(target, progress, stop);
  if (!crosses_engines(verified_.header, target)) return;
  progress.phase("profile", verified_.bytes);
  profiles_ = profile_file(file_, verified_.header, strictness_of(verified_), progress, stop);
}

void BaseFile::plan(engine::Target& target, const ImportOptions& options, Plan& plan) {
  plan_ = plan_base(verified_, target.info(), options, target.types(), plan);
  hide_masked(profiles_, plan_.mapped.header, options.masks);
  conversions_ = decide_conversions(plan_, profiles_, target.info(), options, Lacking::kPassedOver);
  if (rejects_) rejects_->plan(target, verified_.header, options, plan);
}

void BaseFile::stage(engine::Target& target, const StagedFile& file, const EqualRecords& equal_records,
                     base::Progress& progress, const std::stop_token& stop) {
  progress.phase("stage the base", verified_.bytes, verified_.header.tables.size());
  const StagedFile base{file_, verified_, plan_, conversions_};
  const auto takes_part = [](std::size_t) { return false; };
  (void)stage_records(base, progress, stop, takes_part, [&](std::size_t table, format::TableReader& records) {
    const auto equal = records_of_equal(table, base, digests_, file, equal_records);
    if (equal) records.pass_over([&](std::uint64_t record) { return has_equal(*equal, record); });
    std::vector<format::Value> marked;
    if (file.plan.tables[table].base->mark) mark_records(records, marked);
    target.stage_base(table, records, progress);
    return engine::Staging::kGoesOn;
  });
  if (rejects_) rejects_->stage(target, progress, stop);
}

outcome::FileIdentity BaseFile::identity(const ImportOptions& options) const {
  return identity_of_file(options.base, verified_);
}

}  // namespace transfer
