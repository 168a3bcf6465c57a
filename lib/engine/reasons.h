// Why rows are left out, worded once for every engine: reports and rejects show these sentences. Those with parts that
// the database fills in come as a text expression of SQL; keys and values are given as such, and `quote` is the
// engine's quote_literal. Pure.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace engine::reasons {

inline constexpr const char* kIdentityRepeated = "more than one record of the file claims this key";
inline constexpr const char* kRowIsThere = "only new rows are asked for, and the target has this one";
inline constexpr const char* kRowIsNotThere = "only updates are asked for, and the target lacks this row";
inline constexpr const char* kRowWasMade =
    "only new rows are asked for, and a trigger of the target has made this one meanwhile";
inline constexpr const char* kRowWasChanged =
    "only new rows are asked for, and a trigger of the target has changed this one meanwhile";

// What speaks against a row that both sides changed, as a constraint would.
inline constexpr const char* kBase = "--base";
// With a base. What follows each names columns.
inline constexpr const char* kBothChanged = "changed in the file and in the target since the base: ";
inline constexpr const char* kBothChangedRow = "the file and the target both changed the row since the base: ";
inline constexpr const char* kBothNew = "new in the file and in the target since the base, and not the same: ";
inline constexpr const char* kChangedAndGone = "changed in the file since the base, and gone from the target: ";
// Of rows that the records of a rejects file carry values for, instead of a base.
inline constexpr const char* kConflict = "$conflict";
inline constexpr const char* kMovedSince = "the target holds others by now than the record was settled by: ";
inline constexpr const char* kMovedSinceRow = "the target's row is another by now than the record was settled by: ";
inline constexpr const char* kThereSince = "the target has such a row by now, and the record was settled by none: ";
inline constexpr const char* kGoneAndSettled = "gone from the target since the record was left out: ";
inline constexpr const char* kGoneSince = "as the target had it, and not in the target any more: it stays away";
// Of a row that the file lacks.
inline constexpr const char* kChangedSinceBase =
    "gone from the file, but changed in the target since the base: it stays";
// Of a row that stays unchanged.
inline constexpr const char* kGoneSinceBase =
    "as in the base, and not in the target: deleted there since, or never brought there; it stays away";

// What may follow key_taken().
inline constexpr const char* kHolderStays = ", which stays";
inline constexpr const char* kHolderIsLeftOut = ", and the row of the file that would give it up is left out";
inline constexpr const char* kNotGivenUpFirst = ", and the merge could not give it up first";

// What is said of a merge: with a base, or of records that were settled by what they carry of the target.
struct BaseWords {
  const char* constraint;
  const char* both_changed;
  const char* both_changed_row;
  const char* both_new;
  const char* changed_and_gone;
  const char* gone;
};
inline BaseWords base_words(bool settled) {
  if (!settled) return {kBase, kBothChanged, kBothChangedRow, kBothNew, kChangedAndGone, kGoneSinceBase};
  return {kConflict, kMovedSince, kMovedSinceRow, kThereSince, kGoneAndSettled, kGoneSince};
}

using Quote = std::string (*)(std::string_view);

// "users_email_key: the target holds email=a@x as id=9". `holder`: empty, or the key of its row; `why`: empty, or one
// of the above.
std::string key_taken(Quote quote, const std::string& index, const std::string& key, const std::string& holder,
                      const std::string& why);
std::string key_repeated(Quote quote, const std::string& index, const std::string& key);
// `parent_key`: what the row refers to.
std::string no_parent(Quote quote, const std::string& foreign_key, const std::string& parent,
                      const std::string& parent_key);
std::string target_is_newer(Quote quote, const std::string& column, const std::string& in_target,
                            const std::string& in_file);
std::string check_violated(Quote quote, const std::string& check);

// Of rows that the file lacks, where `records` of the same table could not be judged.
std::string records_are_unread(std::uint64_t records);

}  // namespace engine::reasons
