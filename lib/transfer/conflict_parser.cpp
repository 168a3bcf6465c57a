#include "transfer/conflict_parser.h"

#include <fmt/format.h>

#include <optional>

#include "base/error.h"
#include "base/terminal.h"
#include "format/json_check.h"
#include "format/object_members.h"

namespace transfer {
namespace {

using format::Value;

}  // namespace

ConflictParser::ConflictParser(const std::string& key, const std::vector<std::string>& columns,
                               const std::string& section, JudgedBy judged_by)
    : key_("\"" + base::printable(key) + "\""),
      section_(section),
      base_(columns, format::Strictness::kFull, section + ", \"base\" of " + key_),
      target_(columns, format::Strictness::kFull, section + ", \"target\" of " + key_),
      judged_by_(judged_by) {}

void ConflictParser::fail(const format::RawRecord& record, std::string_view at, const std::string& what) const {
  const std::uint64_t offset = record.offset + static_cast<std::uint64_t>(at.data() - record.text.data());
  throw base::Error(base::ErrorKind::kFile,
                    fmt::format("table {}, record {}: {} {} at byte {}", section_, record.number, key_, what, offset));
}

ConflictParser::Carried ConflictParser::parse(const format::RawRecord& record, const Value& member) {
  if (member.kind == format::ValueKind::kMissing) return Carried::kNothing;
  if (member.kind != format::ValueKind::kObject)
    fail(record, record.text, "is no object with \"base\" and \"target\"; the record begins");
  if (const auto fault = format::find_json_fault(member.text))
    fail(record, member.text.substr(fault->offset), std::string("is no sound JSON: ") + fault->what);
  std::optional<std::string_view> base;
  std::optional<std::string_view> target;
  format::ObjectMembers members(member.text);
  for (format::ObjectMember side; members.next(side);) {
    if (side.key != "base" && side.key != "target")
      fail(record, side.text, "has a member beside \"base\" and \"target\"");
    std::optional<std::string_view>& place = side.key == "base" ? base : target;
    if (place) fail(record, side.text, "has a member twice");
    place = side.value;
  }
  if (!base || !target) fail(record, member.text, "lacks \"base\" or \"target\"");
  std::span<const Value> base_row;
  std::span<const Value> target_row;
  const bool in_base = read_side(record, *base, base_, base_row);
  const bool in_target = read_side(record, *target, target_, target_row);
  const bool by_base = judged_by_ == JudgedBy::kBase;
  row_ = by_base ? base_row : target_row;
  return (by_base ? in_base : in_target) ? Carried::kRow : Carried::kNoRow;
}

// False: null.
bool ConflictParser::read_side(const format::RawRecord& record, std::string_view value, format::RowParser& parser,
                               std::span<const Value>& values) const {
  if (value == "null") return false;
  if (!value.starts_with('{')) fail(record, value, "holds what is neither a record nor null");
  const auto before = static_cast<std::uint64_t>(value.data() - record.text.data());
  values = parser.parse({record.number, record.offset + before, value});
  return true;
}

}  // namespace transfer
