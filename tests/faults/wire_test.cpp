// A line that is cut, mute, slow or crumbled, and a program that is killed, at every message of the protocol in both
// directions. Whatever happens: the target is as it was or completely imported, the exit status says which, an export
// is there completely or not at all, nothing hangs, and the next run does the rest.
#include <signal.h>

#include <nlohmann/json.hpp>

#include "faults/fault_fixture.h"
#include "support/wire_proxy.h"

namespace faults {
namespace {

using support::Afterwards;
using support::Harm;
using support::Injury;
using support::Way;
using support::WireProxy;

// Of the short run: no message but the first and the COMMIT.
constexpr std::size_t kOnlyTheFirst = 100'000;

enum class Start { kFilled, kEmpty };  // merged row by row; loaded straight into the tables

class ImportOverAWire : public Faults, public testing::WithParamInterface<Start> {
 protected:
  void SetUp() override {
    reset();
    before_ = state();
    WireProxy proxy(support::server_connection(), {});
    const support::Run run = through(proxy);
    ASSERT_EQ(run.status, 0) << run.err;
    after_ = state();
    ASSERT_NE(before_, after_);
    messages_[0] = proxy.messages(Way::kToServer);
    messages_[1] = proxy.messages(Way::kToClient);
    reset();
  }

  void reset() {
    GetParam() == Start::kFilled ? fill_target() : empty_target();
    target_.disconnect();
  }

  support::Run through(const WireProxy& proxy) {
    support::Program program(import_words(proxy.url(target_.name())), surroundings());
    const auto run = program.finish_within(kWatchdog);
    if (!run) ADD_FAILURE() << "hangs: " << program.err_so_far();
    return run.value_or(support::Run{-1, "", ""});
  }

  // The messages that are tried: every one or every so-manyth, and always those around the COMMIT.
  std::vector<std::size_t> moments(Way way, std::size_t in_short, std::size_t in_long = 1) const {
    const auto& names = messages_[static_cast<int>(way)];
    std::vector<std::size_t> chosen;
    for (std::size_t n = 1; n <= names.size(); ++n) {
      const bool near_commit = n + (way == Way::kToServer ? 2 : 3) >= names.size();
      if ((near_commit && in_short < kOnlyTheFirst) || names[n - 1].starts_with("Q COMMIT") ||
          (n - 1) % stride(in_short, in_long) == 0)
        chosen.push_back(n);
    }
    return chosen;
  }

  // What the exit status says of the target must be so, and the next run must bring it to its end.
  void expect_truth(const support::Run& run, const std::string& where) {
    ++injected();
    const std::string now = state();
    switch (run.status) {
      case 0:
        EXPECT_EQ(now, after_) << where << "\n" << run.err;
        break;
      case 11:
        EXPECT_THAT(now, testing::AnyOf(before_, after_)) << where << "\n" << run.err;
        EXPECT_THAT(run.err, testing::HasSubstr("txid_status(")) << where;
        break;
      case 128 + SIGKILL:
        EXPECT_THAT(now, testing::AnyOf(before_, after_)) << where << "\n" << run.err;
        break;
      case 5:
      case 128 + SIGTERM:
        EXPECT_EQ(now, before_) << where << "\n" << run.err;
        break;
      default:
        ADD_FAILURE() << where << ": status " << run.status << "\n" << run.err;
    }
    ++statuses_[run.status];
    EXPECT_THAT(files(), testing::IsEmpty()) << where;
    const support::Run again = support::run_program(import_words(target_.url()), surroundings());
    EXPECT_EQ(again.status, 0) << where << "\n" << again.err;
    EXPECT_EQ(state(), after_) << where;
    reset();
  }

  void harm_each(Harm harm, Way way, std::size_t in_short, std::size_t in_long = 1,
                 Afterwards afterwards = Afterwards::kServed) {
    for (const std::size_t n : moments(way, in_short, in_long)) {
      support::Run run;
      {
        WireProxy proxy(support::server_connection(),
                        {.harm = harm, .way = way, .message = n, .afterwards = afterwards});
        run = through(proxy);
        if (!proxy.harmed()) continue;  // one message more or less: the catalog is not quite the same each time
      }
      expect_truth(run, "at message " + std::to_string(n) + ", " + messages_[static_cast<int>(way)][n - 1]);
      if (HasFatalFailure() || HasNonfatalFailure()) return;
    }
  }

  std::string before_;
  std::string after_;
  std::vector<std::string> messages_[2];
  std::map<int, int> statuses_;
};

INSTANTIATE_TEST_SUITE_P(Into, ImportOverAWire, testing::Values(Start::kFilled, Start::kEmpty), [](const auto& start) {
  return std::string(start.param == Start::kFilled ? "FilledTables" : "EmptyTables");
});

TEST_P(ImportOverAWire, CutBeforeAnyMessageToTheServer) {
  harm_each(Harm::kCut, Way::kToServer, 19);
  EXPECT_GT(statuses_[5], 0);
}

TEST_P(ImportOverAWire, CutBeforeAnyMessageToTheClient) { harm_each(Harm::kCut, Way::kToClient, 197, 2); }

TEST_P(ImportOverAWire, ResetBeforeAnyMessage) {
  harm_each(Harm::kReset, Way::kToServer, 53);
  harm_each(Harm::kReset, Way::kToClient, 401, 11);
}

TEST_P(ImportOverAWire, CutInsideAnyMessage) {
  harm_each(Harm::kCutInside, Way::kToServer, 53);
  harm_each(Harm::kCutInside, Way::kToClient, 401, 11);
}

TEST_P(ImportOverAWire, CutBehindAnyMessageWhoseAnswerIsLost) {
  harm_each(Harm::kSwallow, Way::kToServer, 29);
  EXPECT_GT(statuses_[5], 0);
  EXPECT_GT(statuses_[0], 0) << "a lost answer to COMMIT is resolved";
}

TEST_P(ImportOverAWire, CutForGoodSaysThatTheCommitIsNotKnown) {
  harm_each(Harm::kSwallow, Way::kToServer, kOnlyTheFirst, 5, Afterwards::kRefused);
  EXPECT_EQ(statuses_[11], 1) << "the answer to COMMIT, and no other";
}

TEST_P(ImportOverAWire, KilledAtAnyMessage) {
  for (const Way way : {Way::kToServer, Way::kToClient}) {
    for (const std::size_t n : moments(way, way == Way::kToServer ? 37 : 401, way == Way::kToServer ? 1 : 5)) {
      std::atomic<pid_t> process = 0;
      const auto kill_it = [&] {
        while (process == 0) std::this_thread::yield();
        ::kill(process, SIGKILL);
      };
      support::Run run;
      {
        WireProxy proxy(support::server_connection(), {.harm = Harm::kCall, .way = way, .message = n, .call = kill_it});
        support::Program program(import_words(proxy.url(target_.name())), surroundings());
        process = program.process();
        run = program.finish();
        if (!proxy.harmed()) continue;
      }
      expect_truth(run, "killed at " + std::to_string(n) + ", " + messages_[static_cast<int>(way)][n - 1]);
      if (HasNonfatalFailure()) return;
    }
  }
  EXPECT_GT(statuses_[128 + SIGKILL], 0);
}

// Nobody answers any more and no connection ends: only a signal can end it, and that within seconds. Before a session
// is there, the time to connect (2 s here) ends it by itself.
TEST_P(ImportOverAWire, MuteFromAnyMessageOnIsEndedByASignal) {
  for (const Way way : {Way::kToServer, Way::kToClient}) {
    for (const std::size_t n : moments(way, kOnlyTheFirst, way == Way::kToServer ? 1 : 50)) {
      support::Run run;
      {
        WireProxy proxy(support::server_connection(), {.harm = Harm::kBlackHole, .way = way, .message = n});
        support::Program program(import_words(proxy.url(target_.name())), surroundings());
        std::optional<support::Run> ended;
        while (!proxy.harmed() && !(ended = program.finish_within(std::chrono::milliseconds(2)))) {
        }
        if (!ended) {
          std::this_thread::sleep_for(std::chrono::milliseconds(20));
          program.signal(SIGTERM);
          ended = program.finish_within(std::chrono::seconds(10));
        }
        ASSERT_TRUE(ended) << "hangs at " << n << ": " << program.err_so_far();
        run = *ended;
      }
      expect_truth(run, "mute from " + std::to_string(n) + ", " + messages_[static_cast<int>(way)][n - 1]);
      if (HasNonfatalFailure()) return;
    }
  }
  EXPECT_GT(statuses_[128 + SIGTERM], 0);
}

TEST_P(ImportOverAWire, SlowAtAnyMessageIsAsGoodAsAFastOne) {
  for (const std::size_t n : moments(Way::kToServer, 97, 3)) {
    WireProxy proxy(support::server_connection(), {.harm = Harm::kDelay, .way = Way::kToServer, .message = n});
    const support::Run run = through(proxy);
    EXPECT_EQ(run.status, 0) << n << run.err;
    EXPECT_EQ(state(), after_) << n;
    reset();
  }
}

TEST_P(ImportOverAWire, OfSlowOrSingleBytesIsAsGoodAsAFastOne) {
  for (const Way way : {Way::kToServer, Way::kToClient}) {
    for (const Harm harm : {Harm::kSplit, Harm::kDelay}) {
      if (harm == Harm::kDelay && way == Way::kToClient) continue;  // hundreds of rows, each late
      WireProxy proxy(support::server_connection(), {.harm = harm, .way = way, .delay = std::chrono::milliseconds(5)});
      const support::Run run = through(proxy);
      EXPECT_EQ(run.status, 0) << run.err;
      EXPECT_EQ(state(), after_);
      reset();
    }
  }
}

class ExportOverAWire : public Faults {
 protected:
  void SetUp() override {
    WireProxy proxy(support::server_connection(), {});
    ASSERT_EQ(through(proxy).status, 0);
    messages_[0] = proxy.messages(Way::kToServer);
    messages_[1] = proxy.messages(Way::kToClient);
  }

  support::Run through(const WireProxy& proxy) {
    support::RunOptions options = surroundings();
    folder_.write("work/out.json", "previous");
    support::Program program({kExport, "out.json", "--force", "-q", "--url", proxy.url(source_.name())}, options);
    const auto run = program.finish_within(kWatchdog);
    if (!run) ADD_FAILURE() << "hangs: " << program.err_so_far();
    return run.value_or(support::Run{-1, "", ""});
  }

  static nlohmann::json content(const std::string& text) { return nlohmann::json::parse(text)["data"]; }

  void expect_truth(const support::Run& run, const std::string& where) {
    ++injected();
    const std::string now = support::read_file(work_ + "/out.json");
    EXPECT_THAT(files(), testing::ElementsAre("out.json")) << where << "\n" << run.err;
    if (run.status == 0) {
      EXPECT_EQ(content(now), content(support::read_file(file_))) << where;
    } else {
      EXPECT_THAT(run.status, testing::AnyOf(5, 128 + SIGTERM, 128 + SIGKILL)) << where << "\n" << run.err;
      EXPECT_EQ(now, "previous") << where << "\n" << run.err;
    }
    ++statuses_[run.status];
  }

  void harm_each(Harm harm, Way way, std::size_t in_short, std::size_t in_long = 1) {
    const std::size_t last = messages_[static_cast<int>(way)].size();
    for (std::size_t n = 1; n <= last; n += stride(in_short, in_long)) {
      WireProxy proxy(support::server_connection(), {.harm = harm, .way = way, .message = n});
      const support::Run run = through(proxy);
      if (!proxy.harmed()) continue;
      expect_truth(run, "at message " + std::to_string(n) + ", " + messages_[static_cast<int>(way)][n - 1]);
      if (HasNonfatalFailure()) return;
    }
    EXPECT_GT(statuses_[5], 0);
  }

  std::vector<std::string> messages_[2];
  std::map<int, int> statuses_;
};

TEST_F(ExportOverAWire, CutAtAnyMessageLeavesThePreviousFile) {
  harm_each(Harm::kCut, Way::kToServer, 7);
  harm_each(Harm::kCut, Way::kToClient, 97, 2);
}

TEST_F(ExportOverAWire, ResetAtAnyMessageLeavesThePreviousFile) {
  harm_each(Harm::kReset, Way::kToServer, 11);
  harm_each(Harm::kReset, Way::kToClient, 149, 7);
}

TEST_F(ExportOverAWire, CutInsideAnyMessageLeavesThePreviousFile) {
  harm_each(Harm::kCutInside, Way::kToServer, 11);
  harm_each(Harm::kCutInside, Way::kToClient, 149, 7);
}

TEST_F(ExportOverAWire, OfALostAnswerLeavesThePreviousFile) { harm_each(Harm::kSwallow, Way::kToServer, 5); }

TEST_F(ExportOverAWire, OfSingleBytesIsAsGoodAsAFastOne) {
  for (const Way way : {Way::kToServer, Way::kToClient}) {
    WireProxy proxy(support::server_connection(), {.harm = Harm::kSplit, .way = way});
    const support::Run run = through(proxy);
    EXPECT_EQ(run.status, 0);
    expect_truth(run, "single bytes");
  }
}

TEST_F(ExportOverAWire, MuteFromAnyMessageOnIsEndedByASignal) {
  for (const Way way : {Way::kToServer, Way::kToClient}) {
    for (std::size_t n = 1; n <= messages_[static_cast<int>(way)].size();
         n += stride(way == Way::kToServer ? 17 : kOnlyTheFirst, way == Way::kToServer ? 1 : 25)) {
      WireProxy proxy(support::server_connection(), {.harm = Harm::kBlackHole, .way = way, .message = n});
      folder_.write("work/out.json", "previous");
      support::Program program({kExport, "out.json", "--force", "-q", "--url", proxy.url(source_.name())},
                               surroundings());
      std::optional<support::Run> ended;
      while (!proxy.harmed() && !(ended = program.finish_within(std::chrono::milliseconds(2)))) {
      }
      if (!ended) {
        std::this_thread::sleep_for(std::chrono::milliseconds(20));
        program.signal(SIGTERM);
        ended = program.finish_within(std::chrono::seconds(10));
      }
      ASSERT_TRUE(ended) << "hangs at " << n << ": " << program.err_so_far();
      expect_truth(*ended, "mute from " + std::to_string(n));
    }
  }
}

// kill -9 cannot be answered: but the unfinished file has no name and goes with the process.
TEST_F(ExportOverAWire, KilledAtAnyMessageLeavesThePreviousFile) {
  for (std::size_t n = 1; n <= messages_[0].size(); n += stride(5)) {
    std::atomic<pid_t> process = 0;
    const auto kill_it = [&] {
      while (process == 0) std::this_thread::yield();
      ::kill(process, SIGKILL);
    };
    WireProxy proxy(support::server_connection(),
                    {.harm = Harm::kCall, .way = Way::kToServer, .message = n, .call = kill_it});
    folder_.write("work/out.json", "previous");
    support::Program program({kExport, "out.json", "--force", "-q", "--url", proxy.url(source_.name())},
                             surroundings());
    process = program.process();
    const support::Run run = program.finish();
    injected() += static_cast<std::size_t>(proxy.harmed());
    EXPECT_THAT(files(), testing::ElementsAre("out.json")) << n;
    const std::string now = support::read_file(work_ + "/out.json");
    if (now != "previous") {
      EXPECT_EQ(content(now), content(support::read_file(file_))) << n;
    }
    EXPECT_THAT(run.status, testing::AnyOf(0, 128 + SIGKILL)) << run.err;
  }
}

}  // namespace
}  // namespace faults
