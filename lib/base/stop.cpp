#include "base/stop.h"

#include <poll.h>
#include <pthread.h>
#include <sys/eventfd.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdint>

#include "base/error.h"
#include "base/temporary_files.h"

namespace base {
namespace {

constexpr std::array kStopSignals = {SIGINT, SIGTERM, SIGHUP};

bool is_ignored(int signal) {
  struct sigaction now {};
  // The handler is in a union: sa_handler is the one to ask only without SA_SIGINFO.
  return ::sigaction(signal, nullptr, &now) == 0 && (now.sa_flags & SA_SIGINFO) == 0 && now.sa_handler == SIG_IGN;
}

void ignore(int signal, struct sigaction& before) {
  struct sigaction ignored {};
  ignored.sa_handler = SIG_IGN;
  sigemptyset(&ignored.sa_mask);
  ::sigaction(signal, &ignored, &before);
}

}  // namespace

StopSignals::StopSignals(Afterwards afterwards) : afterwards_(afterwards) {
  sigemptyset(&waited_for_);
  // A signal that is blocked reaches us even if it is ignored, so an ignored one must stay unblocked.
  for (const int signal : kStopSignals)
    if (!is_ignored(signal)) sigaddset(&waited_for_, signal);
  signals_ = Descriptor(::signalfd(-1, &waited_for_, SFD_CLOEXEC));
  end_ = Descriptor(::eventfd(0, EFD_CLOEXEC));
  if (!signals_.is_open() || !end_.is_open())
    throw system_error(ErrorKind::kInternal, "cannot wait for", "signals", errno,
                       "raise the limit of open files (ulimit -n)");
  ignore(SIGPIPE, pipe_before_);
  ignore(SIGXFSZ, file_size_before_);
  pthread_sigmask(SIG_BLOCK, &waited_for_, &mask_before_);
  thread_ = std::thread([this] { wait(); });
}

StopSignals::~StopSignals() {
  const std::uint64_t one = 1;
  write_all(end_.get(), {reinterpret_cast<const char*>(&one), sizeof one});
  thread_.join();
  if (afterwards_ == Afterwards::kBlocked) return;
  pthread_sigmask(SIG_SETMASK, &mask_before_, nullptr);
  ::sigaction(SIGXFSZ, &file_size_before_, nullptr);
  ::sigaction(SIGPIPE, &pipe_before_, nullptr);
}

void StopSignals::answer_second_with(int status, const char* words) const {
  second_words_.store(words);
  second_status_.store(status);
}

void StopSignals::wait() {
  std::array<pollfd, 2> watched{{{signals_.get(), POLLIN, 0}, {end_.get(), POLLIN, 0}}};
  while (true) {
    if (::poll(watched.data(), watched.size(), -1) < 0) continue;
    if (watched[1].revents != 0) return;
    signalfd_siginfo info{};
    if (::read(signals_.get(), &info, sizeof info) != sizeof info) continue;
    const int received = static_cast<int>(info.ssi_signo);
    if (signal_.load() != 0) {
      remove_temporary_files_and_close_the_list();
      const int status = second_status_.load();
      if (const char* words = second_words_.load()) write_all(STDERR_FILENO, words);
      ::_exit(status == 0 ? 128 + received : status);
    }
    signal_.store(received);
    source_.request_stop();
  }
}

void throw_if_stopped(const std::stop_token& token) {
  if (token.stop_requested()) throw Error(ErrorKind::kInterrupted, "interrupted");
}

}  // namespace base
