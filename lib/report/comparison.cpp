#include "report/comparison.h"

#include <algorithm>

#include "report/wording.h"

namespace report {
namespace {

using outcome::ShownValue;

constexpr std::size_t kBesideBytes = 30;       // of an equal part that are shown beside the difference
constexpr std::size_t kDifferenceBytes = 160;  // of a difference that are shown

bool is_text(const ShownValue& value) {
  return (value.form == ShownValue::Form::kWhole || value.form == ShownValue::Form::kCut) && !value.text.empty();
}

std::string excerpt(const ShownValue& value, CommonParts common) {
  const std::string_view text = value.text;
  std::size_t begin = common.begin <= 2 * kBesideBytes ? 0 : common.begin - kBesideBytes;
  std::size_t end = common.end <= 2 * kBesideBytes ? text.size() : text.size() - common.end + kBesideBytes;
  end = std::min(end, common.begin + kDifferenceBytes);
  while (inside_character(text, begin)) ++begin;
  while (inside_character(text, end)) ++end;
  ShownValue part = value;
  part.text = (begin == 0 ? "" : "…") + std::string(text.substr(begin, end - begin)) + (end == text.size() ? "" : "…");
  if (end != text.size()) part.form = ShownValue::Form::kWhole;  // it ends with "…" already
  return shown_value(part);
}

}  // namespace

bool inside_character(std::string_view text, std::size_t at) {
  return at < text.size() && (static_cast<unsigned char>(text[at]) & 0xC0U) == 0x80U;
}

CommonParts common_parts(std::string_view a, std::string_view b) {
  CommonParts common;
  const std::size_t shorter = std::min(a.size(), b.size());
  while (common.begin < shorter && a[common.begin] == b[common.begin]) ++common.begin;
  while (common.begin > 0 && (inside_character(a, common.begin) || inside_character(b, common.begin))) --common.begin;
  const std::size_t left = shorter - common.begin;
  while (common.end < left && a[a.size() - 1 - common.end] == b[b.size() - 1 - common.end]) ++common.end;
  while (common.end > 0 && inside_character(a, a.size() - common.end)) --common.end;
  return common;
}

std::string change_text(const outcome::ColumnChange& change) {
  const ShownValue& before = change.before;
  const ShownValue& after = change.after;
  const CommonParts common = is_text(before) && is_text(after) ? common_parts(before.text, after.text) : CommonParts{};
  return (is_text(before) ? excerpt(before, common) : shown_value(before)) + " → " +
         (is_text(after) ? excerpt(after, common) : shown_value(after));
}

}  // namespace report
