// SQLite's values made into what columns of PostgreSQL take: any JSON value becomes a sound value or stays as it is,
// and the shape of a time is what a regular expression says it is.
#include "conversion/convert.h"

#include <regex>

#include "base/byte_buffer.h"
#include "conversion/iso_text.h"
#include "format/json_check.h"
#include "format/json_text.h"
#include "fuzz/json_oracle.h"
#include "fuzz/target.h"

namespace {

using conversion::TimeReading;
using format::Value;
using format::ValueKind;
using fuzz::require;

void check_shape(std::string_view text) {
  static const std::regex iso(
      R"(\d{4}-\d{2}-\d{2}([ T]\d{2}:\d{2}(:\d{2}(\.\d+)?)?( ?(Z|z|UTC|[+-]\d{2}(:?\d{2})?))?)?)");
  constexpr std::size_t kLongest = 60;  // the expression is slow
  if (text.size() > kLongest) return;
  const auto read = conversion::read_iso(text);
  require(read.has_value() == std::regex_match(text.begin(), text.end(), iso), "a time has the shape of one");
  if (!read) return;
  require(read->day == text.substr(0, 10), "the day stands in front");
  require(text.find(read->clock) != std::string_view::npos && text.ends_with(read->zone), "nothing is made up");
}

void check_sound(const Value& value) {
  switch (value.kind) {
    case ValueKind::kMissing:
      return require(false, "a value does not go missing");
    case ValueKind::kNull:
    case ValueKind::kBoolean:
      return require(format::is_json_literal(value.text), "a literal is one");
    case ValueKind::kNumber:
      return require(format::is_json_number(value.text), "a number is one");
    case ValueKind::kString: {
      base::ByteBuffer json;
      format::append_json_string(json, value.text);
      return require(!format::find_json_fault(json.view()), "a text is UTF-8");
    }
    case ValueKind::kArray:
    case ValueKind::kObject:
      return require(!format::find_json_fault(value.text), "what is nested is JSON");
  }
}

}  // namespace

FUZZ_TARGET(conversion) {
  fuzz::Input material(input);
  conversion::ColumnConversion column;
  column.wanted =
      static_cast<conversion::Wanted>(material.byte() % (static_cast<unsigned>(conversion::Wanted::kArray) + 1));
  const unsigned choice = material.byte();
  if (choice % 4 != 0)
    column.numbers = std::vector{TimeReading::kIso, TimeReading::kSeconds, TimeReading::kMilliseconds}[choice % 4 - 1];
  column.empty_text = choice >= 128 ? conversion::EmptyText::kNull : conversion::EmptyText::kKept;
  check_shape(material.rest());
  if (format::find_json_fault(material.rest())) return;

  const fuzz::OneValue given(material.rest());
  conversion::Conversion conversion({column});
  const auto converted = conversion.convert(std::span(&given.value(), 1));
  require(converted.size() == 1, "no value is lost");
  check_sound(converted.front());
  if (conversion.changes_nothing())
    require(converted.front().kind == given.value().kind && converted.front().text == given.value().text,
            "what is left alone stays as it is");
}
