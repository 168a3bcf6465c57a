// Database URLs: anything is taken or Error(kUsage), what is said of it may be printed and never holds the password.
// The first byte decides whether the lines that follow are put together to a URL with a password.
#include "location/url.h"

#include <algorithm>

#include "base/error.h"
#include "base/terminal.h"
#include "fuzz/target.h"

namespace {

using fuzz::require;

constexpr std::string_view kPassword = "Xq7vPw";

void check_said(const std::string& text, bool may_hold_it) {
  require(base::printable(text) == text, "what is said of a URL may be printed");
  require(may_hold_it || text.find(kPassword) == std::string::npos, "what is said of a URL never holds the password");
}

void check(const std::string& url, bool may_hold_it) {
  try {
    const location::DatabaseUrl parsed = location::parse_database_url(url);
    check_said(parsed.place, may_hold_it);
    for (const std::string& warning : parsed.warnings) check_said(warning, may_hold_it);
    std::vector<std::string> keywords;
    for (const auto& [keyword, value] : parsed.parameters) {
      require(value.find('\0') == std::string::npos, "a value that libpq would cut is refused");
      keywords.push_back(keyword);
    }
    std::sort(keywords.begin(), keywords.end());
    require(std::adjacent_find(keywords.begin(), keywords.end()) == keywords.end(), "each keyword stands once");
  } catch (const base::Error& error) {
    require(error.kind() == base::ErrorKind::kUsage, "what is wrong with a URL is Error(kUsage)");
    check_said(error.what(), may_hold_it);
    check_said(error.hint(), may_hold_it);
  }
}

// What would end the user or the password, or be one of them, is left out.
std::string without(std::string_view text, std::string_view unwanted) {
  std::string kept;
  for (const char byte : text) {
    if (unwanted.find(byte) == std::string_view::npos) kept += byte;
  }
  return kept;
}

}  // namespace

FUZZ_TARGET(url) {
  fuzz::Input material(input);
  if (material.byte() % 2 == 0) return check(std::string(material.rest()), true);
  const std::string user = without(material.line(), ":/?#@");
  const std::string before = without(material.line(), "/?#");
  const std::string behind = without(material.line(), "/?#");
  check("postgresql://" + user + ":" + before + std::string(kPassword) + behind + "@" + std::string(material.rest()),
        (user + '@' + std::string(material.rest())).find(kPassword) != std::string::npos);
}
