#include "cli/consent.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <pwd.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <optional>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "base/terminal.h"

namespace cli {
namespace {

using base::Error;
using base::ErrorKind;

std::string parameter(const Location& location, std::string_view keyword) {
  for (const auto& [name, value] : location.parameters)
    if (name == keyword) return value;
  return {};
}

constexpr const char* kThisMachine = "this machine";

std::string own_name() {
  std::array<char, 256> name{};
  if (::gethostname(name.data(), name.size() - 1) != 0) return {};
  std::string lower = name.data();
  std::ranges::transform(lower, lower.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return lower;
}

// In any spelling that the system takes: 127.0.0.1, 0x7f000001, 0.0.0.0, ::1, ::ffff:127.0.0.1.
bool is_own_address(const std::string& host) {
  in_addr four{};
  in6_addr six{};
  const auto is_own = [](std::uint32_t address) { return address >> 24 == 127 || address == 0; };
  if (::inet_aton(host.c_str(), &four) == 1) return is_own(ntohl(four.s_addr));
  if (::inet_pton(AF_INET6, host.c_str(), &six) != 1) return false;
  if (!IN6_IS_ADDR_V4MAPPED(&six)) return IN6_IS_ADDR_LOOPBACK(&six) || IN6_IS_ADDR_UNSPECIFIED(&six);
  std::memcpy(&four, &six.s6_addr[12], sizeof four);
  return is_own(ntohl(four.s_addr));
}

// All ways to this machine are one; the letters' case makes no difference to a host.
std::string canonical_host(std::string host) {
  std::ranges::transform(host, host.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  if (host.ends_with('.')) host.pop_back();
  const bool is_here = host.empty() || host.front() == '/' || host.front() == '@' || host == "localhost" ||
                       host == own_name() || is_own_address(host);
  return is_here ? kThisMachine : host;
}

// libpq takes several, with commas between them.
std::vector<std::string> parts(const std::string& list) {
  std::vector<std::string> all;
  for (std::size_t start = 0; start <= list.size();) {
    const std::size_t end = std::min(list.find(',', start), list.size());
    all.push_back(list.substr(start, end - start));
    start = end + 1;
  }
  return all;
}

// Of a server here the port tells which one it is, or where its tunnel leads; elsewhere one may have several.
bool is_same_server(const Location& production, const std::string& reached, const std::string& reached_port) {
  const std::string address = parameter(production, "hostaddr");
  const std::vector<std::string> hosts = parts(parameter(production, "host"));
  const std::vector<std::string> ports = parts(parameter(production, "port"));
  const std::string wanted = canonical_host(reached);
  if (!address.empty() && canonical_host(address) == wanted && wanted != kThisMachine) return true;
  for (std::size_t i = 0; i < hosts.size(); ++i) {
    if (canonical_host(hosts[i]) != wanted) continue;
    const std::string port = ports.size() == 1 ? ports[0] : i < ports.size() ? ports[i] : "";
    if (wanted != kThisMachine || (port.empty() ? "5432" : port) == reached_port) return true;
  }
  return false;
}

// By its name, and by the addresses that go before the name.
bool is_same_server(const Location& production, const Location& location, const outcome::DatabaseInfo& database) {
  const std::string addresses = parameter(location, "hostaddr");
  std::vector<std::string> reached{database.host};
  for (const std::string& address : addresses.empty() ? std::vector<std::string>{} : parts(addresses))
    reached.push_back(address);
  return std::ranges::any_of(reached,
                             [&](const std::string& host) { return is_same_server(production, host, database.port); });
}

bool is_same_file(const std::string& left, const std::string& right) {
  struct stat one {};
  struct stat other {};
  if (left == right) return true;
  return ::stat(left.c_str(), &one) == 0 && ::stat(right.c_str(), &other) == 0 && one.st_dev == other.st_dev &&
         one.st_ino == other.st_ino;
}

std::string environment(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

// As libpq fills it in where nothing names it: by the environment, else it is the user's, who may be the system's.
std::string database_name(const Location& location) {
  const passwd* user = ::getpwuid(::geteuid());
  for (std::string name : {parameter(location, "dbname"), environment("PGDATABASE"), parameter(location, "user"),
                           environment("PGUSER"), std::string(user == nullptr ? "" : user->pw_name)})
    if (!name.empty()) return name;
  return {};
}

bool is_same(const Location& production, const Location& location, const outcome::DatabaseInfo& database) {
  if (!production.sqlite_path.empty() || !location.sqlite_path.empty())
    return !production.sqlite_path.empty() && !location.sqlite_path.empty() &&
           is_same_file(production.sqlite_path, location.sqlite_path);
  // What a service says, its file knows.
  const std::string service = parameter(production, "service");
  if (!service.empty() && parameter(production, "dbname").empty()) return service == parameter(location, "service");
  return is_name_of(database_name(production), location, database) && is_same_server(production, location, database);
}

// Where a target is; nothing: its URL is not to be had here.
std::optional<Location> location_of(const transfer::ConfiguredTarget& target) {
  try {
    return find_database({{}, {}, NamedTarget{target.name, target.url_env, target.env_file}}, Use::kCompare);
  } catch (const Error&) {
    return std::nullopt;
  }
}

// By its name, or by what its URL says; one whose URL is not to be had here is passed over.
bool is_called_production(const ImportCommand& command, const transfer::Config& config, const Location& location,
                          const outcome::DatabaseInfo& database) {
  return std::ranges::any_of(config.targets, [&](const transfer::ConfiguredTarget& target) {
    if (!target.production) return false;
    if (command.common.target == target.name) return true;
    const std::optional<Location> production = location_of(target);
    return production && is_same(*production, location, database);
  });
}

bool is_local(const Location& location, const outcome::DatabaseInfo& database) {
  return !location.sqlite_path.empty() || canonical_host(database.host) == kThisMachine;
}

void demand_confirmed_name(const ImportCommand& command, const Location& location,
                           const outcome::DatabaseInfo& database) {
  if (!command.confirm || is_name_of(*command.confirm, location, database)) return;
  throw Error(ErrorKind::kUsage,
              "--confirm names " + base::printable(*command.confirm) + ", and the target is " +
                  base::printable(database.database) + ": " + location.place,
              "check --to, --url and --env-file; nothing was written");
}

}  // namespace

bool is_name_of(const std::string& name, const Location& location, const outcome::DatabaseInfo& database) {
  if (name == database.database) return true;
  return name == (location.sqlite_path.empty() ? parameter(location, "dbname") : location.sqlite_path);
}

std::vector<std::string> uncompared_targets(const ImportCommand& command, const transfer::Config& config,
                                            const Location& location, const outcome::DatabaseInfo& database) {
  std::vector<std::string> lines;
  if (command.job.intent != engine::Intent::kImport || is_local(location, database)) return lines;
  for (const transfer::ConfiguredTarget& target : config.targets) {
    if (!target.production || command.common.target == target.name || location_of(target)) continue;
    lines.push_back(base::printable(config.path) + " calls the target " + base::printable(target.name) +
                    " production, and its URL (" + base::printable(target.url_env) +
                    ") is not to be had here: whether this database is it cannot be told");
  }
  return lines;
}

Consent consent_needed(const ImportCommand& command, const transfer::Config& config, const Location& location,
                       const outcome::DatabaseInfo& database, Terminal terminal) {
  demand_confirmed_name(command, location, database);
  if (command.job.intent != engine::Intent::kImport) return Consent::kGiven;
  const bool production = is_called_production(command, config, location, database);
  if (production && !command.confirm) {
    if (terminal == Terminal::kSomebody) return Consent::kName;
    throw Error(
        ErrorKind::kUsage,
        location.place + " is called production by " + base::printable(config.path) +
            ", and nobody is there to be asked",
        "say --confirm " + base::printable(database.database) + " if that is what you mean; a --dry-run needs none");
  }
  const bool is_asked =
      terminal == Terminal::kSomebody && command.questions == Questions::kOnTerminal && !command.apply;
  return is_asked && (production || !is_local(location, database)) ? Consent::kAnswer : Consent::kGiven;
}

}  // namespace cli
