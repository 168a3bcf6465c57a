// SQL functions of our own, for statements of ours only (no schema can call them):
//   db_transfer_differs(a, b, …)  1 when any pair is not same()
//   db_transfer_image(a, …)       blob: append_image of all
//   db_transfer_text(a)           shown()
//   db_transfer_row_digest(k, i)  32 digits of the SHA-256 of both
//   db_transfer_states(a, …)      text: a blank and kStateDigits digits of each value, to see which one was changed
// Deterministic, stateless.
#pragma once

#include <string>
#include <string_view>
#include <vector>

struct sqlite3;

namespace sqlite {

// The digits that stand for a masked text; `key` is of this run.
std::string masked_digest(std::string_view key, std::string_view text);

// The calls, for as many values as a table may have columns (a call of SQLite takes 127 arguments at most).
std::string image_call(const std::vector<std::string>& values);
// `pairs`: "a, b" each.
std::string differs_call(const std::vector<std::string>& pairs);

std::string states_call(const std::vector<std::string>& values);

inline constexpr int kStateDigits = 8;

// Returns SQLite's result code.
int add_row_functions(sqlite3* database);

}  // namespace sqlite
