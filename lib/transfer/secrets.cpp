#include "transfer/secrets.h"

#include <algorithm>
#include <array>

#include "transfer/selection.h"

namespace transfer {
namespace {

// One of these words in a name is enough; no part of a longer word is: an author has no "auth", a pinned one no "pin".
constexpr std::string_view kWords[] = {"password", "passwords",   "passwd",  "pwd",   "pw",      "pass", "passphrase",
                                       "passcode", "secret",      "secrets", "token", "tokens",  "salt", "credential",
                                       "creds",    "credentials", "otp",     "totp",  "hotp",    "cvv",  "cvc",
                                       "iban",     "hash",        "hashed",  "pin",   "ssn",     "jwt",  "bearer",
                                       "cookie",   "cookies",     "auth",    "mfa",   "mnemonic"};

// So are these, one behind the other or written as one word.
constexpr std::array<std::string_view, 2> kPhrases[] = {
    {"api", "key"},         {"private", "key"},    {"access", "key"},  {"signing", "key"},  {"encryption", "key"},
    {"card", "number"},     {"card", "no"},        {"session", "id"},  {"session", "key"},  {"session", "data"},
    {"recovery", "code"},   {"recovery", "codes"}, {"backup", "code"}, {"backup", "codes"}, {"security", "code"},
    {"social", "security"}, {"seed", "phrase"},    {"recovery", "key"}};

// Nobody's word has these in it by chance.
constexpr std::string_view kParts[] = {"password",   "passwd",     "passphrase", "secret",    "token",     "apikey",
                                       "privatekey", "credential", "pwd",        "sessionid", "cardnumber"};

bool is_upper(char c) { return c >= 'A' && c <= 'Z'; }
bool is_lower(char c) { return c >= 'a' && c <= 'z'; }
bool is_digit(char c) { return c >= '0' && c <= '9'; }
char lower(char c) { return is_upper(c) ? static_cast<char>(c + 32) : c; }

// "userAPIToken2" → user, api, token: a word ends where lower case turns to upper case, before the last capital of a
// run that a small letter follows, and at whatever is no letter. Digits at its end are not part of it.
std::vector<std::string> words_of(std::string_view name) {
  std::vector<std::string> words(1);
  for (std::size_t i = 0; i < name.size(); ++i) {
    const char c = name[i];
    const bool letter = is_upper(c) || is_lower(c) || static_cast<unsigned char>(c) >= 0x80;
    const char before = i == 0 ? '_' : name[i - 1];
    const bool after_is_lower = i + 1 < name.size() && is_lower(name[i + 1]);
    const bool begins = is_upper(c) && (is_lower(before) || is_digit(before) || (is_upper(before) && after_is_lower));
    if (!letter || begins) words.emplace_back();
    if (letter) words.back() += lower(c);
  }
  std::erase_if(words, [](const std::string& word) { return word.empty(); });
  return words;
}

std::string lower(std::string_view text) {
  std::string out(text);
  std::ranges::transform(out, out.begin(), [](char c) { return lower(c); });
  return out;
}

bool contains(const std::vector<std::string>& names, const std::string& name) {
  return std::ranges::find(names, name) != names.end();
}

}  // namespace

bool says_secret(std::string_view column) {
  const std::vector<std::string> words = words_of(column);
  const auto is_word = [&](std::string_view word) { return std::ranges::find(words, word) != words.end(); };
  if (std::ranges::any_of(kWords, is_word)) return true;
  const std::string all = lower(column);
  if (std::ranges::any_of(kParts, [&](std::string_view part) { return all.find(part) != std::string::npos; }))
    return true;
  return std::ranges::any_of(kPhrases, [&](const auto& phrase) {
    return is_word(std::string(phrase[0]) + std::string(phrase[1])) ||
           std::ranges::search(words, phrase).begin() != words.end();
  });
}

bool is_masked(const catalog::TableName& table, const std::string& column, const Masks& masks) {
  if (masks.usual && says_secret(column)) return true;
  const catalog::TableName name{lower(table.name), lower(column)};
  return std::ranges::any_of(masks.patterns, [&](const std::string& pattern) { return matches(lower(pattern), name); });
}

std::vector<std::vector<std::string>> masked_columns(const std::vector<catalog::Table>& tables, const Masks& masks) {
  std::vector<std::vector<std::string>> masked(tables.size());
  for (std::size_t i = 0; i < tables.size(); ++i) {
    for (const catalog::Column& column : tables[i].columns) {
      if (is_masked(tables[i].name, column.name, masks)) masked[i].push_back(column.name);
    }
  }
  const auto shows_a_secret = [&](const catalog::TableName& parent, const std::string& column) {
    const auto there = std::ranges::find(tables, parent, &catalog::Table::name);
    if (there == tables.end()) return is_masked(parent, column, masks);
    return contains(masked[static_cast<std::size_t>(there - tables.begin())], column);
  };
  for (bool more = true; more;) {
    more = false;
    for (std::size_t i = 0; i < tables.size(); ++i) {
      for (const catalog::ForeignKey& key : tables[i].foreign_keys) {
        for (std::size_t k = 0; k < key.columns.size(); ++k) {
          if (contains(masked[i], key.columns[k]) || !shows_a_secret(key.parent, key.parent_columns[k])) continue;
          masked[i].push_back(key.columns[k]);
          more = true;
        }
      }
    }
  }
  return masked;
}

}  // namespace transfer
