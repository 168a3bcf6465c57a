#include "support/standby.h"

#include <filesystem>
#include <stdexcept>

#include "support/program.h"
#include "support/server.h"

namespace support {
namespace {

std::string demand(const std::vector<std::string>& words) {
  const Run run = run_program(as_server_user(words));
  if (run.status != 0) throw std::runtime_error(words[0] + ": " + run.out + run.err);
  return run.out;
}

std::string program(const std::string& name) {
  return std::filesystem::path(postgres_program("psql")).parent_path() / name;
}

}  // namespace

std::vector<std::string> Standby::primary_settings(std::vector<std::string> others) {
  others.insert(others.end(), {"wal_level=replica", "max_wal_senders=4"});
  return others;
}

Standby::Standby(const OwnServer& primary, const std::vector<std::string>& settings)
    : folder_(std::filesystem::path(primary.folder()).parent_path() / "standby") {
  std::string options =
      "-c fsync=off -c listen_addresses= -c hot_standby=on -c max_prepared_transactions=4 -c port=5432 -c "
      "unix_socket_directories=" +
      folder_;
  for (const std::string& setting : settings) options += " -c " + setting;
  demand({"mkdir", folder_});
  // What cluster.sh looks for when it stops its servers.
  demand({"cp", primary.folder() + "/programs", folder_});
  demand({program("pg_basebackup"), "-h", primary.folder(), "-U", "postgres", "-D", folder_ + "/data", "-R", "-c",
          "fast", "--no-sync"});
  demand(
      {program("pg_ctl"), "start", "-s", "-w", "-D", folder_ + "/data", "-l", folder_ + "/server.log", "-o", options});
}

std::string Standby::url(const std::string& database) const {
  return "postgresql://postgres@/" + database + "?host=" + folder_ + "&port=5432";
}

std::string Standby::value(const std::string& sql, const std::string& database) const {
  std::string out = demand({postgres_program("psql"), url(database), "-XAtqc", sql});
  if (out.ends_with('\n')) out.pop_back();
  return out;
}

void Standby::promote() const { demand({program("pg_ctl"), "promote", "-s", "-w", "-D", folder_ + "/data"}); }

}  // namespace support
