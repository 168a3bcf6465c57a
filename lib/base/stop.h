// SIGINT, SIGTERM and SIGHUP as a stop token. The first one asks everything to stop, roll back and clean up; a second
// one ends the process at once with 128 + signal, but still removes unfinished files (AtomicFile).
// One object, made first in main(), before any other thread: threads inherit the blocked signals.
#pragma once

#include <atomic>
#include <csignal>
#include <stop_token>
#include <thread>

#include "base/descriptor.h"

namespace base {

class StopSignals {
 public:
  enum class Afterwards { kRestored, kBlocked };

  // Also ignores SIGPIPE and SIGXFSZ, so that they come as errors of write(2). A signal that is ignored already
  // (nohup, a background job) stays ignored.
  explicit StopSignals(Afterwards afterwards = Afterwards::kRestored);
  // Puts masks and dispositions back as they were; with kBlocked it does not: a signal that comes after the work of a
  // program then leaves its exit status alone.
  ~StopSignals();
  StopSignals(const StopSignals&) = delete;
  StopSignals& operator=(const StopSignals&) = delete;

  std::stop_token token() const { return source_.get_token(); }

  // The first signal that came; 0: none yet.
  int signal() const { return signal_.load(); }

  // What a second signal ends the process with from now on: an exit status, 0 for 128 + signal, and a line for standard
  // error, a literal or null. For work that is beyond being taken back.
  void answer_second_with(int status, const char* words) const;

 private:
  void wait();

  std::stop_source source_;
  std::atomic<int> signal_{0};
  mutable std::atomic<int> second_status_{0};
  mutable std::atomic<const char*> second_words_{nullptr};
  const Afterwards afterwards_;
  sigset_t waited_for_;
  sigset_t mask_before_;
  struct sigaction pipe_before_;
  struct sigaction file_size_before_;
  Descriptor signals_;
  Descriptor end_;  // an eventfd that the destructor writes
  std::thread thread_;
};

// Throws Error(kInterrupted) once a stop was requested.
void throw_if_stopped(const std::stop_token& token);

}  // namespace base
