#include "postgres/session/blame.h"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>

namespace postgres {
namespace {

// Of no row, unless a function says so: 08 connection, 25 and 40 transaction, 28 and 3D and 3F who and where, 42 the
// statement, 53 to 58 the server, F0 and HV and XX its insides.
constexpr std::string_view kNoRows[] = {"08", "25", "28", "3D", "3F", "40", "42",
                                        "53", "55", "57", "58", "F0", "HV", "XX"};
// Of these a row's all the same: a trigger's or a domain's own cast; a limit; currval.
constexpr std::string_view kRows[] = {"42846", "42804", "54", "55000"};
// Of a function's own statement: names, rights, schemas. A lock, a deadlock or a full disk met in it are nobody's
// fault.
constexpr std::string_view kStatements[] = {"42", "3F"};

// The server's words may be translated; these are not.
constexpr std::string_view kLanguage = "PL/";
constexpr std::string_view kSqlFunction = "SQL function \"";
constexpr std::string_view kOurBlock = "inline_code_block";
constexpr std::string_view kRaise = "RAISE";

bool is_in(std::string_view line, std::string_view word) { return line.find(word) != std::string_view::npos; }

bool is_of_a_function(std::string_view line) {
  return (is_in(line, kLanguage) || line.starts_with(kSqlFunction)) && !is_in(line, kOurBlock);
}

template <typename Families>
bool is_any(const Families& families, const std::string& state) {
  return std::ranges::any_of(families, [&](std::string_view family) { return state.starts_with(family); });
}

template <typename Families>
std::string beginning_with(const Families& families) {
  std::string pattern;
  for (const std::string_view family : families) pattern += (pattern.empty() ? "" : "|") + std::string(family);
  return "^(" + pattern + ")";
}

}  // namespace

// "PL/pgSQL function guard() line 3 at RAISE": the innermost comes first.
bool is_raised(const std::string& context) {
  const std::string_view line = std::string_view(context).substr(0, context.find('\n'));
  return is_of_a_function(line) && is_in(line, kRaise);
}

bool is_of_a_functions_statement(const std::string& sqlstate, const std::string& context) {
  if (!is_any(kStatements, sqlstate)) return false;
  for (std::string_view rest = context; !rest.empty();) {
    const std::size_t end = std::min(rest.find('\n'), rest.size());
    if (is_of_a_function(rest.substr(0, end))) return true;
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  return false;
}

std::string function_line(const std::string& context) {
  constexpr std::string_view kBeginning = "PL/pgSQL function ";
  const std::size_t second = context.find("\n" + std::string(kBeginning));
  const bool is_first = context.starts_with(kBeginning) || second == std::string::npos;
  const std::string rest = is_first ? context : context.substr(second + 1);
  return rest.substr(0, rest.find('\n'));
}

bool blames_a_row(const std::string& sqlstate, const std::string& context) {
  if (sqlstate.empty()) return false;
  return is_any(kRows, sqlstate) || !is_any(kNoRows, sqlstate) || is_raised(context) ||
         is_of_a_functions_statement(sqlstate, context);
}

std::string blames_a_row_sql(const std::string& sqlstate, const std::string& context) {
  return fmt::format(
      R"sql(({state} OPERATOR(pg_catalog.~) '{rows}'
    OR {state} OPERATOR(pg_catalog.!~) '{others}'
    OR {context} OPERATOR(pg_catalog.~) '^(?![^\n]*{block})(?=[^\n]*{raise})[^\n]*{language}'
    OR ({state} OPERATOR(pg_catalog.~) '{statements}'
        AND {context} OPERATOR(pg_catalog.~) '(^|\n)(?![^\n]*{block})([^\n]*{language}|{function})')))sql",
      fmt::arg("state", sqlstate), fmt::arg("context", context), fmt::arg("rows", beginning_with(kRows)),
      fmt::arg("others", beginning_with(kNoRows)), fmt::arg("statements", beginning_with(kStatements)),
      fmt::arg("block", kOurBlock), fmt::arg("raise", kRaise), fmt::arg("language", kLanguage),
      fmt::arg("function", kSqlFunction));
}

}  // namespace postgres
