#include "postgres/import/unchanged_rows.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/byte_buffer.h"
#include "postgres/session/savepoint.h"
#include "postgres/session/sql_text.h"

namespace postgres {
namespace {

constexpr std::uint64_t kSampleRows = 10000;

constexpr const char* kRows = "(SELECT {columns} FROM {rows})";
constexpr const char* kSample = "(SELECT {columns} FROM {rows} AS t LIMIT {limit})";

bool is_float(std::uint32_t type) {
  constexpr std::uint32_t kFloat4 = 700;
  constexpr std::uint32_t kFloat8 = 701;
  return type == kFloat4 || type == kFloat8;
}

digests::Rows kind_of(const StagedTable& table) {
  return table.plan.identity.empty() ? digests::Rows::kMultiset : digests::Rows::kUnique;
}

}  // namespace

UnchangedRows::UnchangedRows(Connection& connection, const StagedTable& table, const std::vector<std::string>& columns,
                             digests::RecordDigests& records, const digests::RecordParts::Chains& section)
    : connection_(connection), table_(table), comparison_(records, section, kind_of(table)) {
  std::vector<std::string> list;
  for (std::size_t i = 0; i < columns.size(); ++i) {
    const std::size_t place = table.plan.target_column[i];
    const ColumnType& type = table.details.columns[place].type;
    columns_.push_back({columns[i], Codec(type)});
    list.push_back("t." + quote_name(table.details.table.columns[place].name));
    has_floats_ = has_floats_ || is_float(type.oid) || is_float(type.element_oid);
  }
  list_ = join(list, ", ");
}

bool UnchangedRows::can_tell(const StagedTable& table) {
  const bool multiset = table.plan.identity.empty();
  return !table.by_text && !table.columns.empty() && !(multiset && !table.plan.ignored.empty()) &&
         std::ranges::all_of(table.columns, [&](const StagedColumn& column) {
           const ColumnDetails& details = table.details.details_of(column.name);
           return !details.holds_checked && (!multiset || details.bytewise);
         });
}

bool UnchangedRows::find(Patience patience) {
  try {
    if (patience == Patience::kSampleFirst && !is_worth_it()) return false;
    const std::string copied =
        fmt::format(kRows, fmt::arg("columns", list_), fmt::arg("rows", table_.target_rows + " AS t"));
    if (!read(copied, [&](std::string_view row) { comparison_.add(row); })) return false;
    comparison_.join();
    return comparison_.equal() > 0;
  } catch (const base::ScratchFile::Unusable&) {
    return false;
  }
}

bool UnchangedRows::is_worth_it() {
  const std::string copied = fmt::format(kSample, fmt::arg("columns", list_), fmt::arg("rows", table_.target_rows),
                                         fmt::arg("limit", kSampleRows));
  if (!read(copied, [&](std::string_view row) { comparison_.ask(row); })) return false;
  const digests::Comparison::Answer answer = comparison_.answer();
  return 2 * answer.by_any > answer.asked;
}

bool UnchangedRows::holds_any(const std::string& rows) {
  const std::string copied = fmt::format(kRows, fmt::arg("columns", list_), fmt::arg("rows", rows));
  try {
    if (!read(copied, [&](std::string_view row) { comparison_.ask(row); })) return true;
    return comparison_.answer().by_one > 0;
  } catch (const base::ScratchFile::Unusable&) {
    return true;
  }
}

// False: the server or a codec refuses some of the rows, or there is no room for their digests.
bool UnchangedRows::read(const std::string& copied, const Take& take) {
  bool good = true;
  const auto refusal = refusal_of(
      connection_, "digests",
      [&] {
        try {
          read_all(copied, take);
        } catch (const ServerError&) {
          throw;
        } catch (const base::ScratchFile::Unusable&) {
          good = false;
        } catch (const base::Error& error) {
          if (error.kind() == base::ErrorKind::kInterrupted || error.kind() == base::ErrorKind::kConnection) throw;
          good = false;
        }
        while (!good && !connection_.next_chunk().empty()) {
        }
      },
      Refusal::kOfAnExpression);
  return good && !refusal;
}

void UnchangedRows::read_all(const std::string& copied, const Take& take) {
  RecordReader reader(connection_, table_.details.table.name.name, columns_, {}, copied);
  std::vector<std::size_t> ends;
  reader.note_ends(ends);
  base::ByteBuffer rows;
  while (reader.read_batch(rows) > 0) {
    constexpr std::size_t kBetween = 2;  // ",\n"
    std::size_t start = 0;
    for (const std::size_t end : ends) {
      const std::string_view row = rows.view().substr(start, end - start);
      if (!has_two_forms(row)) take(row);
      start = end + kBetween;
    }
    rows.clear();
    ends.clear();
  }
}

// There are many forms of NaN, and one text of them: such a row is left to the server.
bool UnchangedRows::has_two_forms(std::string_view row) const {
  return has_floats_ && row.find("NaN") != std::string_view::npos;
}

}  // namespace postgres
