// A terminal of a given width whose output a test can read.
#pragma once

#include <fcntl.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <stdexcept>
#include <string>

namespace base {

class PseudoTerminal {
 public:
  explicit PseudoTerminal(unsigned short columns) : controller_(::posix_openpt(O_RDWR | O_NOCTTY | O_NONBLOCK)) {
    std::array<char, 128> name{};
    if (controller_ < 0 || ::grantpt(controller_) != 0 || ::unlockpt(controller_) != 0 ||
        ::ptsname_r(controller_, name.data(), name.size()) != 0)
      throw std::runtime_error("cannot make a pseudo terminal");
    terminal_ = ::open(name.data(), O_RDWR | O_NOCTTY);
    termios settings{};
    ::tcgetattr(terminal_, &settings);
    ::cfmakeraw(&settings);
    ::tcsetattr(terminal_, TCSANOW, &settings);
    const winsize size{24, columns, 0, 0};
    ::ioctl(terminal_, TIOCSWINSZ, &size);
  }
  PseudoTerminal(const PseudoTerminal&) = delete;
  PseudoTerminal& operator=(const PseudoTerminal&) = delete;
  ~PseudoTerminal() {
    ::close(terminal_);
    ::close(controller_);
  }

  int fd() const { return terminal_; }

  // What has been written since the last call.
  std::string shown() {
    std::string all;
    std::array<char, 4096> chunk{};
    for (ssize_t bytes = 0; (bytes = ::read(controller_, chunk.data(), chunk.size())) > 0;)
      all.append(chunk.data(), static_cast<std::size_t>(bytes));
    return all;
  }

 private:
  int controller_;
  int terminal_ = -1;
};

}  // namespace base
