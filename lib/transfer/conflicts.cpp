#include "transfer/conflicts.h"

#include <algorithm>
#include <charconv>
#include <limits>
#include <vector>

#include "base/error.h"
#include "base/spool.h"
#include "format/writer.h"

namespace transfer {
namespace {

// The columns that may be told.
std::vector<engine::NamedColumn> columns_of(const JudgedFile& judged, std::size_t section, std::size_t planned) {
  const engine::TablePlan& table = judged.plan.tables[planned];
  const std::vector<std::string> names = record_columns(judged.header, section);
  const std::vector<catalog::Reshape>& reshapes = judged.plan.reshapes[section];
  const std::optional<conversion::Conversion>& conversion = judged.conversions.of_section[section];
  std::vector<engine::NamedColumn> columns;
  for (std::size_t i = 0; i < own_columns(judged.header.tables[section]); ++i) {
    const std::size_t place = table.target_column[i];
    if (place == engine::TablePlan::kNotWritten) continue;
    const bool masked = std::ranges::count(table.masked, table.target.columns[place].name) > 0;
    const bool reshaped = !reshapes.empty() && reshapes[i].kind != catalog::Reshape::Kind::kNone;
    if (masked || reshaped || (conversion && !conversion->takes_its_own(i))) continue;
    columns.push_back({place, names[i]});
  }
  return columns;
}

// As a document, which alone tells where a record ends.
base::InputFile spooled(engine::RowReader& rows) {
  base::Spool spool;
  base::SpoolSink sink(spool);
  format::Header header;
  header.tables.emplace_back().name.name = "rows";
  format::Writer writer(sink, header);
  writer.begin_table(0);
  while (const std::uint64_t records = rows.read_batch(writer.buffer())) writer.end_batch(records);
  writer.end_table();
  writer.finish();
  return spool.finish("what both sides hold of conflicts");
}

}  // namespace

Conflicts::Conflicts(engine::Target& target, const JudgedFile& judged, std::size_t section, std::size_t planned) {
  if (!judged.plan.tables[planned].base) return;
  const std::vector<engine::NamedColumn> columns = columns_of(judged, section, planned);
  const auto read = [&](engine::Side side) {
    const std::unique_ptr<engine::RowReader> rows = target.conflicting_rows(planned, side, columns);
    return rows ? std::make_unique<Rows>(*rows) : nullptr;
  };
  base_ = read(engine::Side::kBase);
  target_ = read(engine::Side::kTarget);
}

std::optional<ConflictSides> Conflicts::of(std::uint64_t record) {
  ConflictSides sides;
  if (base_) sides.base = base_->of(record);
  if (target_) sides.target = target_->of(record);
  return sides.base || sides.target ? std::optional(sides) : std::nullopt;
}

Conflicts::Rows::Rows(engine::RowReader& rows) : file_(spooled(rows)), splitter_(file_) {
  splitter_.read_header();
  std::string section;
  splitter_.next_table(section);
}

std::optional<std::string_view> Conflicts::Rows::of(std::uint64_t record) {
  while (record_ < record && next()) {
  }
  return record_ == record ? std::optional<std::string_view>(object_) : std::nullopt;
}

// {"record":"17","id":1}: its number, and the rest as an object.
bool Conflicts::Rows::next() {
  static const std::string begin = std::string("{\"") + engine::kNumberKey + "\":\"";
  if (ended_ || !splitter_.next_record(row_)) {
    ended_ = true;
    record_ = std::numeric_limits<std::uint64_t>::max();
    return false;
  }
  std::string_view rest = row_.text.substr(begin.size());
  const auto [end, error] = std::from_chars(rest.data(), rest.data() + rest.size(), record_);
  if (error != std::errc()) throw base::Error(base::ErrorKind::kInternal, "a row of a conflict without its record");
  rest.remove_prefix(static_cast<std::size_t>(end - rest.data()) + 1);
  if (rest.starts_with(',')) rest.remove_prefix(1);
  object_.assign("{").append(rest);
  return true;
}

}  // namespace transfer
