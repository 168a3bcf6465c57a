#include "location/url.h"

#include <algorithm>
#include <charconv>
#include <optional>

#include "base/error.h"
#include "base/suggestion.h"
#include "base/terminal.h"
#include "location/url_parts.h"

namespace location {

using base::Error;
using base::ErrorKind;
namespace {

constexpr const char* kForm = "postgresql://USER:PASSWORD@HOST:PORT/DATABASE, sqlite:PATH or file:PATH";

constexpr const char* kIpv6Hint =
    "write an IPv6 address in brackets: [::1]:5432; in a password write : as %3A and @ as %40";

Error url_error(const std::string& message, const std::string& hint) { return {ErrorKind::kUsage, message, hint}; }

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

// `part` names it in errors, which never show the text: any part may turn out to be a piece of a password.
std::string decoded(std::string_view text, const std::string& part) {
  std::string plain;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      plain += text[i];
      continue;
    }
    const int high = i + 2 < text.size() ? hex_digit(text[i + 1]) : -1;
    const int low = i + 2 < text.size() ? hex_digit(text[i + 2]) : -1;
    if (high < 0 || low < 0)
      throw url_error("the URL's " + part + " holds a % without two hexadecimal digits", "write a % itself as %25");
    if (high == 0 && low == 0) throw url_error("the URL's " + part + " holds %00", "no name or password can hold it");
    plain += static_cast<char>(high * 16 + low);
    i += 2;
  }
  return plain;
}

// Takes everything before the first `mark` off `text`, and the mark; all of it when there is none.
std::string_view take_until(std::string_view& text, char mark) {
  const std::size_t at = text.find(mark);
  const std::string_view taken = text.substr(0, at);
  text.remove_prefix(at == std::string_view::npos ? text.size() : at + 1);
  return taken;
}

bool is_keyword(std::string_view text) {
  return !text.empty() && text.size() <= 40 && std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
  });
}

Error unknown_parameter(const std::string& keyword, const std::vector<std::string>& known, bool may_be_password) {
  if (may_be_password || !is_keyword(keyword))
    return url_error("the URL has a query parameter that is not known (not shown: it may be part of a password)",
                     "in a password write ? as %3F, @ as %40, / as %2F, & as %26");
  const auto meant = base::closest(keyword, known);
  return url_error("the URL's query parameter \"" + keyword + "\" is not known",
                   meant ? "did you mean " + *meant + "?" : "leave it out: neither libpq nor Prisma knows it");
}

std::vector<std::pair<std::string, std::string>> split_query(std::string_view query) {
  std::vector<std::pair<std::string, std::string>> pairs;
  while (!query.empty()) {
    std::string_view value = take_until(query, '&');
    if (value.empty()) continue;
    if (value.find('=') == std::string_view::npos)
      throw url_error("the URL has a query parameter without a value (not shown: it may be part of a password)",
                      "write ?NAME=VALUE&NAME=VALUE; in a password write ? as %3F and & as %26");
    const std::string keyword = decoded(take_until(value, '='), "query");
    pairs.emplace_back(keyword, decoded(value, "query"));
  }
  return pairs;
}

void check_port(const std::string& port) {
  int number = 0;
  const char* end = port.data() + port.size();
  const auto [stopped, error] = std::from_chars(port.data(), end, number);
  if (error != std::errc() || stopped != end || number < 1 || number > 65535)
    throw url_error("the URL's port is not a number from 1 to 65535",
                    "in a password write : as %3A, / as %2F, ? as %3F and @ as %40");
}

// "a:1,[::1]:2,c" becomes host "a,::1,c" and port "1,2,".
void read_hosts(std::string_view text, UrlParameters& parameters) {
  std::string hosts;
  std::string ports;
  bool any_port = false;
  bool more = true;
  for (bool first = true; more; first = false) {
    more = text.find(',') != std::string_view::npos;
    std::string_view one = take_until(text, ',');
    std::string_view host;
    if (!one.empty() && one.front() == '[') {
      const std::size_t close = one.find(']');
      if (close == std::string_view::npos || close == 1 || (close + 1 < one.size() && one[close + 1] != ':'))
        throw url_error("the URL's IPv6 address is not in [ ]", kIpv6Hint);
      host = one.substr(1, close - 1);
      one.remove_prefix(std::min(one.size(), close + 2));
    } else {
      if (std::ranges::count(one, ':') > 1) throw url_error("the URL's host holds more than one colon", kIpv6Hint);
      host = take_until(one, ':');
    }
    const std::string port = decoded(one, "port");
    if (!port.empty()) check_port(port);
    any_port = any_port || !port.empty();
    hosts += (first ? "" : ",") + decoded(host, "host");
    ports += (first ? "" : ",") + port;
  }
  if (!hosts.empty()) parameters.set("host", hosts);
  if (any_port) parameters.set("port", ports);
}

// libpq would refuse it with a word only.
void demand_sslmode(const std::string& mode) {
  static const std::vector<std::string> known = {"disable", "allow", "prefer", "require", "verify-ca", "verify-full"};
  if (std::ranges::find(known, mode) != known.end()) return;
  // node-postgres's and others' word for a connection that is encrypted and trusts any certificate.
  const bool unverified =
      mode == "no-verify" || mode == "no_verify" || mode == "noverify" || mode == "true" || mode == "1";
  const auto meant = unverified ? std::optional<std::string>("require") : base::closest(mode, known);
  throw url_error("the URL's sslmode is none that libpq knows",
                  meant ? "write sslmode=" + *meant
                        : "write sslmode=require (encrypted), sslmode=verify-full (and the server proves its name), or "
                          "disable, allow, prefer, verify-ca");
}

void set_libpq_parameter(const std::string& keyword, std::string value, bool may_be_password,
                         UrlParameters& parameters) {
  // libpq itself takes this one from JDBC's URLs; the others are node-postgres's.
  if (keyword == "ssl" && (value == "true" || value == "1" || value == "no-verify")) {
    parameters.set("sslmode", "require");
    return;
  }
  if (keyword == "sslmode") demand_sslmode(value);
  if (is_harmless(keyword)) return;
  const auto& libpq = libpq_keywords();
  const auto& prisma = prisma_keywords();
  const bool known = std::find(libpq.begin(), libpq.end(), keyword) != libpq.end() ||
                     std::find(prisma.begin(), prisma.end(), keyword) != prisma.end();
  if (!known) {
    std::vector<std::string> candidates = libpq;
    candidates.insert(candidates.end(), prisma.begin(), prisma.end());
    throw unknown_parameter(keyword, candidates, may_be_password);
  }
  parameters.set(keyword, std::move(value));
}

DatabaseUrl parse_postgres(std::string_view rest) {
  UrlParameters parameters;
  const std::size_t authority_end = std::min(rest.find_first_of("/?"), rest.size());
  std::string_view authority = rest.substr(0, authority_end);
  rest.remove_prefix(authority_end);

  // libpq splits at the first @, Prisma at the last, which also takes a password with an unescaped @.
  const std::size_t at = authority.rfind('@');
  // "user:pass/word@host" ends the authority in the middle of the password.
  const bool may_be_password = rest.find('@') != std::string_view::npos;
  if (at != std::string_view::npos) {
    std::string_view login = authority.substr(0, at);
    authority.remove_prefix(at + 1);
    const std::string user = decoded(take_until(login, ':'), "user");
    const std::string password = decoded(login, "password");
    if (!user.empty()) parameters.set("user", user);
    if (!password.empty()) parameters.set("password", password);
  }
  std::string_view query = rest;
  std::string_view path = take_until(query, '?');
  if (!path.empty()) path.remove_prefix(1);
  if (path.find('@') != std::string_view::npos)
    throw url_error("the URL has an @ after its first /",
                    "in a password write / as %2F, ? as %3F; in a database name write @ as %40");
  read_hosts(authority, parameters);
  const std::string database = decoded(path, "database name");
  if (!database.empty()) parameters.set("dbname", database);
  for (auto& [keyword, value] : split_query(query))
    set_libpq_parameter(keyword, std::move(value), may_be_password, parameters);

  DatabaseUrl url;
  url.engine = Engine::kPostgres;
  translate_prisma(parameters, url);
  url.parameters = std::move(parameters.all());
  url.place = postgres_place(url.parameters);
  return url;
}

// sqlite:PATH is a path as it is: a file may be called "we ird#?%20.db".
DatabaseUrl parse_sqlite_path(std::string_view rest) {
  if (rest.substr(0, 2) == "//") rest.remove_prefix(2);
  if (rest.empty()) throw url_error("the URL names no SQLite file", "write sqlite:dev.db");
  DatabaseUrl url;
  url.engine = Engine::kSqlite;
  url.path = rest;
  url.place = "SQLite file " + base::printable(url.path);
  return url;
}

// Prisma's file:PATH, with its parameters.
DatabaseUrl parse_file(std::string_view rest) {
  static const std::vector<std::string> ignored = {"connection_limit", "pool_timeout", "socket_timeout"};
  if (rest.substr(0, 2) == "//") rest.remove_prefix(2);
  std::string_view query = rest;
  DatabaseUrl url;
  url.engine = Engine::kSqlite;
  url.path = decoded(take_until(query, '?'), "path");
  if (url.path.empty()) throw url_error("the URL names no SQLite file", "write sqlite:dev.db");
  for (const auto& [keyword, value] : split_query(query))
    if (std::find(ignored.begin(), ignored.end(), keyword) == ignored.end())
      throw unknown_parameter(keyword, ignored, false);
  url.place = "SQLite file " + base::printable(url.path);
  return url;
}

// A URL of another program's making that holds ours.
std::string other_makers_hint(std::string_view url, const std::string& scheme) {
  if (url.starts_with("psql ")) return "take psql and the quotes away: give the URL alone";
  if (url.starts_with("DATABASE_URL=")) return "take DATABASE_URL= away: give the URL alone";
  if (scheme == "jdbc:postgresql") return "take jdbc: away, and put USER:PASSWORD@ before the host";
  if (scheme.starts_with("postgresql+") || scheme.starts_with("postgres+")) return "write postgresql:// for it";
  if (url.starts_with("postgresql:") || url.starts_with("postgres:"))
    return "write two slashes: postgresql://USER:PASSWORD@HOST:PORT/DATABASE";
  return {};
}

Error scheme_error(std::string_view url) {
  if (!url.empty() && (url.front() == '"' || url.front() == '\''))
    return url_error("the database URL begins with a quote", "take the quotes out of its value");
  std::string scheme(url.substr(0, url.find("://")));
  if (const std::string hint = other_makers_hint(url, scheme); !hint.empty())
    return url_error("this is no database URL (not shown: it may hold a password)", hint);
  if (url.find("://") == std::string_view::npos || scheme.size() > 20 || scheme.find(':') != std::string::npos)
    return url_error("this is not a database URL (not shown: it may hold a password)", std::string("write ") + kForm);
  if (scheme == "prisma" || scheme == "prisma+postgres")
    return url_error("a " + scheme + ":// URL leads to Prisma Accelerate, not to a database",
                     "give the direct postgresql:// URL");
  return url_error("databases of " + base::printable(scheme) + ":// are not supported", std::string("write ") + kForm);
}

}  // namespace

std::string postgres_place(const std::vector<std::pair<std::string, std::string>>& parameters) {
  const auto value = [&](std::string_view keyword) {
    for (const auto& [given, text] : parameters)
      if (given == keyword) return base::printable(text);
    return std::string();
  };
  std::string place = "PostgreSQL";
  if (!value("service").empty()) place += " service " + value("service");
  if (!value("dbname").empty()) place += " database " + value("dbname");
  const std::string host = value("host").empty() ? value("hostaddr") : value("host");
  if (!host.empty()) place += " on " + host;
  if (!value("port").empty()) place += " port " + value("port");
  if (!value("user").empty()) place += " as " + value("user");
  return place;
}

DatabaseUrl parse_database_url(std::string_view url) {
  if (url.find('\0') != std::string_view::npos)
    throw url_error("the database URL holds a NUL byte", "check where it comes from");
  constexpr std::string_view kBlanks = " \t\r\n";
  url.remove_prefix(std::min(url.find_first_not_of(kBlanks), url.size()));
  url = url.substr(0, url.find_last_not_of(kBlanks) + 1);
  std::string scheme(url.substr(0, url.find(':')));
  std::transform(scheme.begin(), scheme.end(), scheme.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
  const std::string_view rest = url.substr(std::min(url.size(), scheme.size() + 1));
  const bool has_colon = url.find(':') != std::string_view::npos;
  if (has_colon && scheme == "sqlite") return parse_sqlite_path(rest);
  if (has_colon && scheme == "file") return parse_file(rest);
  const bool is_postgres = (scheme == "postgresql" || scheme == "postgres") && rest.substr(0, 2) == "//";
  if (is_postgres) return parse_postgres(rest.substr(2));
  throw scheme_error(url);
}

}  // namespace location
