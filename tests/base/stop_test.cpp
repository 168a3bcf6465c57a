#include "base/stop.h"

#include <gmock/gmock.h>
#include <sys/wait.h>

#include <condition_variable>
#include <csignal>
#include <functional>
#include <mutex>

#include "base/atomic_file.h"
#include "temporary_folder.h"

namespace base {
namespace {

// Blocks until the token's stop was requested.
void wait_for_stop(const std::stop_token& token) {
  std::mutex mutex;
  std::condition_variable_any changed;
  std::unique_lock lock(mutex);
  changed.wait(lock, token, [] { return false; });
}

// Runs `body` in a child process; its exit status, or 1000 + the signal that killed it.
int status_of_child(const std::function<void()>& body) {
  const pid_t child = ::fork();
  if (child == 0) {
    body();
    ::_exit(0);
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : 1000 + WTERMSIG(status);
}

// A run in the background may have been told to ignore them.
class StopSignalsTest : public testing::Test {
 protected:
  void SetUp() override {
    for (const int signal : {SIGINT, SIGTERM, SIGHUP}) std::signal(signal, SIG_DFL);
  }
};

TEST_F(StopSignalsTest, NothingIsStoppedWithoutASignal) {
  const StopSignals stop;

  EXPECT_FALSE(stop.token().stop_requested());
  EXPECT_EQ(stop.signal(), 0);
  EXPECT_NO_THROW(throw_if_stopped(stop.token()));
}

TEST_F(StopSignalsTest, TheFirstSignalRequestsAStop) {
  for (const int signal : {SIGINT, SIGTERM, SIGHUP}) {
    const StopSignals stop;
    ::kill(::getpid(), signal);
    wait_for_stop(stop.token());

    EXPECT_EQ(stop.signal(), signal);
    const Error error = error_of([&] { throw_if_stopped(stop.token()); });
    EXPECT_EQ(error.kind(), ErrorKind::kInterrupted);
    EXPECT_STREQ(error.what(), "interrupted");
  }
}

TEST_F(StopSignalsTest, TheSecondSignalEndsTheProcessAndRemovesUnfinishedFiles) {
  const TemporaryFolder folder;
  make_file(folder / "other", "kept");

  const int status = status_of_child([&] {
    const StopSignals stop;
    AtomicFile done(folder / "done.json", Overwrite::kRefuse);
    done.finish();
    AtomicFile file(folder / "out.json", Overwrite::kRefuse);
    file.write("half");
    ::kill(::getpid(), SIGINT);
    wait_for_stop(stop.token());
    ::kill(::getpid(), SIGTERM);
    while (true) ::pause();
  });

  EXPECT_EQ(status, 128 + SIGTERM);
  EXPECT_THAT(folder.names(), testing::UnorderedElementsAre("done.json", "other"));
}

TEST_F(StopSignalsTest, TheSecondSignalIsAnsweredAsWasAskedFor) {
  std::array<int, 2> pipe{};
  ASSERT_EQ(::pipe(pipe.data()), 0);

  const int status = status_of_child([&] {
    ::dup2(pipe[1], STDERR_FILENO);
    const StopSignals stop;
    stop.answer_second_with(11, "it is done\n");
    ::kill(::getpid(), SIGINT);
    wait_for_stop(stop.token());
    ::kill(::getpid(), SIGTERM);
    while (true) ::pause();
  });

  std::array<char, 32> words{};
  EXPECT_EQ(::read(pipe[0], words.data(), words.size()), 11);
  EXPECT_STREQ(words.data(), "it is done\n");
  EXPECT_EQ(status, 11);
  ::close(pipe[0]);
  ::close(pipe[1]);
}

TEST_F(StopSignalsTest, ASignalBehindTheWorkOfAProgramDoesNotEndIt) {
  EXPECT_EQ(status_of_child([] {
              { const StopSignals stop(StopSignals::Afterwards::kBlocked); }
              ::kill(::getpid(), SIGTERM);
            }),
            0);
}

TEST_F(StopSignalsTest, TheSignalReachesEveryThread) {
  const StopSignals stop;
  std::thread first([&] { wait_for_stop(stop.token()); });
  std::thread second([&] { wait_for_stop(stop.token()); });
  ::kill(::getpid(), SIGINT);
  first.join();
  second.join();

  EXPECT_TRUE(stop.token().stop_requested());
}

TEST_F(StopSignalsTest, AnIgnoredHangupStaysIgnored) {
  const int status = status_of_child([] {
    std::signal(SIGHUP, SIG_IGN);
    const StopSignals stop;
    ::kill(::getpid(), SIGHUP);
    ::kill(::getpid(), SIGINT);
    wait_for_stop(stop.token());
    ::_exit(stop.signal());
  });

  EXPECT_EQ(status, SIGINT);
}

TEST_F(StopSignalsTest, AClosedPipeIsAnErrorAndNotTheEnd) {
  const int status = status_of_child([] {
    const StopSignals stop;
    std::array<int, 2> pipe{};
    if (::pipe(pipe.data()) != 0) ::_exit(1);
    ::close(pipe[0]);
    ::_exit(::write(pipe[1], "x", 1) == -1 && errno == EPIPE ? 42 : 2);
  });

  EXPECT_EQ(status, 42);
}

TEST_F(StopSignalsTest, PutsEverythingBack) {
  sigset_t mask;
  { const StopSignals stop; }
  ::pthread_sigmask(SIG_SETMASK, nullptr, &mask);

  EXPECT_EQ(sigismember(&mask, SIGINT), 0);
  struct sigaction now {};
  ::sigaction(SIGPIPE, nullptr, &now);
  EXPECT_EQ(now.sa_handler, SIG_DFL);
  EXPECT_EQ(status_of_child([] {
              { const StopSignals stop; }
              ::kill(::getpid(), SIGTERM);
            }),
            1000 + SIGTERM);
}

}  // namespace
}  // namespace base
