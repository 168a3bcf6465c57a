// How far the work is, for a person who waits: a bar that is redrawn in place, or for a log a line for each phase with
// the time it took, and now and then one of a phase that takes long. Both go on while the work waits for a server: a
// thread of its own sees to that. Callable from every thread. Never fails: what cannot be written is dropped.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>

#include "base/human.h"  // IWYU pragma: export
#include "base/terminal.h"

namespace base {

enum class ProgressMode { kNone, kPlain, kBar };

// kBar on a terminal that can redraw a line, else kPlain.
ProgressMode automatic_progress(int fd);

class Progress {
 public:
  using Clock = std::function<std::chrono::steady_clock::time_point()>;

  // Borrows `fd`. `clock` is for tests: with one, nothing is drawn but when called.
  Progress(ProgressMode mode, int fd, Color color, Clock clock = {});
  // Clears the bar.
  ~Progress();
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  // Ends the phase before and starts one ("export", "verify"); counts begin at zero. 0: unknown, no percentage; no
  // "3 of 17".
  void phase(std::string_view name, std::uint64_t total_bytes, std::size_t tables = 0);

  // The table that is being worked on, the `position`th of the phase, from 1; 0: the next. Escaped here.
  void table(std::string_view name, std::size_t position = 0);

  // That much more is done. Reads the clock: call it for a batch or a chunk, not for a row.
  void advance(std::uint64_t rows, std::uint64_t bytes);

  // A line of its own, in every mode, between redraws of the bar. `line` is printable already, without newline.
  void notice(std::string_view line);

  // Clears the bar; plain mode prints the line of the last phase.
  void finish();

 private:
  using Time = std::chrono::steady_clock::time_point;

  void draw(Time now);
  void clear();
  void print_plain(Time now);
  void end_phase(Time now);
  void keep_drawing();
  std::string place() const;
  std::string bar_line(Time now, int columns) const;
  std::string numbers(Time now) const;
  std::string time_left(Time now) const;
  std::string time_passed(Time now) const;
  int percent() const;

  const ProgressMode mode_;
  const int fd_;
  const Color color_;
  const Clock clock_;
  const bool draws_alone_;

  std::mutex mutex_;  // guards all below
  std::condition_variable_any stopped_;
  std::string phase_;
  std::string table_;
  std::uint64_t total_bytes_ = 0;
  std::size_t tables_ = 0;    // 0: not known
  std::size_t position_ = 0;  // of the table
  std::uint64_t rows_ = 0;
  std::uint64_t bytes_ = 0;
  Time phase_start_{};
  Time next_draw_{};
  bool drawn_ = false;   // a bar is on the terminal's last line
  bool active_ = false;  // between phase() and finish()
  std::jthread drawer_;  // from the first phase on
};

}  // namespace base
