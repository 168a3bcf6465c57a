#include "base/progress.h"

#include <fmt/format.h>
#include <signal.h>

#include <algorithm>
#include <cstdlib>
#include <system_error>
#include <vector>

#include "base/descriptor.h"
#include "base/utf8.h"

namespace base {
namespace {

using std::chrono::milliseconds;
using std::chrono::nanoseconds;
using std::chrono::seconds;

constexpr milliseconds kRedraw{100};
constexpr seconds kPlainInterval{5};
constexpr seconds kAlone{1};  // how often the thread looks
constexpr seconds kWorthTelling{1};
// A rate or an end computed from less would only jump about.
constexpr milliseconds kSettled{500};
constexpr int kBarCells = 20;
constexpr std::string_view kClearLine = "\r\x1b[K";

double in_seconds(std::chrono::nanoseconds duration) { return std::chrono::duration<double>(duration).count(); }

// The longest beginning of `text` that fits into `columns`.
std::string_view clipped(std::string_view text, int columns) {
  std::size_t end = 0;
  int used = 0;
  while (end < text.size()) {
    const std::size_t bytes = std::max<std::size_t>(1, first_code_point(text.substr(end)).bytes);
    used += display_width(text.substr(end, bytes));
    if (used > columns) break;
    end += bytes;
  }
  return text.substr(0, end);
}

}  // namespace

ProgressMode automatic_progress(int fd) {
  const char* term = std::getenv("TERM");
  const bool dumb = term == nullptr || *term == '\0' || std::string_view(term) == "dumb";
  return is_terminal(fd) && !dumb ? ProgressMode::kBar : ProgressMode::kPlain;
}

Progress::Progress(ProgressMode mode, int fd, Color color, Clock clock)
    : mode_(mode),
      fd_(fd),
      color_(color),
      clock_(clock ? std::move(clock) : Clock(&std::chrono::steady_clock::now)),
      draws_alone_(mode != ProgressMode::kNone && !clock) {}

Progress::~Progress() {
  drawer_ = {};
  clear();
}

void Progress::phase(std::string_view name, std::uint64_t total_bytes, std::size_t tables) {
  if (mode_ == ProgressMode::kNone) return;
  const std::lock_guard lock(mutex_);
  const Time now = clock_();
  end_phase(now);
  phase_ = printable(name);
  table_.clear();
  total_bytes_ = total_bytes;
  tables_ = tables;
  position_ = 0;
  rows_ = 0;
  bytes_ = 0;
  phase_start_ = now;
  active_ = true;
  if (mode_ == ProgressMode::kBar) draw(now);
  next_draw_ = now + (mode_ == ProgressMode::kBar ? nanoseconds(kRedraw) : nanoseconds(kPlainInterval));
  keep_drawing();
}

// Signals are for other threads. Where the system gives no more threads, it is drawn when called only.
void Progress::keep_drawing() {
  if (!draws_alone_ || drawer_.joinable()) return;
  sigset_t all;
  sigset_t before;
  ::sigfillset(&all);
  ::pthread_sigmask(SIG_SETMASK, &all, &before);
  try {
    drawer_ = std::jthread([this](const std::stop_token& stop) {
      std::unique_lock lock(mutex_);
      while (!stopped_.wait_for(lock, stop, kAlone, [] { return false; }) && !stop.stop_requested()) {
        const Time now = clock_();
        if (active_ && now >= next_draw_) draw(now);
      }
    });
  } catch (const std::system_error&) {
  }
  ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
}

void Progress::table(std::string_view name, std::size_t position) {
  if (mode_ == ProgressMode::kNone) return;
  const std::lock_guard lock(mutex_);
  table_ = printable(name);
  position_ = position == 0 ? position_ + 1 : position;
  const Time now = clock_();
  if (active_ && now >= next_draw_) draw(now);
}

void Progress::advance(std::uint64_t rows, std::uint64_t bytes) {
  if (mode_ == ProgressMode::kNone) return;
  const std::lock_guard lock(mutex_);
  rows_ += rows;
  bytes_ += bytes;
  const Time now = clock_();
  if (active_ && now >= next_draw_) draw(now);
}

void Progress::notice(std::string_view line) {
  const std::lock_guard lock(mutex_);
  const bool redraw = drawn_;
  clear();
  // One write, so that lines of two processes on one terminal do not mix.
  write_all(fd_, std::string(line) + "\n");
  if (redraw) draw(clock_());
}

void Progress::finish() {
  const std::lock_guard lock(mutex_);
  clear();
  end_phase(clock_());
}

// "stage: 11,432 rows, 4.7 MB, 2.1 s"
void Progress::end_phase(Time now) {
  if (active_ && mode_ == ProgressMode::kPlain) {
    std::string line = phase_ + ": ";
    if (rows_ != 0 || bytes_ != 0) line += numbers(now) + ", ";
    write_all(fd_, line + human_duration(now - phase_start_) + "\n");
  }
  active_ = false;
}

void Progress::draw(Time now) {
  if (mode_ == ProgressMode::kPlain) {
    next_draw_ = now + kPlainInterval;
    print_plain(now);
    return;
  }
  next_draw_ = now + kRedraw;
  // The last column stays free: a terminal may wrap when it is written.
  write_all(fd_, std::string(kClearLine) + bar_line(now, terminal_width(fd_) - 1));
  drawn_ = true;
}

void Progress::clear() {
  if (!drawn_) return;
  write_all(fd_, kClearLine);
  drawn_ = false;
}

// "classify users (3 of 17): 12.0 s so far"
void Progress::print_plain(Time now) {
  std::string line = place() + ": ";
  if (rows_ != 0 || bytes_ != 0) {
    if (total_bytes_ != 0) line += fmt::format("{} %, ", percent());
    line += numbers(now) + ", ";
  }
  line += time_passed(now) + " so far";
  const std::string left = time_left(now);
  if (!left.empty()) line += ", " + left;
  write_all(fd_, line + "\n");
}

std::string Progress::place() const {
  if (table_.empty()) return phase_;
  const bool counted = tables_ > 1 && position_ <= tables_;
  return phase_ + " " + table_ + (counted ? fmt::format(" ({} of {})", position_, tables_) : "");
}

// Phase and table first, then what still fits: percentage, rows, bytes, rate, time left or else passed; the drawn bar
// goes first when there is no room.
std::string Progress::bar_line(Time now, int columns) const {
  std::vector<std::string> parts;
  if (total_bytes_ != 0) parts.push_back(fmt::format("{:3} %", percent()));
  if (rows_ != 0 || bytes_ != 0) parts.push_back(numbers(now));
  const std::string left = time_left(now);
  if (!left.empty()) parts.push_back(left);
  if (left.empty() && now - phase_start_ >= kWorthTelling) parts.push_back(time_passed(now));

  const std::string head = table_.empty() ? phase_ : phase_ + " " + place().substr(phase_.size());
  int used = display_width(head);
  std::string tail;
  for (const std::string& part : parts) {
    if (used + 2 + display_width(part) > columns) break;
    used += 2 + display_width(part);
    tail += "  " + part;
  }
  std::string bar;
  if (total_bytes_ != 0 && used + 2 + kBarCells + 2 <= columns) {
    const auto full = static_cast<std::size_t>(percent() * kBarCells / 100);
    bar = "  [" + std::string(full, '#') + std::string(kBarCells - full, '-') + "]";
  }
  const std::string_view phase = clipped(phase_, columns);
  const std::string_view rest = clipped(std::string_view(head).substr(phase_.size()), columns - display_width(phase));
  return bold(phase, color_) + std::string(rest) + bar + tail;
}

std::string Progress::numbers(Time now) const {
  std::string text;
  if (rows_ != 0) text = human_count(rows_) + (rows_ == 1 ? " row" : " rows");
  if (bytes_ != 0) text += (text.empty() ? "" : ", ") + human_bytes(bytes_);
  const auto elapsed = now - phase_start_;
  if (elapsed < kSettled) return text;
  const auto per_second = [elapsed](std::uint64_t amount) {
    return static_cast<std::uint64_t>(static_cast<double>(amount) / in_seconds(elapsed));
  };
  return text + ", " + (bytes_ != 0 ? human_bytes(per_second(bytes_)) : human_count(per_second(rows_)) + " rows") +
         "/s";
}

std::string Progress::time_left(Time now) const {
  const auto elapsed = now - phase_start_;
  if (total_bytes_ == 0 || bytes_ == 0 || bytes_ >= total_bytes_ || elapsed < kSettled) return {};
  const double left = in_seconds(elapsed) * static_cast<double>(total_bytes_ - bytes_) / static_cast<double>(bytes_);
  // Beyond that it is a guess, and would not fit into nanoseconds.
  if (left > 1e8) return {};
  const seconds whole(static_cast<std::int64_t>(left) + 1);
  return (whole < seconds(60) ? fmt::format("{} s", whole.count()) : human_duration(whole)) + " left";
}

// Whole seconds, which change as a clock does.
std::string Progress::time_passed(Time now) const {
  const auto whole = std::chrono::duration_cast<seconds>(now - phase_start_);
  return whole < seconds(60) ? fmt::format("{} s", whole.count()) : human_duration(whole);
}

int Progress::percent() const {
  // The total of an export is an estimate: never more than 100.
  const double share = static_cast<double>(bytes_) / static_cast<double>(total_bytes_);
  return static_cast<int>(std::min(share, 1.0) * 100);
}

}  // namespace base
