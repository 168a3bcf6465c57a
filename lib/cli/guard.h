// Runs a program's work and turns whatever it throws into one message and an exit status. The frame of every main
// program.
#pragma once

#include <new>
#include <string>

#include "base/error.h"
#include "base/stop.h"
#include "cli/console.h"

namespace cli {

struct Program {
  const char* name;
  const char* after_interruption;
};

// `work` takes the console and the signals and returns the exit status.
template <typename Work>
int guarded(const Program& program, const Work& work) noexcept {
  using base::Error;
  using base::ErrorKind;
  const auto status_of = [](ErrorKind kind) { return static_cast<int>(kind); };
  Console console(program.name);
  try {
    const base::StopSignals signals;  // before any other thread
    try {
      return work(console, signals);
    } catch (const Error& error) {
      if (error.kind() != ErrorKind::kInterrupted) throw;
      console.print_error(std::string("interrupted; ") + program.after_interruption, error.hint());
      return signals.signal() == 0 ? status_of(ErrorKind::kInterrupted) : 128 + signals.signal();
    }
  } catch (const Error& error) {
    console.print_error(error.what(), error.hint());
    return status_of(error.kind());
  } catch (const std::bad_alloc&) {
    console.print_error("out of memory", "free some memory, or raise its limit, and run the command again");
  } catch (const std::exception& error) {
    console.print_error(std::string("internal error: ") + error.what(), "please report this");
  }
  return status_of(ErrorKind::kInternal);
}

}  // namespace cli
