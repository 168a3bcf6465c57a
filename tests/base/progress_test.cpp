#include "base/progress.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <thread>

#include "pseudo_terminal.h"
#include "temporary_folder.h"

namespace base {
namespace {

using namespace std::chrono_literals;
using testing::AllOf;
using testing::EndsWith;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

class ProgressTest : public testing::Test {
 protected:
  Progress make(ProgressMode mode, PseudoTerminal& terminal) {
    return Progress(mode, terminal.fd(), Color::kNever, [this] { return now_; });
  }

  std::chrono::steady_clock::time_point now_{1h};
  PseudoTerminal terminal_{100};
};

TEST_F(ProgressTest, ABarShowsHowFarTheWorkIs) {
  Progress progress = make(ProgressMode::kBar, terminal_);
  progress.phase("export", 2'000'000);
  progress.table("users");
  terminal_.shown();
  now_ += 1s;
  progress.advance(12'345, 500'000);

  EXPECT_EQ(terminal_.shown(),
            "\r\x1b[Kexport  users  [#####---------------]   25 %  12,345 rows, 500.0 kB, 500.0 kB/s  4 s left");
}

TEST_F(ProgressTest, ABarIsRedrawnAtMostTenTimesASecond) {
  Progress progress = make(ProgressMode::kBar, terminal_);
  progress.phase("export", 0);
  for (int batch = 0; batch < 1000; ++batch) {
    now_ += 1ms;
    progress.advance(1, 1);
  }
  const std::string shown = terminal_.shown();

  EXPECT_EQ(std::count(shown.begin(), shown.end(), '\r'), 11);
}

TEST_F(ProgressTest, ABarFitsAnyWidth) {
  for (unsigned short columns = 1; columns < 120; ++columns) {
    PseudoTerminal terminal(columns);
    Progress progress = make(ProgressMode::kBar, terminal);
    progress.phase("verify", 1'000'000'000'000);
    progress.table("\u6f22\u5b57_table_with_a_long_name");
    terminal.shown();
    now_ += 1s;
    progress.advance(1'000'000'000, 400'000'000'000);
    const std::string line = terminal.shown().substr(4);
    EXPECT_LT(display_width(line), columns) << line;
    progress.finish();
  }
}

TEST_F(ProgressTest, ABarWithoutATotalShowsNoPercentage) {
  Progress progress = make(ProgressMode::kBar, terminal_);
  progress.phase("classify", 0);
  now_ += 1s;
  progress.advance(500, 0);

  EXPECT_THAT(terminal_.shown(), EndsWith("\r\x1b[Kclassify  500 rows, 500 rows/s  1 s"));
}

TEST_F(ProgressTest, AnEstimateThatWasTooLowStaysAtAHundred) {
  Progress progress = make(ProgressMode::kBar, terminal_);
  progress.phase("export", 100);
  now_ += 1s;
  progress.advance(1, 5000);

  EXPECT_THAT(terminal_.shown(), AllOf(HasSubstr("100 %"), Not(HasSubstr("left"))));
}

TEST_F(ProgressTest, ABarIsClearedForNoticesAndAtTheEnd) {
  Progress progress = make(ProgressMode::kBar, terminal_);
  progress.phase("import", 0);
  terminal_.shown();

  progress.notice("row left out");
  EXPECT_THAT(terminal_.shown(), AllOf(StartsWith("\r\x1b[Krow left out\n"), EndsWith("import")));
  progress.finish();
  EXPECT_EQ(terminal_.shown(), "\r\x1b[K");
  progress.advance(1, 1);
  progress.notice("done");
  EXPECT_EQ(terminal_.shown(), "done\n");
}

TEST_F(ProgressTest, ABarIsClearedWhenAnErrorEndsTheWork) {
  {
    Progress progress = make(ProgressMode::kBar, terminal_);
    progress.phase("import", 0);
    terminal_.shown();
  }

  EXPECT_EQ(terminal_.shown(), "\r\x1b[K");
}

TEST_F(ProgressTest, SaysWhichTableOfHowMany) {
  Progress progress = make(ProgressMode::kBar, terminal_);
  progress.phase("classify", 0, 17);
  progress.table("users");
  now_ += 3s;
  progress.table("orders");
  EXPECT_THAT(terminal_.shown(), EndsWith("\r\x1b[Kclassify  orders (2 of 17)  3 s"));
  now_ += 70s;
  progress.table("last", 17);
  EXPECT_THAT(terminal_.shown(), EndsWith("\r\x1b[Kclassify  last (17 of 17)  1 min 13 s"));
}

TEST_F(ProgressTest, ALogGetsOneLineOfAPhaseWithItsTime) {
  Progress progress = make(ProgressMode::kPlain, terminal_);
  progress.phase("verify", 2'000'000);
  progress.advance(0, 2'000'000);
  now_ += 400ms;
  progress.phase("classify", 0, 2);
  progress.table("users");
  now_ += 3s;
  progress.finish();

  EXPECT_EQ(terminal_.shown(), "verify: 2.0 MB, 0.40 s\nclassify: 3.0 s\n");
}

TEST(Progress, GoesOnWhileTheWorkWaits) {
  PseudoTerminal terminal{100};
  Progress progress(ProgressMode::kBar, terminal.fd(), Color::kNever);
  progress.phase("classify", 0);
  std::string shown;
  while (shown.find("classify  1 s") == std::string::npos) {
    std::this_thread::sleep_for(10ms);
    shown += terminal.shown();
  }
}

TEST_F(ProgressTest, PlainLinesComeEveryFiveSecondsAndAtTheEnd) {
  Progress progress = make(ProgressMode::kPlain, terminal_);
  progress.phase("export", 1000);
  progress.table("users");
  for (int tenth = 0; tenth < 100; ++tenth) {
    now_ += 100ms;
    progress.advance(1, 5);
  }
  progress.finish();

  EXPECT_EQ(terminal_.shown(),
            "export users: 25 %, 50 rows, 250 B, 50 B/s, 5 s so far, 16 s left\n"
            "export users: 50 %, 100 rows, 500 B, 50 B/s, 10 s so far, 11 s left\n"
            "export: 100 rows, 500 B, 50 B/s, 10.0 s\n");
}

TEST_F(ProgressTest, NoneShowsNothingButNotices) {
  Progress progress = make(ProgressMode::kNone, terminal_);
  progress.phase("export", 10);
  progress.table("users");
  now_ += 10s;
  progress.advance(1, 1);
  progress.notice("a notice");
  progress.finish();

  EXPECT_EQ(terminal_.shown(), "a notice\n");
}

TEST_F(ProgressTest, EscapesTheNameOfATable) {
  Progress progress = make(ProgressMode::kPlain, terminal_);
  progress.phase("export", 0);
  progress.table("a\x1b[2J");
  now_ += 6s;
  progress.advance(1, 1);

  EXPECT_THAT(terminal_.shown(), HasSubstr("export a\\x1b[2J: 1 row"));
}

TEST_F(ProgressTest, CountsWhatSeveralThreadsReport) {
  Progress progress(ProgressMode::kPlain, terminal_.fd(), Color::kNever);
  progress.phase("export", 0);
  const auto work = [&progress] {
    for (int batch = 0; batch < 1000; ++batch) progress.advance(1, 10);
  };
  std::thread first(work);
  std::thread second(work);
  first.join();
  second.join();
  progress.finish();

  EXPECT_THAT(terminal_.shown(), HasSubstr("2,000 rows, 20.0 kB"));
}

TEST(Progress, DoesNotMindATerminalThatIsGone) {
  Progress progress(ProgressMode::kBar, -1, Color::kAlways);
  progress.phase("export", 10);
  progress.notice("lost");

  EXPECT_NO_THROW(progress.finish());
}

TEST(AutomaticProgress, DrawsABarOnlyOnATerminalThatCan) {
  PseudoTerminal terminal(80);
  const Environment term("TERM", "xterm");
  EXPECT_EQ(automatic_progress(terminal.fd()), ProgressMode::kBar);
  EXPECT_EQ(automatic_progress(-1), ProgressMode::kPlain);
  const Environment dumb("TERM", "dumb");
  EXPECT_EQ(automatic_progress(terminal.fd()), ProgressMode::kPlain);
}

}  // namespace
}  // namespace base
