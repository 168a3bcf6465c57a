// An import that is to be taken back, cut off or killed at every message: the target is as it was or completely
// imported, and the undo file is there, and whole, whenever the import is.
#include <signal.h>

#include <atomic>

#include "faults/fault_fixture.h"
#include "support/wire_proxy.h"

namespace faults {
namespace {

using support::Harm;
using support::Way;
using support::WireProxy;

class UndoFileOverAWire : public Faults {
 protected:
  void SetUp() override {
    reset();
    before_ = state();
    WireProxy proxy(support::server_connection(), {});
    const support::Run run = support::run_program(words(proxy.url(target_.name())), surroundings());
    ASSERT_EQ(run.status, 0) << run.err;
    after_ = state();
    messages_ = proxy.messages(Way::kToServer).size();
    reset();
  }
  void reset() {
    std::filesystem::remove(undo_);
    fill_target();
    target_.disconnect();
  }
  std::vector<std::string> words(const std::string& url) const {
    std::vector<std::string> words = import_words(url);
    words.insert(words.end(), {"--save-undo", undo_});
    return words;
  }
  // At every message or every so-manyth, and always at the last ones.
  std::vector<std::size_t> moments() const {
    std::vector<std::size_t> chosen;
    for (std::size_t n = 1; n <= messages_; ++n)
      if (n + 6 >= messages_ || (n - 1) % stride(29) == 0) chosen.push_back(n);
    return chosen;
  }
  void expect_truth(const support::Run& run, std::size_t n) {
    ++injected();
    SCOPED_TRACE("at message " + std::to_string(n) + ", status " + std::to_string(run.status) + " " + run.err);
    const std::string now = state();
    const bool there = std::filesystem::exists(undo_);
    EXPECT_THAT(now, testing::AnyOf(before_, after_));
    if (now == after_) {
      EXPECT_TRUE(there);
      ++imported_;
    }
    if (run.status == 5) {
      EXPECT_FALSE(there);
    }
    if (there) {
      // It names the proxy, which has gone: bound to where it was made.
      const support::Run back =
          support::run_program({kImport, "--undo", undo_, "--url", target_.url(), "-q"}, surroundings());
      EXPECT_EQ(back.status, 7) << back.err;
      EXPECT_THAT(back.err, testing::HasSubstr("belongs to another target"));
    }
    reset();
  }

  const std::string undo_ = folder_.file("undo.json");
  std::string before_;
  std::string after_;
  std::size_t messages_ = 0;
  int imported_ = 0;
};

TEST_F(UndoFileOverAWire, IsThereWheneverTheImportIsWhenTheLineIsCut) {
  for (const Harm harm : {Harm::kCut, Harm::kSwallow}) {
    for (const std::size_t n : moments()) {
      support::Run run;
      {
        WireProxy proxy(support::server_connection(), {.harm = harm, .way = Way::kToServer, .message = n});
        run = support::run_program(words(proxy.url(target_.name())), surroundings());
        if (!proxy.harmed()) continue;
      }
      expect_truth(run, n);
      if (HasNonfatalFailure()) return;
    }
  }
  EXPECT_GT(imported_, 0);
}

TEST_F(UndoFileOverAWire, IsThereWheneverTheImportIsWhenTheProgramIsKilled) {
  for (const std::size_t n : moments()) {
    std::atomic<pid_t> process = 0;
    const auto kill_it = [&] {
      while (process == 0) std::this_thread::yield();
      ::kill(process, SIGKILL);
    };
    support::Run run;
    {
      WireProxy proxy(support::server_connection(),
                      {.harm = Harm::kCall, .way = Way::kToServer, .message = n, .call = kill_it});
      support::Program program(words(proxy.url(target_.name())), surroundings());
      process = program.process();
      run = program.finish();
      if (!proxy.harmed()) continue;
    }
    expect_truth(run, n);
    if (HasNonfatalFailure()) return;
  }
}

}  // namespace
}  // namespace faults
