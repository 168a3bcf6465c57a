// SQL functions of our own, for statements of ours only (no schema can call them):
//   db_transfer_differs(a, b, …)  1 when any pair is not same()
//   db_transfer_image(a, …)       blob: append_image of all
//   db_transfer_text(a)           shown()
//   db_transfer_digest(k, a)      text: what is shown in place of a masked value; k: masked_digest's key
//   db_transfer_row_digest(k, i)  text: 32 hexadecimal digits of the SHA-256 of the key k and the image i
//   db_transfer_states(a, …)      text: a blank and kStateDigits digits of each value, to tell which one was changed
// Deterministic, stateless.
#pragma once

#include <string>
#include <string_view>
#include <vector>

struct sqlite3;

namespace sqlite {

// The 8 hexadecimal digits that are shown in place of a masked text. `key` is of this run, so that nobody can guess by
// them.
std::string masked_digest(std::string_view key, std::string_view text);

// SQL that calls these functions for any number of values: SQLite takes 127 arguments a call, so a wide table takes
// several calls.
std::string image_call(const std::vector<std::string>& values);
// `pairs`: "a, b" each.
std::string differs_call(const std::vector<std::string>& pairs);

std::string states_call(const std::vector<std::string>& values);

inline constexpr int kStateDigits = 8;

// Returns SQLite's result code.
int add_row_functions(sqlite3* database);

}  // namespace sqlite
