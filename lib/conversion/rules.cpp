// How a column's values are to be read, from what it holds and what the target wants.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string_view>

#include "base/human.h"
#include "conversion/convert.h"

namespace conversion {
namespace {

using base::human_count;

// Numbers of these sizes can only be meant as one of the two: seconds from 1973 to 2200, milliseconds likewise. Smaller
// ones may be years, days (20250131) or a counter.
constexpr double kFirstSeconds = 1e8;
constexpr double kLastSeconds = 7.3e9;
constexpr double kFirstMilliseconds = 1e11;
constexpr double kLastMilliseconds = 7.3e12;

bool is_time(Wanted wanted) {
  return wanted == Wanted::kDay || wanted == Wanted::kTimestamp || wanted == Wanted::kTimestamptz;
}

std::optional<TimeReading> reading_of(const ColumnProfile& profile) {
  if (profile.numbers() == 0) return TimeReading::kIso;
  if (profile.moments() != 0) return std::nullopt;  // some of both: whoever wrote the one may not have meant the other
  if (profile.least >= 0 && profile.greatest >= kFirstSeconds && profile.greatest < kLastSeconds)
    return TimeReading::kSeconds;
  if (profile.least >= kFirstMilliseconds && profile.greatest < kLastMilliseconds) return TimeReading::kMilliseconds;
  return std::nullopt;
}

void decide_times(const std::string& column, const ColumnProfile& profile, const ColumnWish& wish,
                  DecidedColumn& decided) {
  const auto reading = wish.times ? wish.times : reading_of(profile);
  if (!reading) {
    decided.unclear = column + " holds " + in_words(profile);
    return;
  }
  decided.conversion.numbers = reading;
  const Wanted wanted = decided.conversion.wanted;
  const std::string times = wanted == Wanted::kDay ? "dates" : "timestamps";
  if (profile.numbers() != 0 && reading != TimeReading::kIso) {
    decided.notes.push_back(fmt::format("{}: {} × {} taken as {}", column, human_count(profile.numbers()),
                                        reading == TimeReading::kSeconds ? "Unix seconds" : "Unix milliseconds",
                                        times));
  }
  if (profile.numbers() != 0 && reading == TimeReading::kIso) {
    decided.notes.push_back(fmt::format("{}: {} × number, which is no ISO text: such rows are left out", column,
                                        human_count(profile.numbers())));
  }
  if (profile.count(Shape::kMoment) != 0 && wanted == Wanted::kTimestamptz)
    decided.notes.push_back(column + ": ISO text without a zone taken as UTC");
  if (profile.count(Shape::kZonedMoment) != 0 && wanted == Wanted::kTimestamp)
    decided.notes.push_back(column + ": ISO text in UTC loses its zone; in any other zone its row is left out");
  if (profile.count(Shape::kDay) != 0 && wanted != Wanted::kDay)
    decided.notes.push_back(column + ": dates taken as the midnight they begin with");
  if (profile.count(Shape::kMoment) + profile.count(Shape::kZonedMoment) != 0 && wanted == Wanted::kDay)
    decided.notes.push_back(column + ": ISO date and time taken as a date at midnight; its row is left out otherwise");
}

void note_words(const std::string& column, const ColumnProfile& profile, DecidedColumn& decided) {
  const auto note = [&](const std::string& what) { decided.notes.push_back(column + ": " + what); };
  switch (decided.conversion.wanted) {
    case Wanted::kBoolean:
      if (profile.count(Shape::kBit) != 0) note("0 and 1 taken as false and true");
      if (profile.count(Shape::kTruthWord) != 0) note("t, f, true and false as text taken as booleans");
      break;
    case Wanted::kText:
      if (profile.numbers() != profile.count(Shape::kNumberText)) note("numbers taken as their text");
      break;
    case Wanted::kNumber:
      if (profile.count(Shape::kNumberText) != 0) note("numbers that are text taken as numbers");
      break;
    case Wanted::kBytes:
      if (profile.count(Shape::kText) != 0) note("text taken as its UTF-8 bytes, or as hex where it begins with \\x");
      break;
    case Wanted::kUuid:
      if (profile.count(Shape::kBytes) != 0) note("16 bytes taken as a uuid");
      break;
    default:
      break;
  }
}

void note_blobs(const std::string& column, const std::string& type, const ColumnProfile& profile,
                const ColumnWish& wish, DecidedColumn& decided) {
  const Wanted wanted = decided.conversion.wanted;
  if (profile.count(Shape::kBytes) == 0 || wanted == Wanted::kBytes || wanted == Wanted::kUuid) return;
  const std::string found = fmt::format("{}: {} × blob", column, human_count(profile.count(Shape::kBytes)));
  decided.notes.push_back(
      wish.blobs == BlobAs::kText
          ? found + ", taken as text where it is UTF-8"
          : fmt::format("{}, which is no {}: such rows are left out; \"blob_as\": {{\"{}\": \"text\"}} in the transfer "
                        "file takes UTF-8 as text",
                        found, type, column));
}

bool takes_empty_text(Wanted wanted) { return wanted == Wanted::kAnything || wanted == Wanted::kText; }

void note_empty_texts(const std::string& column, const std::string& type, Role role, const ColumnProfile& profile,
                      DecidedColumn& decided) {
  const std::uint64_t empty = profile.count(Shape::kEmptyText);
  if (empty == 0) return;
  const std::string found = fmt::format("{}: {} × empty text", column, human_count(empty));
  const std::string way_out = fmt::format("--empty-as-null {} takes it as NULL", column);
  if (decided.conversion.empty_text == EmptyText::kNull) {
    decided.notes.push_back(found + " taken as NULL");
  } else if (role == Role::kForeignKey) {
    decided.notes.push_back(found + ", which refers to no row; " + way_out);
  } else if (!takes_empty_text(decided.conversion.wanted)) {
    decided.notes.push_back(found + ", which is no " + type + ": such rows are left out; " + way_out);
  }
}

}  // namespace

Wanted wanted_by(const std::string& type) {
  if (type.ends_with("[]")) return Wanted::kArray;
  const std::string_view base = std::string_view(type).substr(0, type.find('('));
  static constexpr std::array<std::pair<std::string_view, Wanted>, 19> kTypes = {{
      {"boolean", Wanted::kBoolean},
      {"smallint", Wanted::kNumber},
      {"integer", Wanted::kNumber},
      {"bigint", Wanted::kNumber},
      {"numeric", Wanted::kNumber},
      {"real", Wanted::kNumber},
      {"double precision", Wanted::kNumber},
      {"oid", Wanted::kNumber},
      {"text", Wanted::kText},
      {"character varying", Wanted::kText},
      {"character", Wanted::kText},
      {"bpchar", Wanted::kText},
      {"citext", Wanted::kText},
      {"name", Wanted::kText},
      {"date", Wanted::kDay},
      {"uuid", Wanted::kUuid},
      {"bytea", Wanted::kBytes},
      {"json", Wanted::kJson},
      {"jsonb", Wanted::kJson},
  }};
  for (const auto& [name, wanted] : kTypes) {
    if (base == name) return wanted;
  }
  if (!type.starts_with("timestamp")) return Wanted::kAnything;
  return type.ends_with("with time zone") ? Wanted::kTimestamptz : Wanted::kTimestamp;
}

DecidedColumn decide(const std::string& column, const std::string& target_type, Role role, const ColumnProfile& profile,
                     const ColumnWish& wish) {
  DecidedColumn decided;
  decided.conversion.wanted = wanted_by(target_type);
  decided.conversion.empty_text = wish.empty_text;
  decided.conversion.blobs = wish.blobs;
  note_blobs(column, target_type, profile, wish, decided);
  if (is_time(decided.conversion.wanted)) {
    decide_times(column, profile, wish, decided);
  } else {
    note_words(column, profile, decided);
  }
  note_empty_texts(column, target_type, role, profile, decided);
  return decided;
}

}  // namespace conversion
