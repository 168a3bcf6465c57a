// Fresh databases on a throw-away PostgreSQL server, for tests. tests/run starts one server for the whole run and names
// it in DB_TRANSFER_TEST_SERVER; a test program started by hand starts its own at first use (cluster.sh), which ends
// with the process, however that ends. A Database belongs to one thread. Errors are std::runtime_error with the
// server's message: a test does not handle them, it fails. Not for production code, and not the connection under test:
// that one opens url() by itself. tests/run --all-servers names servers of other versions as well: servers().
#pragma once

#include <libpq-fe.h>

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace support {

class Database {
 public:
  Database();
  // A copy of another database, much quicker than running its schema again. Nobody may be connected to the original:
  // disconnect() it.
  explicit Database(const std::string& template_name);
  // On another server than the usual one: "host=… port=… user=postgres".
  static Database on(const std::string& server);
  // Drops the database, also under open connections.
  ~Database();
  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;

  // postgresql://postgres@/NAME?host=/socket/folder&port=5432 — more parameters can be added with '&'.
  const std::string& url() const { return url_; }
  const std::string& name() const { return name_; }

  // These three share one connection as a superuser, so SET, BEGIN and temporary tables last from one call to the next.
  // One or several statements.
  void run(const std::string& sql);
  // The first column of the first row; "" for NULL, an error if there is no row.
  std::string value(const std::string& sql);
  // Every row in PostgreSQL's text format; nullopt is NULL.
  std::vector<std::vector<std::optional<std::string>>> rows(const std::string& sql);
  // A script through psql, which stops at the first error. Variables are NAME=VALUE, for psql's -v.
  void run_file(const std::string& path, const std::vector<std::string>& variables = {});
  // Closes the shared connection; the next call opens a new one.
  void disconnect() { connection_.reset(); }

 private:
  using Connection = std::unique_ptr<PGconn, decltype(&PQfinish)>;
  using Result = std::unique_ptr<PGresult, decltype(&PQclear)>;

  static Connection connect(const std::string& conninfo);
  static Result execute(PGconn* connection, const std::string& sql);
  void drop(PGconn* admin) const;
  Result execute(const std::string& sql);
  Database(const std::string& template_name, const std::string& server);

  std::string server_;
  std::string name_;
  std::string url_;
  Connection connection_{nullptr, PQfinish};
};

// The server itself, "host=/socket/folder port=5432 user=postgres", for a test that needs its own conninfo. Started at
// first use.
const std::string& server_connection();

// The servers of several versions that tests/run --all-servers has started, the usual one among them, by their major
// version; empty in a plain run.
struct Server {
  std::string version;
  std::string connection;
};
std::vector<Server> servers();

// The major version of the usual one, for what not every version can do.
int server_version();

// The path of one of PostgreSQL's programs: psql, pg_dump.
std::string postgres_program(const std::string& program);

}  // namespace support
