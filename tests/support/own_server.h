// A throw-away server of one test program's own (cluster.sh), for a program that was started by hand, or for a test
// that needs other settings, listens on TCP or stops the server. It ends with the process, however that ends: the
// kernel closes the pipe that it hangs on. Errors are std::runtime_error.
#pragma once

#include <sys/types.h>

#include <string>
#include <vector>

namespace support {

class OwnServer {
 public:
  // "NAME=VALUE", beside those of cluster.sh.
  explicit OwnServer(const std::vector<std::string>& settings);
  ~OwnServer();
  OwnServer(const OwnServer&) = delete;
  OwnServer& operator=(const OwnServer&) = delete;

  // "host=/socket/folder port=5432 user=postgres"
  const std::string& connection() const { return connection_; }
  // Where the socket is, and "data", which is initdb's folder.
  std::string folder() const;
  // A file in the data folder that belongs to the server's user and that nobody else may read.
  void write(const std::string& name, const std::string& content) const;
  // Without warning, as when the power goes; start_again() recovers.
  void stop_at_once() const;
  void start_again() const;

 private:
  void read_connection(int from);
  void stop();

  pid_t owner_;
  pid_t process_ = -1;
  int hold_ = -1;
  std::string connection_;
};

// A port that nobody listens at there. An address of its own for each suite ("127.0.0.2"): where the sockets of other
// tests come and go, one of them could take the port before the server does.
std::string free_port(const std::string& address);

// The words in front of a command line that is to run as the user of the servers, which is not root.
std::vector<std::string> as_server_user(std::vector<std::string> arguments);

}  // namespace support
