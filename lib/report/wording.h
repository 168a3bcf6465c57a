// Phrases and sentences that every form of report shares, so that a terminal, a page and a ticket say the same.
// Pure functions. What comes from a file or a database is passed on as it is: each form makes it safe for itself.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "outcome/import_outcome.h"

namespace report {

// "1 row", "1,234 rows"
std::string counted(std::uint64_t count, std::string_view singular, std::string_view plural);
std::string rows(std::uint64_t count);
// "1 more row", "12 more rows"
std::string more_rows(std::uint64_t count);
std::string joined(const std::vector<std::string>& names);

// "dry-run", "rehearsed", "committed", "rolled-back"
std::string_view ending_name(outcome::Ending ending);

// The verdicts that are counted, in their order: deletes only where rows may go.
std::span<const outcome::Verdict> told_verdicts(const outcome::ImportOutcome& outcome);

// "Dry run: 412 rows would be inserted, 37 updated, 9,951 unchanged; 3 would be left out. Nothing was written."
std::string outcome_sentence(const outcome::ImportOutcome& outcome);

std::string_view unsealed_warning();

// The path, or "standard input".
std::string file_name(const outcome::ImportOutcome& outcome);

// "PostgreSQL 15.18"; empty where nothing is known.
std::string server_name(const outcome::DatabaseInfo& info);

// The word quoted for a POSIX shell; where it holds control characters in ASCII for bash ($'\012').
std::string shell_word(std::string_view word);

// "Plan 0123456789ab": what a reviewer quotes; "By plan 0123456789ab, signed by alice" after an import; empty:
// neither.
std::string plan_sentence(const outcome::ImportOutcome& outcome);

// "; name: base A, target B, file C": of a row that both sides changed, each column in which they did. Nothing where
// that is not known.
std::string three_values(const outcome::Decision& row);

// A value in one line of plain text: NULL, (empty), the text, "text… (2,000 characters)" or
// "••• (12 characters, digest 1f2e3d4c)".
std::string shown_value(const outcome::ShownValue& value);

// What a masked value may show: "(12 characters, digest 1f2e3d4c)".
std::string masked_value(const outcome::ShownValue& value);

// "record 12", or "(not in the file)".
std::string place_of(const outcome::Decision& row);

// The row's key; where a natural key gave it another one, also the file's.
std::string shown_key(const outcome::Decision& row);

}  // namespace report
