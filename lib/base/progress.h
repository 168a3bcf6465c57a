// How far the work is, for a person who waits: a bar that is redrawn in place, or a plain line now and then. Callable
// from every thread. Never fails: what cannot be written is dropped. Not a log, and not the result.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <mutex>
#include <string>
#include <string_view>

#include "base/human.h"  // IWYU pragma: export
#include "base/terminal.h"

namespace base {

enum class ProgressMode { kNone, kPlain, kBar };

// kBar on a terminal that can redraw a line, else kPlain.
ProgressMode automatic_progress(int fd);

class Progress {
 public:
  using Clock = std::function<std::chrono::steady_clock::time_point()>;

  // Borrows `fd`. `clock` is for tests.
  Progress(ProgressMode mode, int fd, Color color, Clock clock = &std::chrono::steady_clock::now);
  // Clears the bar.
  ~Progress();
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  // Starts a phase ("export", "verify"); counts begin at zero. `total_bytes` 0: unknown, no percentage.
  void phase(std::string_view name, std::uint64_t total_bytes);

  // The table that is being worked on; escaped here.
  void table(std::string_view name);

  // That much more is done. Reads the clock: call it for a batch or a chunk, not for a row.
  void advance(std::uint64_t rows, std::uint64_t bytes);

  // A line of its own, in every mode, between redraws of the bar. `line` is printable already, without newline.
  void notice(std::string_view line);

  // Clears the bar; plain mode prints a last line.
  void finish();

 private:
  using Time = std::chrono::steady_clock::time_point;

  void draw(Time now);
  void clear();
  void print_plain(Time now);
  std::string bar_line(Time now, int columns) const;
  std::string numbers(Time now) const;
  std::string time_left(Time now) const;
  int percent() const;

  const ProgressMode mode_;
  const int fd_;
  const Color color_;
  const Clock clock_;

  std::mutex mutex_;  // guards all below
  std::string phase_;
  std::string table_;
  std::uint64_t total_bytes_ = 0;
  std::uint64_t rows_ = 0;
  std::uint64_t bytes_ = 0;
  Time phase_start_{};
  Time next_draw_{};
  bool drawn_ = false;   // a bar stands on the terminal's last line
  bool active_ = false;  // between phase() and finish()
};

}  // namespace base
