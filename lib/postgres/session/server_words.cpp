#include "postgres/session/server_words.h"

#include <algorithm>
#include <string_view>

#include "postgres/session/blame.h"

namespace postgres {
namespace {

struct Words {
  std::string_view state;  // or its beginning
  std::string_view text;
};

constexpr Words kWords[] = {{"22001", "a value is too long for its column"},
                            {"22003", "a number is out of its type's range"},
                            {"22007", "a value is no date or time"},
                            {"22008", "a date or time is out of range"},
                            {"22012", "a division by zero"},
                            {"22021", "a text that the database's encoding cannot hold"},
                            {"22P02", "a value is none of its type"},
                            {"22P05", "a character that the database's encoding lacks"},
                            {"22", "a value that the target cannot hold"},
                            {"23001", "rows refer to it"},
                            {"23502", "NULL where a value is needed"},
                            {"23503", "refused by a foreign key"},
                            {"23505", "refused by a unique constraint"},
                            {"23514", "refused by a check"},
                            {"23P01", "refused by an exclusion constraint"},
                            {"23", "refused by a constraint"},
                            {"40001", "could not serialize access due to a change of another session"},
                            {"40P01", "deadlock detected"},
                            {"42501", "a privilege is missing"},
                            {"42601", "syntax error"},
                            {"55P03", "canceling statement due to lock timeout"},
                            {"57014", "canceling statement due to a timeout or by the user's request"},
                            {"P0001", "refused by a trigger or function"},
                            {"", "refused by the server"}};

bool starts_with(std::string_view text, std::string_view beginning) {
  return text.substr(0, beginning.size()) == beginning;
}

// "PL/pgSQL function public.guard() line 3 at RAISE" → public.guard()
std::string function_of(const ServerError::Fields& fields) {
  constexpr std::string_view kBeginning = "PL/pgSQL function ";
  const std::string line = fields.context.substr(0, fields.context.find('\n'));
  if (!starts_with(line, kBeginning)) return {};
  const std::size_t end = line.find(") ");
  return end == std::string::npos ? std::string{} : line.substr(kBeginning.size(), end + 1 - kBeginning.size());
}

std::string named(const ServerError::Fields& fields) {
  if (!is_the_servers_own(fields)) {
    const std::string function = function_of(fields);
    return function.empty() ? std::string{} : ", in the function " + function;
  }
  if (!fields.constraint.empty()) return ": " + fields.constraint;
  if (!fields.column.empty()) return ": column " + fields.column;
  return {};
}

}  // namespace

// Of a COPY the context tells the line and the value.
bool is_the_servers_own(const ServerError::Fields& fields) {
  return fields.context.empty() ||
         (starts_with(fields.context, "COPY ") && fields.context.find('\n') == std::string::npos);
}

bool holds_no_value(const ServerError::Fields& fields) {
  if (!fields.context.empty()) return false;
  // "syntax error at or near "'hunter2'"": a piece of the statement.
  if (fields.sqlstate == "42601") return fields.message.find_first_of("'$0123456789") == std::string::npos;
  constexpr std::string_view kClasses[] = {"08", "0A", "25", "28", "2B", "3D", "3F", "40",
                                           "42", "53", "54", "55", "57", "58", "XX"};
  return std::ranges::any_of(kClasses, [&](std::string_view state) { return starts_with(fields.sqlstate, state); });
}

std::string full_words(const ServerError::Fields& fields) {
  std::string text = fields.message;
  if (!fields.detail.empty()) text += " (" + fields.detail + ")";
  text += " [SQLSTATE " + fields.sqlstate + "]";
  // "relation "audit" does not exist" alone would be sought in our own statements.
  if (is_of_a_functions_statement(fields.sqlstate, fields.context)) text += "; " + function_line(fields.context);
  return text;
}

std::string words_without_values(const ServerError::Fields& fields) {
  const std::string state = " [SQLSTATE " + fields.sqlstate + "]";
  // What depends on an object that is to go: names.
  const bool has_names = starts_with(fields.sqlstate, "2B") && !fields.detail.empty();
  if (holds_no_value(fields)) return fields.message + (has_names ? " (" + fields.detail + ")" : "") + state;
  const std::string code = is_raised(fields.context) ? "P0001" : fields.sqlstate;
  const auto words = std::ranges::find_if(kWords, [&](const Words& known) { return starts_with(code, known.state); });
  return std::string(words->text) + named(fields) + state +
         "; the server's message is withheld because columns of the target are masked";
}

}  // namespace postgres
