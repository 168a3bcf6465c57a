#include "transfer/secrets.h"

#include <algorithm>
#include <array>

#include "transfer/selection.h"

namespace transfer {
namespace {

// One of these words in a name is enough; no part of a longer word is: an author has no "auth", a pinned one no "pin".
constexpr std::string_view kWords[] = {
    "password", "passwords", "passwd", "pwd", "pw", "pass", "passphrase", "passcode", "secret", "secrets", "token",
    "tokens", "salt", "credential", "creds", "credentials", "otp", "totp", "hotp", "cvv", "cvc", "iban", "hash",
    "hashed", "pin", "ssn", "jwt", "bearer", "cookie", "cookies", "auth", "mfa", "mnemonic", "authorization", "oauth",
    "pswd", "psw", "pword", "passkey", "passkeys", "dsn", "pem", "csrf", "xsrf", "psk", "hashes", "keystore",
    // Of other languages.
    "passwort", "kennwort", "wachtwoord", "senha", "contrasena", "contraseña", "motdepasse", "passe", "mdp"};

// So are these, one after the other or written as one word, the second in the plural too.
constexpr std::array<std::string_view, 2> kPhrases[] = {
    {"api", "key"},         {"private", "key"},       {"access", "key"},
    {"signing", "key"},     {"encryption", "key"},    {"enc", "key"},
    {"decryption", "key"},  {"session", "key"},       {"recovery", "key"},
    {"ssh", "key"},         {"gpg", "key"},           {"pgp", "key"},
    {"rsa", "key"},         {"aes", "key"},           {"hmac", "key"},
    {"tls", "key"},         {"ssl", "key"},           {"master", "key"},
    {"shared", "key"},      {"deploy", "key"},        {"license", "key"},
    {"licence", "key"},     {"key", "file"},          {"key", "pair"},
    {"key", "material"},    {"card", "number"},       {"card", "no"},
    {"session", "id"},      {"session", "data"},      {"recovery", "code"},
    {"backup", "code"},     {"security", "code"},     {"access", "code"},
    {"reset", "code"},      {"login", "code"},        {"verification", "code"},
    {"activation", "code"}, {"invite", "code"},       {"invitation", "code"},
    {"unlock", "code"},     {"magic", "link"},        {"reset", "link"},
    {"invite", "link"},     {"invitation", "link"},   {"security", "answer"},
    {"recovery", "answer"}, {"seed", "phrase"},       {"recovery", "phrase"},
    {"social", "security"}, {"connection", "string"}, {"connection", "url"},
    {"connection", "uri"},  {"database", "url"},      {"db", "url"},
    {"sas", "url"},         {"webhook", "url"}};

// The same of who may do what.
constexpr std::string_view kRightsWords[] = {"role",       "roles",  "permission", "permissions", "privilege",
                                             "privileges", "admin",  "superadmin", "superuser",   "grant",
                                             "grants",     "scopes", "acl",        "rights",      "capabilities"};
constexpr std::array<std::string_view, 2> kRightsPhrases[] = {
    {"is", "staff"}, {"access", "level"}, {"user", "type"}, {"access", "rights"}, {"is", "root"}};

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

bool has_word(const std::vector<std::string>& words, const auto& sought) {
  return std::ranges::any_of(sought,
                             [&](std::string_view word) { return std::ranges::find(words, word) != words.end(); });
}

bool is_or_plural_of(std::string_view word, std::string_view single) {
  return word == single || (word.size() == single.size() + 1 && word.starts_with(single) && word.back() == 's');
}

bool has_phrase(const std::vector<std::string>& words, const auto& sought) {
  return std::ranges::any_of(sought, [&](const auto& phrase) {
    const std::string as_one = std::string(phrase[0]) + std::string(phrase[1]);
    for (std::size_t i = 0; i < words.size(); ++i) {
      if (is_or_plural_of(words[i], as_one)) return true;
      if (i + 1 < words.size() && words[i] == phrase[0] && is_or_plural_of(words[i + 1], phrase[1])) return true;
    }
    return false;
  });
}

// A domain by its own name, a composite type by its attributes'; whatever arrays, domains and ranges they are inside
// of. A file may say of a type that it is inside of itself: each is looked at once.
bool type_says_secret(const std::string& type, const catalog::Types& types) {
  std::vector<std::string_view> inside{type};
  std::vector<const catalog::UserType*> seen;
  while (!inside.empty()) {
    std::string_view name = inside.back();
    inside.pop_back();
    while (name.ends_with("[]")) name.remove_suffix(2);
    const auto found = std::ranges::find(types, name, &catalog::UserType::name);
    if (found == types.end() || std::ranges::find(seen, &*found) != seen.end()) continue;
    seen.push_back(&*found);
    if (found->kind == catalog::TypeKind::kDomain && says_secret(name.substr(name.find('.') + 1))) return true;
    inside.push_back(found->base);
    for (const catalog::Attribute& attribute : found->attributes) {
      if (says_secret(attribute.name)) return true;
      inside.push_back(attribute.type);
    }
  }
  return false;
}

}  // namespace

bool says_secret(std::string_view column) {
  const std::vector<std::string> words = words_of(column);
  if (has_word(words, kWords) || has_phrase(words, kPhrases)) return true;
  const std::string all = lower(column);
  return std::ranges::any_of(kParts, [&](std::string_view part) { return all.find(part) != std::string::npos; });
}

bool says_rights(std::string_view name) {
  const std::vector<std::string> words = words_of(name);
  return has_word(words, kRightsWords) || has_phrase(words, kRightsPhrases);
}

outcome::Meaning meaning_of(std::string_view column) {
  if (says_secret(column)) return outcome::Meaning::kSecret;
  return says_rights(column) ? outcome::Meaning::kRights : outcome::Meaning::kPlain;
}

bool is_masked(const catalog::TableName& table, const std::string& column, const Masks& masks) {
  if (masks.usual && says_secret(column)) return true;
  const catalog::TableName name{lower(table.name), lower(column)};
  return std::ranges::any_of(masks.patterns, [&](const std::string& pattern) { return matches(lower(pattern), name); });
}

std::vector<std::vector<std::string>> masked_columns(const std::vector<catalog::Table>& tables,
                                                     const catalog::Types& types, const Masks& masks) {
  std::vector<std::vector<std::string>> masked(tables.size());
  const auto shows_a_secret = [&](const catalog::TableName& parent, const std::string& column) {
    const auto there = std::ranges::find(tables, parent, &catalog::Table::name);
    if (there == tables.end()) return is_masked(parent, column, masks);
    return contains(masked[static_cast<std::size_t>(there - tables.begin())], column);
  };
  const auto refers_to_a_secret = [&](const catalog::Table& table, const std::string& column) {
    for (const catalog::ForeignKey& key : table.foreign_keys) {
      for (std::size_t k = 0; k < key.columns.size(); ++k)
        if (key.columns[k] == column && shows_a_secret(key.parent, key.parent_columns[k])) return true;
    }
    return false;
  };
  for (bool more = true; more;) {
    more = false;
    for (std::size_t i = 0; i < tables.size(); ++i) {
      for (const catalog::Column& column : tables[i].columns) {
        if (contains(masked[i], column.name)) continue;
        const bool hidden = is_masked(tables[i].name, column.name, masks) ||
                            (masks.usual && type_says_secret(column.type, types)) ||
                            (column.generated && !masked[i].empty()) || refers_to_a_secret(tables[i], column.name);
        if (hidden) masked[i].push_back(column.name);
        more = more || hidden;
      }
    }
  }
  return masked;
}

}  // namespace transfer
