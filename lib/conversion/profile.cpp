#include "conversion/profile.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <nlohmann/json.hpp>

#include "base/base64.h"
#include "base/human.h"
#include "conversion/iso_text.h"

namespace conversion {
namespace {

using format::Value;
using format::ValueKind;

constexpr std::array<std::string_view, kShapes> kNames = {"NULL",
                                                          "0 or 1",
                                                          "integer",
                                                          "real",
                                                          "boolean",
                                                          "empty text",
                                                          "t, f, true or false",
                                                          "ISO date",
                                                          "ISO date and time",
                                                          "ISO date and time with zone",
                                                          "number as text",
                                                          "UUID",
                                                          "text",
                                                          "bytes",
                                                          "array or object"};

// The whole of `text`, in the spelling of JSON or with a plus; an infinity is no number here.
std::optional<double> read_number(std::string_view text) {
  if (text.empty() || text.find_first_not_of("0123456789+-.eE") != std::string_view::npos) return std::nullopt;
  if (text.front() == '+') text.remove_prefix(1);
  double number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || end != text.data() + text.size() || !std::isfinite(number)) return std::nullopt;
  return number;
}

bool is_uuid(std::string_view text) {
  if (text.size() != 36) return false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool hyphen = i == 8 || i == 13 || i == 18 || i == 23;
    const bool hex = std::string_view("0123456789abcdefABCDEF").find(text[i]) != std::string_view::npos;
    if (hyphen ? text[i] != '-' : !hex) return false;
  }
  return true;
}

ShapedValue shape_of_number(std::string_view token, std::optional<double> number) {
  if (token == "0" || token == "1") return {Shape::kBit, number};
  return {token.find_first_of(".eEn") == std::string_view::npos ? Shape::kInteger : Shape::kReal, number};
}

ShapedValue shape_of_text(std::string_view text) {
  if (text.empty()) return {Shape::kEmptyText, {}};
  if (const auto number = read_number(text)) return {Shape::kNumberText, number};
  if (truth_of(text)) return {Shape::kTruthWord, {}};
  if (const auto iso = read_iso(text)) {
    return {iso->clock.empty() ? Shape::kDay : iso->zone.empty() ? Shape::kMoment : Shape::kZonedMoment, {}};
  }
  return {is_uuid(text) ? Shape::kUuidText : Shape::kText, {}};
}

}  // namespace

std::string_view name_of(Shape shape) { return kNames[static_cast<std::size_t>(shape)]; }

std::optional<bool> truth_of(std::string_view word) {
  std::string lower(word.substr(0, 6));
  std::transform(lower.begin(), lower.end(), lower.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  if (lower == "t" || lower == "true") return true;
  if (lower == "f" || lower == "false") return false;
  return std::nullopt;
}

std::optional<Wrapped> unwrap(const Value& value) {
  if (value.kind != ValueKind::kObject) return std::nullopt;
  const auto object = nlohmann::json::parse(value.text, nullptr, false);
  if (!object.is_object() || object.size() != 1 || !object.begin().value().is_string()) return std::nullopt;
  Wrapped wrapped{object.begin().key(), object.begin().value().get<std::string>()};
  if (wrapped.tag == "$integer" || wrapped.tag == "$real") return wrapped;
  if (wrapped.tag != "$bytes" && wrapped.tag != "$text") return std::nullopt;
  std::string bytes;
  if (!base::decode_base64(wrapped.content, bytes)) return std::nullopt;
  wrapped.content = std::move(bytes);
  return wrapped;
}

ShapedValue shape_of(const Value& value) {
  switch (value.kind) {
    case ValueKind::kMissing:
    case ValueKind::kNull:
      return {Shape::kNull, {}};
    case ValueKind::kBoolean:
      return {Shape::kBoolean, {}};
    case ValueKind::kNumber:
      return shape_of_number(value.text, read_number(value.text));
    case ValueKind::kString:
      return shape_of_text(value.text);
    case ValueKind::kArray:
      return {Shape::kOther, {}};
    case ValueKind::kObject:
      break;
  }
  const auto wrapped = unwrap(value);
  if (!wrapped) return {Shape::kOther, {}};
  if (wrapped->tag == "$bytes") return {Shape::kBytes, {}};
  if (wrapped->tag == "$text") return {Shape::kText, {}};
  return {wrapped->tag == "$integer" ? Shape::kInteger : Shape::kReal, read_number(wrapped->content)};
}

void ColumnProfile::add(const Value& value) {
  const ShapedValue shaped = shape_of(value);
  ++counts[static_cast<std::size_t>(shaped.shape)];
  if (!shaped.number) return;
  least = has_number_ ? std::min(least, *shaped.number) : *shaped.number;
  greatest = has_number_ ? std::max(greatest, *shaped.number) : *shaped.number;
  has_number_ = true;
}

std::string range_in_words(const ColumnProfile& profile) {
  if (profile.numbers() == 0 || profile.masked) return {};
  if (profile.least == profile.greatest) return fmt::format("{}", profile.least);
  return fmt::format("from {} to {}", profile.least, profile.greatest);
}

std::string in_words(const ColumnProfile& profile) {
  std::string words;
  for (std::size_t i = 1; i < kShapes; ++i) {
    if (profile.counts[i] == 0) continue;
    words += fmt::format("{}{} × {}", words.empty() ? "" : ", ", base::human_count(profile.counts[i]), kNames[i]);
  }
  const std::string range = range_in_words(profile);
  return range.empty() ? words : words + ", numbers " + range;
}

void Profile::add(std::span<const Value> record) {
  for (std::size_t i = 0; i < columns_.size(); ++i) columns_[i].add(record[i]);
}

}  // namespace conversion
