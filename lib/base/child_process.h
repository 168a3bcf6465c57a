// Another program, run to its end: what it is given on standard input, what it says on both streams, how it ended. No
// shell. Blocks; any thread.
#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <vector>

namespace base {

struct ChildResult {
  int status = -1;  // of exit; -1: it could not be run, or a signal ended it
  std::string out;
  std::string err;
  bool started = false;
};

// Reads up to so many bytes of what the child is given; 0: that was all.
using ReadInput = std::function<std::size_t(char* to, std::size_t bytes)>;

// The first of `arguments` is looked for in PATH. Throws kInternal where no process can be made.
ChildResult run_child(const std::vector<std::string>& arguments, const ReadInput& input = {});

}  // namespace base
