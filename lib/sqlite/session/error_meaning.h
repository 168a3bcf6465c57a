// What an error code of SQLite means to the user: the kind, which is the exit status, and what to do next. Pure.
#pragma once

#include <string>
#include <string_view>

#include "base/error.h"

namespace sqlite {

struct ErrorMeaning {
  base::ErrorKind kind;
  std::string hint;
};

// `code` is the extended result code, `message` what SQLite says.
ErrorMeaning meaning_of(int code, std::string_view message);

// Without the details of the extended code.
int primary_code(int code);

}  // namespace sqlite
