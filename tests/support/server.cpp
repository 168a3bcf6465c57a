#include "support/server.h"

#include <unistd.h>

#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <sstream>
#include <stdexcept>

#include "support/own_server.h"
#include "support/program.h"

namespace support {
namespace {

std::string url_of(const std::string& database, const std::string& connection) {
  std::string host;
  std::string port;
  // The form is ours (cluster.sh), so a search is enough.
  for (auto [key, value] : {std::pair{"host=", &host}, std::pair{"port=", &port}}) {
    const auto begin = connection.find(key);
    if (begin == std::string::npos) throw std::runtime_error("The server '" + connection + "' lacks " + key);
    const auto from = begin + std::strlen(key);
    *value = connection.substr(from, connection.find(' ', from) - from);
  }
  return "postgresql://postgres@/" + database + "?host=" + host + "&port=" + port;
}

// Unique among the test processes that share a server: ctest runs every test in a process of its own.
std::string new_name() {
  static std::atomic<int> count{0};
  return "test_" + std::to_string(getpid()) + "_" + std::to_string(++count);
}

}  // namespace

const std::string& server_connection() {
  static const std::string connection = [] {
    const char* given = std::getenv("DB_TRANSFER_TEST_SERVER");
    if (given != nullptr && *given != '\0') return std::string(given);
    static const OwnServer server({"autovacuum=off"});
    return server.connection();
  }();
  return connection;
}

std::vector<Server> servers() {
  // "14=host=… port=… user=postgres;15=…"
  std::vector<Server> all;
  const char* given = std::getenv("DB_TRANSFER_TEST_SERVERS");
  std::istringstream list(given == nullptr ? "" : given);
  for (std::string entry; std::getline(list, entry, ';');) {
    const auto equals = entry.find('=');
    if (equals == std::string::npos) throw std::runtime_error("DB_TRANSFER_TEST_SERVERS cannot be read: " + entry);
    all.push_back({entry.substr(0, equals), entry.substr(equals + 1)});
  }
  return all;
}

int server_version() {
  static const int version = [] {
    const std::unique_ptr<PGconn, decltype(&PQfinish)> connection(
        PQconnectdb(url_of("postgres", server_connection()).c_str()), PQfinish);
    if (PQstatus(connection.get()) != CONNECTION_OK) throw std::runtime_error(PQerrorMessage(connection.get()));
    return PQserverVersion(connection.get()) / 10'000;
  }();
  return version;
}

std::string postgres_program(const std::string& program) {
  // Debian's /usr/bin/psql is a Perl script that looks for the version first; this is that version, without the detour.
  namespace fs = std::filesystem;
  fs::path best = program;
  int best_version = 0;
  std::error_code absent;
  for (const auto& folder : fs::directory_iterator("/usr/lib/postgresql", absent)) {
    const int version = std::atoi(folder.path().filename().c_str());
    const auto candidate = folder.path() / "bin" / program;
    if (version > best_version && access(candidate.c_str(), X_OK) == 0) {
      best_version = version;
      best = candidate;
    }
  }
  return best;
}

Database::Database() : Database("template0") {}

Database::Database(const std::string& template_name) : Database(template_name, server_connection()) {}

Database Database::on(const std::string& server) { return Database("template0", server); }

Database::Database(const std::string& template_name, const std::string& server)
    : server_(server), name_(new_name()), url_(url_of(name_, server_)) {
  const auto admin = connect(url_of("postgres", server_));
  drop(admin.get());
  // The cheaper way where nothing has to reach the disk; the one way before PostgreSQL 15.
  const std::string strategy = PQserverVersion(admin.get()) >= 150'000 ? " STRATEGY file_copy" : "";
  execute(admin.get(), "CREATE DATABASE " + name_ + " TEMPLATE \"" + template_name + "\"" + strategy);
}

Database::~Database() {
  try {
    disconnect();
    const auto admin = connect(url_of("postgres", server_));
    drop(admin.get());
  } catch (const std::exception& error) {
    std::fprintf(stderr, "The test database %s is left on the throw-away server: %s\n", name_.c_str(), error.what());
  }
}

// PostgreSQL 12 does not end the sessions by itself, and they need a moment to go.
void Database::drop(PGconn* admin) const {
  if (PQserverVersion(admin) >= 130'000) {
    execute(admin, "DROP DATABASE IF EXISTS " + name_ + " WITH (FORCE)");
    return;
  }
  const std::string sessions = " FROM pg_stat_activity WHERE datname = '" + name_ + "'";
  execute(admin, "SELECT pg_terminate_backend(pid)" + sessions);
  while (PQntuples(execute(admin, "SELECT" + sessions).get()) > 0) {
  }
  execute(admin, "DROP DATABASE IF EXISTS " + name_);
}

void Database::run(const std::string& sql) { execute(sql); }

std::string Database::value(const std::string& sql) {
  const auto result = execute(sql);
  if (PQntuples(result.get()) == 0 || PQnfields(result.get()) == 0) throw std::runtime_error("No row from: " + sql);
  return {PQgetvalue(result.get(), 0, 0), static_cast<size_t>(PQgetlength(result.get(), 0, 0))};
}

std::vector<std::vector<std::optional<std::string>>> Database::rows(const std::string& sql) {
  const auto result = execute(sql);
  std::vector<std::vector<std::optional<std::string>>> all(static_cast<size_t>(PQntuples(result.get())));
  for (int row = 0; row < PQntuples(result.get()); ++row) {
    for (int column = 0; column < PQnfields(result.get()); ++column) {
      auto& values = all[static_cast<size_t>(row)];
      if (PQgetisnull(result.get(), row, column) != 0) {
        values.emplace_back(std::nullopt);
      } else {
        values.emplace_back(std::in_place, PQgetvalue(result.get(), row, column),
                            static_cast<size_t>(PQgetlength(result.get(), row, column)));
      }
    }
  }
  return all;
}

void Database::run_file(const std::string& path, const std::vector<std::string>& variables) {
  std::vector<std::string> command{postgres_program("psql"), "--no-psqlrc", "--quiet", "-v", "ON_ERROR_STOP=1"};
  for (const auto& variable : variables) command.insert(command.end(), {"-v", variable});
  command.insert(command.end(), {"-f", path, "-d", url_});
  const auto run = run_program(command);
  if (run.status != 0) throw std::runtime_error("psql -f " + path + ": " + run.err);
}

Database::Connection Database::connect(const std::string& conninfo) {
  Connection connection(PQconnectdb(conninfo.c_str()), PQfinish);
  if (PQstatus(connection.get()) != CONNECTION_OK) {
    throw std::runtime_error(conninfo + ": " + PQerrorMessage(connection.get()));
  }
  PQsetNoticeProcessor(
      connection.get(), [](void*, const char*) {}, nullptr);
  return connection;
}

Database::Result Database::execute(PGconn* connection, const std::string& sql) {
  Result result(PQexec(connection, sql.c_str()), PQclear);
  const auto status = PQresultStatus(result.get());
  if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK && status != PGRES_EMPTY_QUERY) {
    throw std::runtime_error(std::string(PQerrorMessage(connection)) + "in: " + sql);
  }
  return result;
}

Database::Result Database::execute(const std::string& sql) {
  if (!connection_) connection_ = connect(url_);
  return execute(connection_.get(), sql);
}

}  // namespace support
