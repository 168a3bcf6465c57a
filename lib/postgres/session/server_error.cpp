#include "postgres/session/server_error.h"

#include <algorithm>
#include <array>
#include <string_view>

#include "postgres/session/blame.h"

namespace postgres {

using base::ErrorKind;

bool ServerError::blames_a_row() const { return postgres::blames_a_row(fields_.sqlstate, fields_.context); }

bool ServerError::key_is_taken() const { return fields_.sqlstate == "23505"; }

bool ServerError::reference_is_broken() const { return fields_.sqlstate == "23503"; }

bool ServerError::exceeds_a_limit() const { return fields_.sqlstate == "54000"; }

bool ServerError::lock_is_held() const { return fields_.sqlstate == "55P03"; }

bool ServerError::locks_lack_room() const { return fields_.sqlstate == "53200"; }

bool ServerError::is_raised() const { return fields_.sqlstate.starts_with("P0"); }

bool ServerError::may_be_retried() const { return fields_.sqlstate == "40001" || fields_.sqlstate == "40P01"; }

bool ServerError::is_of_planning() const { return is_of_inlining(fields_.context); }

ErrorKind kind_of(const std::string& sqlstate) {
  const auto is = [&](std::string_view state) { return sqlstate == state; };
  const auto is_of = [&](std::string_view family) { return sqlstate.starts_with(family); };
  if (std::ranges::any_of(std::array{"42501", "25006"}, is)) return ErrorKind::kPrivilege;
  if (std::ranges::any_of(std::array{"55P03", "40001", "40P01", "57014", "25P03"}, is)) return ErrorKind::kLock;
  if (std::ranges::any_of(std::array{"08", "28", "53", "57P"}, is_of)) return ErrorKind::kConnection;
  if (std::ranges::any_of(std::array{"42", "3F", "3D"}, is_of)) return ErrorKind::kSchema;
  return ErrorKind::kInternal;
}

bool is_of_inlining(const std::string& context) { return context.find("during inlining") != std::string::npos; }

}  // namespace postgres
