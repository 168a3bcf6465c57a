// Runs a program's work and turns whatever it throws into one message and an exit status. The frame of every main
// program.
#pragma once

#include <unistd.h>

#include <exception>
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

// For std::set_terminate: an exception that can go nowhere, as where there is no memory to report the lack of it, or in
// a destructor that allocates (nlohmann's). Leaves no unfinished file; the server rolls back what loses its connection.
[[noreturn]] void end_at_once() noexcept;

template <typename Work>
int report_errors(const Program& program, const Console& console, const Work& work, const base::StopSignals* signals) {
  using base::Error;
  using base::ErrorKind;
  try {
    return work();
  } catch (const Error& error) {
    if (error.kind() != ErrorKind::kInterrupted || signals == nullptr) {
      console.print_error(error.what(), error.hint(), static_cast<int>(error.kind()));
      return static_cast<int>(error.kind());
    }
    const int status = signals->signal() == 0 ? static_cast<int>(error.kind()) : 128 + signals->signal();
    console.print_error(std::string("interrupted; ") + program.after_interruption, error.hint(), status);
    return status;
  } catch (const std::bad_alloc&) {
    console.print_error("out of memory", "free some memory, or raise its limit, and run the command again",
                        static_cast<int>(ErrorKind::kInternal));
  } catch (const std::exception& error) {
    console.print_error(std::string("internal error: ") + error.what(), "please report this",
                        static_cast<int>(ErrorKind::kInternal));
  }
  return static_cast<int>(ErrorKind::kInternal);
}

// `work` takes the console and the signals and returns the exit status.
template <typename Work>
int guarded(const Program& program, const Work& work) noexcept {
  std::set_terminate(end_at_once);
  occupy_closed_streams();
  Console console(program.name);
  const auto with_signals = [&] {
    // Before any other thread; still there when an error is printed into a closed pipe.
    const base::StopSignals signals(base::StopSignals::Afterwards::kBlocked);
    const int status = report_errors(
        program, console, [&] { return work(console, signals); }, &signals);
    // A stop may have left a thread that connects to itself: the libraries it uses must stay until the end.
    if (signals.signal() != 0) ::_exit(status);
    return status;
  };
  return report_errors(program, console, with_signals, nullptr);
}

}  // namespace cli
