// What becomes of a row, and the counts of it. The verdicts add up to the rows in the file, always, and with
// --delete-missing to those and the rows of the target that the file lacks.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace outcome {

enum class Verdict : char {
  kInsert = 'i',
  kUpdate = 'u',
  kUnchanged = '=',
  kConflict = 'c',
  kInvalid = 'x',
  kSkipped = 's',
  kDelete = 'd',  // only of an undo, whose file names the row, and of --delete-missing, whose file lacks it
};

// In the order in which counts of them are told.
inline constexpr std::array kVerdicts = {Verdict::kInsert,   Verdict::kUpdate,  Verdict::kUnchanged,
                                         Verdict::kConflict, Verdict::kInvalid, Verdict::kSkipped};
inline constexpr std::array kAllVerdicts = {Verdict::kInsert,    Verdict::kUpdate,   Verdict::kDelete,
                                            Verdict::kUnchanged, Verdict::kConflict, Verdict::kInvalid,
                                            Verdict::kSkipped};

// "insert", as texts, schemas and the page's classes call it; "+", so that color is never alone.
std::string_view verdict_name(Verdict verdict);
std::string_view verdict_symbol(Verdict verdict);
// The letter that stands for it in SQL.
constexpr char verdict_letter(Verdict verdict) { return static_cast<char>(verdict); }
std::optional<Verdict> verdict_of(char letter);

struct VerdictCounts {
  std::uint64_t rows = 0;  // in the file
  std::uint64_t insert = 0;
  std::uint64_t update = 0;
  std::uint64_t unchanged = 0;
  std::uint64_t conflict = 0;
  std::uint64_t invalid = 0;
  std::uint64_t skipped = 0;
  std::uint64_t deleted = 0;
  std::uint64_t missing = 0;     // rows of the target that the file lacks and that are to go; some are conflicts
  std::uint64_t kept = 0;        // of `unchanged` those that differ from the base in the target, and not in the file
  std::uint64_t gone = 0;        // of `unchanged` those that the target had in the base, or was to have, and has not
  std::uint64_t dependants = 0;  // of `invalid` those that only need another row of the file which is left out

  std::uint64_t left_out() const { return conflict + invalid; }
  // Of those the rows of the file.
  std::uint64_t left_out_of_file() const { return left_out() - (missing > deleted ? missing - deleted : 0); }
  std::uint64_t judged() const { return rows + missing; }
  std::uint64_t to_write() const { return insert + update + deleted; }
  std::uint64_t& of(Verdict verdict);
  std::uint64_t of(Verdict verdict) const;
  std::uint64_t sum() const;
  VerdictCounts& operator+=(const VerdictCounts& other);
  bool operator==(const VerdictCounts&) const = default;
};

}  // namespace outcome
