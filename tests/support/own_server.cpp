#include "support/own_server.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <pwd.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <stdexcept>

#include "support/program.h"
#include "support/server.h"

namespace support {
namespace {

void demand(const Run& run, const std::string& what) {
  if (run.status != 0) throw std::runtime_error(what + ": " + run.out + run.err);
}

// The folder of the newest server's programs, which psql is found in as well.
std::string control_program() { return std::filesystem::path(postgres_program("psql")).parent_path() / "pg_ctl"; }

}  // namespace

OwnServer::OwnServer(const std::vector<std::string>& settings) : owner_(getpid()) {
  std::array<int, 2> hold{};
  std::array<int, 2> answer{};
  if (pipe2(hold.data(), O_CLOEXEC) != 0 || pipe2(answer.data(), O_CLOEXEC) != 0)
    throw std::runtime_error(std::string("pipe2: ") + std::strerror(errno));
  const std::string script = SOURCE_DIR "/tests/support/cluster.sh";
  std::vector<const char*> arguments{"bash", script.c_str(), "serve"};
  for (const std::string& setting : settings) arguments.push_back(setting.c_str());
  arguments.push_back(nullptr);
  process_ = fork();
  if (process_ == 0) {
    setsid();  // Ctrl-C is for the tests; the server then stops in order.
    dup2(hold[0], STDIN_FILENO);
    dup2(answer[1], STDOUT_FILENO);
    execvp("bash", const_cast<char* const*>(arguments.data()));
    _exit(127);
  }
  ::close(hold[0]);
  ::close(answer[1]);
  hold_ = hold[1];
  read_connection(answer[0]);
  ::close(answer[0]);
  if (connection_.empty()) {
    stop();
    throw std::runtime_error("No PostgreSQL server could be started with " + script +
                             "; is the package postgresql installed?");
  }
}

OwnServer::~OwnServer() { stop(); }

std::string OwnServer::folder() const {
  constexpr std::size_t kHost = 5;  // "host="
  return connection_.substr(kHost, connection_.find(' ') - kHost);
}

void OwnServer::write(const std::string& name, const std::string& content) const {
  const std::string path = folder() + "/data/" + name;
  std::ofstream(path, std::ios::trunc) << content;
  std::filesystem::permissions(path, std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
  const passwd* user = geteuid() == 0 ? getpwnam("postgres") : nullptr;
  if (user != nullptr && chown(path.c_str(), user->pw_uid, user->pw_gid) != 0)
    throw std::runtime_error("chown " + path + ": " + std::strerror(errno));
}

void OwnServer::stop_at_once() const {
  demand(run_program(as_server_user({control_program(), "stop", "-s", "-m", "immediate", "-D", folder() + "/data"})),
         "pg_ctl stop");
}

// With the command line of its first start, which the server keeps in postmaster.opts; the folder in it is relative.
void OwnServer::start_again() const {
  demand(run_program(as_server_user({control_program(), "restart", "-s", "-w", "-D", "data", "-l", "server.log"}),
                     {.folder = folder()}),
         "pg_ctl restart");
}

void OwnServer::read_connection(int from) {
  char byte = 0;
  ssize_t count = 0;
  while ((count = read(from, &byte, 1)) == 1 || (count < 0 && errno == EINTR)) {
    if (count != 1) continue;
    if (byte == '\n') return;
    connection_ += byte;
  }
  connection_.clear();
}

void OwnServer::stop() {
  if (owner_ != getpid()) return;  // A fork of the test process (a death test) must not stop the server of all.
  ::close(hold_);
  while (process_ > 0 && waitpid(process_, nullptr, 0) < 0 && errno == EINTR) {
  }
}

std::vector<std::string> as_server_user(std::vector<std::string> arguments) {
  if (geteuid() != 0) return arguments;
  std::vector<std::string> words{"setpriv", "--reuid=postgres", "--regid=postgres", "--init-groups", "--"};
  words.insert(words.end(), arguments.begin(), arguments.end());
  return words;
}

std::string free_port(const std::string& address) {
  const int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in place{};
  place.sin_family = AF_INET;
  place.sin_addr.s_addr = inet_addr(address.c_str());
  socklen_t size = sizeof place;
  auto* const generic = reinterpret_cast<sockaddr*>(&place);
  if (bind(listener, generic, size) != 0 || getsockname(listener, generic, &size) != 0)
    throw std::runtime_error("no free port");
  ::close(listener);
  return std::to_string(ntohs(place.sin_port));
}

}  // namespace support
