#include "transfer/cross_engine.h"

#include <algorithm>

#include "base/error.h"
#include "base/stop.h"
#include "base/terminal.h"
#include "format/compression.h"
#include "format/row_splitter.h"
#include "format/table_reader.h"
#include "outcome/engine_traits.h"
#include "transfer/policies.h"

namespace transfer {
namespace {

constexpr std::uint64_t kRecordsBetweenChecks = 4096;

void profile_table(format::TableReader& records, conversion::Profile& profile, base::Progress& progress,
                   const std::stop_token& stop) {
  std::uint64_t count = 0;
  std::uint64_t reported = records.position().offset;
  while (records.next()) {
    profile.add(records.values());
    if (++count % kRecordsBetweenChecks != 0) continue;
    base::throw_if_stopped(stop);
    const std::uint64_t offset = records.position().offset;
    progress.advance(kRecordsBetweenChecks, offset - reported);
    reported = offset;
  }
}

bool is_reference(const catalog::Table& table, const std::string& column) {
  return std::any_of(table.foreign_keys.begin(), table.foreign_keys.end(), [&](const catalog::ForeignKey& key) {
    return std::find(key.columns.begin(), key.columns.end(), column) != key.columns.end();
  });
}

[[noreturn]] void fail(const std::vector<std::string>& unclear, const std::string& table, const std::string& column) {
  std::string lines;
  for (const std::string& line : unclear) lines += "\n  " + base::printable(line);
  throw base::Error(base::ErrorKind::kSchema, "it is not clear which times are meant:" + lines,
                    "say so in the transfer file (--config FILE): \"tables\": {\"" + base::printable(table) +
                        "\": {\"times\": {\"" + base::printable(column) +
                        "\": \"seconds\"}}}, or \"milliseconds\", or \"iso\" where only the text is right");
}

bool is_json(const std::string& type) { return type == "json" || type == "jsonb"; }

// Without a profile: documents where the target has no type for them, and what the user takes for NULL.
std::vector<conversion::ColumnConversion> convert_plainly(const std::string& section, const catalog::Table& file,
                                                          const std::vector<std::string>& columns,
                                                          bool documents_are_text,
                                                          const std::vector<conversion::ColumnWish>& wishes,
                                                          Conversions& conversions) {
  std::vector<conversion::ColumnConversion> made;
  for (std::size_t i = 0; i < wishes.size(); ++i) {
    const bool document = documents_are_text && is_json(file.find_column(columns[i])->type);
    made.push_back({document ? conversion::Wanted::kDocument : conversion::Wanted::kUntouched, std::nullopt,
                    wishes[i].empty_text, wishes[i].blobs});
    if (wishes[i].blobs == conversion::BlobAs::kText)
      conversions.differences.push_back(section + "." + columns[i] + ": blobs taken as text where they are UTF-8");
    if (wishes[i].empty_text == conversion::EmptyText::kNull)
      conversions.differences.push_back(section + "." + columns[i] + ": empty texts taken as NULL");
  }
  return made;
}

}  // namespace

std::vector<std::string> record_columns(const format::Header& header, std::size_t table) {
  std::vector<std::string> columns;
  for (const catalog::Column& column : header.tables[table].columns) {
    if (!column.generated) columns.push_back(column.name);
  }
  if (!header.annotation.empty()) columns.push_back(header.annotation);  // read past
  if (!header.conflict.empty()) columns.push_back(header.conflict);
  if (header.undo) columns.push_back(header.undo->mark);
  return columns;
}

bool crosses_engines(const format::Header& header, const outcome::DatabaseInfo& target) {
  return !outcome::traits_of(header.engine).is_typed && outcome::traits_of(target.engine).is_typed;
}

std::vector<conversion::Profile> profile_file(base::InputFile& file, const format::Header& header,
                                              format::Strictness strictness, base::Progress& progress,
                                              const std::stop_token& stop) {
  file.seek(0);
  const auto source = format::decompress(file);
  format::RowSplitter splitter(*source);
  splitter.read_header();
  std::vector<conversion::Profile> profiles;
  std::string section;
  while (profiles.size() < header.tables.size() && splitter.next_table(section)) {
    progress.table(section);
    std::vector<std::string> columns = record_columns(header, profiles.size());
    profiles.emplace_back(columns.size());
    format::RowParser parser(std::move(columns), strictness, section);
    format::TableReader records(splitter, parser);
    profile_table(records, profiles.back(), progress, stop);
  }
  profiles.resize(header.tables.size(), conversion::Profile(0));
  return profiles;
}

void hide_masked(std::vector<conversion::Profile>& profiles, const format::Header& header, const Masks& masks) {
  const auto masked = masked_columns(header.tables, header.types, masks);
  for (std::size_t i = 0; i < profiles.size(); ++i) {
    const std::vector<std::string> columns = record_columns(header, i);
    for (std::size_t column = 0; column < profiles[i].columns().size(); ++column) {
      if (std::ranges::count(masked[i], columns[column]) > 0) profiles[i].mask(column);
    }
  }
}

Conversions decide_conversions(const Plan& plan, const std::vector<conversion::Profile>& profiles,
                               const outcome::DatabaseInfo& target, const ImportOptions& options, Lacking lacking) {
  const format::Header& header = plan.mapped.header;
  const bool documents_are_text =
      outcome::traits_of(header.engine).has_json && !outcome::traits_of(target.engine).has_json;
  Conversions conversions;
  conversions.of_section.resize(header.tables.size());
  std::vector<std::string> unclear;
  std::string unclear_table;
  std::string unclear_column;
  for (std::size_t i = 0; i < header.tables.size(); ++i) {
    if (!plan.table_of_section[i]) continue;
    const engine::TablePlan& table = plan.tables[*plan.table_of_section[i]];
    const std::string section = format::section_name(header.tables[i].name, header.schemas);
    const std::vector<conversion::ColumnWish> wishes =
        column_wishes(plan.of_file[*plan.table_of_section[i]], table, options, lacking);
    const std::vector<std::string> columns = record_columns(header, i);
    std::vector<conversion::ColumnConversion> made;
    if (profiles.empty())
      made = convert_plainly(section, header.tables[i], columns, documents_are_text, wishes, conversions);
    for (std::size_t column = made.size(); column < wishes.size(); ++column) {
      made.push_back(
          {conversion::Wanted::kUntouched, std::nullopt, conversion::EmptyText::kKept, conversion::BlobAs::kBytes});
      // A constant is written as the target takes it.
      const bool is_constant = column + plan.mapped.constants[i].size() >= wishes.size();
      if (is_constant || table.target_column[column] == engine::TablePlan::kNotWritten) continue;
      const catalog::Column& there = table.target.columns[table.target_column[column]];
      const bool refers = is_reference(header.tables[i], columns[column]) || is_reference(table.target, there.name);
      const conversion::Role role = refers ? conversion::Role::kForeignKey : conversion::Role::kPlain;
      conversion::DecidedColumn decided = conversion::decide(section + "." + columns[column], there.type, role,
                                                             profiles[i].columns()[column], wishes[column]);
      made.back() = decided.conversion;
      conversions.differences.insert(conversions.differences.end(), decided.notes.begin(), decided.notes.end());
      if (decided.unclear.empty()) continue;
      if (unclear.empty()) {
        unclear_table = section;
        unclear_column = columns[column];
      }
      unclear.push_back(std::move(decided.unclear));
    }
    conversion::Conversion conversion(std::move(made));
    if (!conversion.changes_nothing()) conversions.of_section[i] = std::move(conversion);
  }
  if (!unclear.empty()) fail(unclear, unclear_table, unclear_column);
  return conversions;
}

void demand_two_of_sqlite(const format::Header& header, const outcome::DatabaseInfo& target, engine::Orphans orphans) {
  if (orphans == engine::Orphans::kLeaveOut) return;
  if (outcome::traits_of(header.engine).holds_orphans && outcome::traits_of(target.engine).holds_orphans) return;
  throw base::Error(base::ErrorKind::kUsage, "--keep-orphans is for a file of SQLite that goes into SQLite",
                    "leave it out: only SQLite holds rows without their parent");
}

}  // namespace transfer
