#include "support/dump.h"

#include <algorithm>
#include <stdexcept>

#include "support/program.h"
#include "support/server.h"

namespace support {
namespace {

// Where the statement that begins at `begin` ends: after the first ";\n" that stands in no string and no quoted name.
size_t end_of_statement(const std::string& text, size_t begin) {
  char quote = '\0';
  for (size_t at = begin; at < text.size(); ++at) {
    const char byte = text[at];
    if (quote != '\0') {
      if (byte == quote) quote = '\0';  // A doubled quote closes and opens again, which comes to the same.
    } else if (byte == '\'' || byte == '"') {
      quote = byte;
    } else if (byte == ';' && at + 1 < text.size() && text[at + 1] == '\n') {
      return at + 2;
    }
  }
  return text.size();
}

}  // namespace

std::string normalized_dump(const std::string& url, const std::vector<std::string>& options) {
  std::vector<std::string> command{postgres_program("pg_dump"), "--data-only", "--inserts"};
  command.insert(command.end(), options.begin(), options.end());
  command.insert(command.end(), {"-d", url});
  const auto run = run_program(command);
  if (run.status != 0) throw std::runtime_error("pg_dump: " + run.err);

  // Between the statements there are only lines of comments and settings; a comment may hold a quote, so it is skipped
  // as a line.
  std::vector<std::string> inserts;
  for (size_t at = 0; at < run.out.size();) {
    const bool is_insert = run.out.compare(at, 12, "INSERT INTO ") == 0;
    const size_t end =
        is_insert ? end_of_statement(run.out, at) : std::min(run.out.find('\n', at), run.out.size() - 1) + 1;
    if (is_insert) inserts.push_back(run.out.substr(at, end - at));
    at = end;
  }
  std::ranges::sort(inserts);
  std::string text;
  for (const auto& insert : inserts) text += insert;
  return text;
}

}  // namespace support
