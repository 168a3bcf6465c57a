// A program at a terminal, for tests: all three streams are a pseudo-terminal, which is also the program's /dev/tty,
// and somebody who types. Errors are std::runtime_error.
#pragma once

#include <string>
#include <vector>

#include "support/program.h"

namespace support {

class TerminalRun {
 public:
  // Of the options, environment and folder count.
  explicit TerminalRun(const std::vector<std::string>& arguments, const RunOptions& options = {});
  ~TerminalRun();
  TerminalRun(const TerminalRun&) = delete;
  TerminalRun& operator=(const TerminalRun&) = delete;

  // Reads on until the text stands there, since the beginning. False: the program ended without it.
  bool sees(const std::string& text);
  void types(const std::string& text);
  // Waits for the end. Everything that stood on the terminal is in `out`, with plain line ends.
  Run finish();

 private:
  bool read_more();

  pid_t process_ = -1;
  int terminal_ = -1;
  std::string seen_;
};

}  // namespace support
