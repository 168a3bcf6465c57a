// Signals once and twice, while the server is at work or does not answer any more, and streams that are closed.
#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <nlohmann/json.hpp>

#include "faults/fault_fixture.h"
#include "support/wire_proxy.h"

namespace faults {
namespace {

using support::Harm;
using support::Way;
using support::WireProxy;
using testing::HasSubstr;

constexpr const char* kSlow = "db_transfer_faults_slow";

class Signals : public Faults, public testing::WithParamInterface<int> {
 protected:
  // Until a statement of the program sleeps in the server, as seen from the other database.
  static void wait_for_sleep(const support::Database& database, support::Database& other) {
    for (int tries = 0; tries < 5000; ++tries) {
      if (other.value("SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'PgSleep' AND datname = '" +
                      database.name() + "'") != "0")
        return;
      std::this_thread::sleep_for(std::chrono::milliseconds(2));
    }
    ADD_FAILURE() << "the statement that takes long does not come";
  }

  // Whether a signal that was sent to the process still waits to be taken.
  static bool has_not_taken(const support::Program& program) {
    const std::string status = support::read_file("/proc/" + std::to_string(program.process()) + "/status");
    const std::string name = "ShdPnd:\t";
    return std::stoull(status.substr(status.find(name) + name.size()), nullptr, 16) != 0;
  }

  support::Run interrupt(support::Program& program) {
    program.signal(GetParam());
    const auto run = program.finish_within(std::chrono::seconds(5));
    if (!run) ADD_FAILURE() << "is still there five seconds after the signal";
    return run.value_or(support::Run{-1, "", ""});
  }

  void export_and_interrupt_twice(const support::RunOptions& options, std::size_t unfinished_files) {
    WireProxy counted(support::server_connection(), {});
    const auto words = [&](const WireProxy& proxy) {
      return std::vector<std::string>{kExport, "out.json", "--url", proxy.url(source_.name()), "-q"};
    };
    ASSERT_EQ(support::run_program(words(counted), options).status, 0);
    std::filesystem::remove(work_ + "/out.json");
    const std::size_t last = counted.messages(Way::kToServer).size() - 1;
    WireProxy proxy(support::server_connection(), {.harm = Harm::kBlackHole, .way = Way::kToServer, .message = last});
    support::Program program(words(proxy), options);
    while (!proxy.harmed()) std::this_thread::sleep_for(std::chrono::milliseconds(2));
    EXPECT_THAT(files(), testing::SizeIs(unfinished_files));
    program.signal(GetParam());
    while (has_not_taken(program)) std::this_thread::sleep_for(std::chrono::milliseconds(2));
    const int second = GetParam() == SIGTERM ? SIGINT : SIGTERM;
    program.signal(second);

    const auto run = program.finish_within(std::chrono::seconds(5));

    ASSERT_TRUE(run) << "hangs after the second signal";
    EXPECT_EQ(run->status, 128 + second);
    EXPECT_THAT(files(), testing::IsEmpty());
  }
};

std::string name_of_signal(const testing::TestParamInfo<int>& signal) {
  return signal.param == SIGINT ? "Interrupt" : signal.param == SIGTERM ? "Terminate" : "Hangup";
}

INSTANTIATE_TEST_SUITE_P(By, Signals, testing::Values(SIGINT, SIGTERM, SIGHUP), name_of_signal);

TEST_P(Signals, EndAnImportInTheMiddleOfALongStatement) {
  fill_target();
  target_.run(std::string("CREATE FUNCTION ") + kSlow +
              "() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN PERFORM pg_sleep(600); RETURN NEW; END'; CREATE TRIGGER "
              "slow BEFORE INSERT ON children FOR EACH ROW EXECUTE FUNCTION " +
              kSlow + "()");
  const std::string before = state();
  support::Program program(import_words(target_.url()), surroundings());
  wait_for_sleep(target_, source_);

  const support::Run run = interrupt(program);

  EXPECT_EQ(run.status, 128 + GetParam());
  EXPECT_THAT(run.err, HasSubstr("db-import: interrupted; nothing was written"));
  EXPECT_EQ(state(), before);
  EXPECT_THAT(files(), testing::IsEmpty());
}

TEST_P(Signals, EndAnExportInTheMiddleOfALongStatement) {
  folder_.write("work/out.json", "previous");
  support::Program program(
      {kExport, "out.json", "--force", "--url", source_.url(), "--where", "parents=pg_sleep(600) IS NULL", "-q"},
      surroundings());
  wait_for_sleep(source_, target_);

  const support::Run run = interrupt(program);

  EXPECT_EQ(run.status, 128 + GetParam());
  EXPECT_THAT(run.err, HasSubstr("no export was completed and no file is left behind"));
  EXPECT_THAT(files(), testing::ElementsAre("out.json"));
  EXPECT_EQ(support::read_file(work_ + "/out.json"), "previous");
}

TEST_P(Signals, EndAnImportThatWaitsForItsInput) {
  fill_target();
  const std::string before = state();
  std::array<int, 2> pipe{};
  ASSERT_EQ(::pipe2(pipe.data(), O_CLOEXEC), 0);
  support::RunOptions options = surroundings();
  options.before_exec = [&] { ::dup2(pipe[0], STDIN_FILENO); };
  support::Program program({kImport, "-", "--url", target_.url(), "-q"}, options);
  std::this_thread::sleep_for(std::chrono::milliseconds(100));

  const support::Run run = interrupt(program);

  ::close(pipe[0]);
  ::close(pipe[1]);
  EXPECT_EQ(run.status, 128 + GetParam());
  EXPECT_EQ(state(), before);
}

TEST_P(Signals, EndAnImportThatWaitsForTheWriterOfItsFifo) {
  ASSERT_EQ(::mkfifo((work_ + "/fifo").c_str(), 0600), 0);
  support::Program program({kImport, "fifo", "--url", target_.url(), "-q"}, surroundings());
  std::this_thread::sleep_for(std::chrono::milliseconds(100));

  EXPECT_EQ(interrupt(program).status, 128 + GetParam());
}

// The first asks a server that does not answer; the second must not wait for it. Its number shows whose end it was.
TEST_P(Signals, TwiceEndAtOnceAndLeaveNoUnfinishedFile) { export_and_interrupt_twice(surroundings(), 0); }

// Whatever the signals interrupt there, the status must not say that nothing was written.
TEST_P(Signals, TwiceDuringTheCommitSayThatItsOutcomeIsNotKnown) {
  // Whether the session before has gone already, as a first load demands, is chance; and that sends other messages.
  const auto words = [&](WireProxy& through) {
    std::vector<std::string> all = import_words(through.url(target_.name()));
    all.insert(all.end(), {"--first-load", "never"});
    return all;
  };
  fill_target();
  target_.disconnect();
  std::size_t commit = 0;
  {
    WireProxy counted(support::server_connection(), {});
    ASSERT_EQ(support::run_program(words(counted), surroundings()).status, 0);
    const auto messages = counted.messages(Way::kToServer);
    // The last one: what is read before the locks is a transaction of its own.
    for (commit = messages.size(); commit > 0 && !messages[commit - 1].starts_with("Q COMMIT");) --commit;
    ASSERT_GT(commit, 0U);
  }
  fill_target();
  target_.disconnect();
  WireProxy proxy(support::server_connection(), {.harm = Harm::kBlackHole, .way = Way::kToServer, .message = commit});
  support::Program program(words(proxy), surroundings());
  while (!proxy.harmed()) std::this_thread::sleep_for(std::chrono::milliseconds(2));
  program.signal(GetParam());
  program.signal(GetParam() == SIGTERM ? SIGINT : SIGTERM);

  const auto run = program.finish_within(std::chrono::seconds(5));

  ASSERT_TRUE(run) << "hangs after the second signal";
  EXPECT_EQ(run->status, 11) << run->err;
}

TEST_P(Signals, TwiceRemoveTheUnfinishedFileWhereItHasAName) {
  if (std::string_view(SANITIZERS) != "") GTEST_SKIP() << "a sanitizer's runtime is in the way of the failing calls";
  export_and_interrupt_twice(surroundings_with_names(), 1);
}

TEST_P(Signals, ThatStopAndContinueChangeNothing) {
  WireProxy proxy(support::server_connection(),
                  {.harm = Harm::kDelay, .message = 0, .delay = std::chrono::milliseconds(5)});
  fill_target();
  target_.disconnect();
  support::Program program(import_words(proxy.url(target_.name())), surroundings());
  std::this_thread::sleep_for(std::chrono::milliseconds(50));
  program.signal(SIGTSTP);
  program.signal(SIGSTOP);
  std::this_thread::sleep_for(std::chrono::milliseconds(50));
  program.signal(SIGCONT);

  EXPECT_EQ(program.finish().status, 0);
}

class ClosedStreams : public Faults {
 protected:
  support::Run with(const std::vector<std::string>& words, std::function<void()> before_exec) {
    support::RunOptions options = surroundings();
    options.before_exec = std::move(before_exec);
    return support::run_program(words, options);
  }
  bool is_sound(const std::string& name) {
    const std::string text = support::read_file(work_ + "/" + name);
    return nlohmann::json::accept(text) &&
           nlohmann::json::parse(text)["data"] == nlohmann::json::parse(support::read_file(file_))["data"];
  }
};

// A reader that has gone, as in "| head".
void close_the_reader() {
  std::array<int, 2> pipe{};
  if (::pipe(pipe.data()) != 0) ::_exit(126);
  ::dup2(pipe[1], STDOUT_FILENO);
  ::close(pipe[0]);
  ::close(pipe[1]);
}

TEST_F(ClosedStreams, WhoseReaderHasGoneEndWithTenAndSaySo) {
  const support::Run exported = with({kExport, "-", "--url", source_.url()}, close_the_reader);
  const support::Run dry = with({kImport, file_, "-n", "--url", target_.url()}, close_the_reader);
  const std::string before = state();
  const support::Run imported = with({kImport, file_, "--url", target_.url()}, close_the_reader);

  EXPECT_EQ(exported.status, 10);
  EXPECT_THAT(exported.err, HasSubstr("standard output was closed"));
  EXPECT_EQ(dry.status, 10);
  EXPECT_EQ(imported.status, 0) << "its rows are committed";
  EXPECT_NE(state(), before);
}

// Nothing that a program opens may take the place of a stream that was closed before it began.
TEST_F(ClosedStreams, ThatAreClosedFromTheStartReceiveNothingOfAnother) {
  for (const std::vector<int>& closed : {std::vector<int>{0}, {1}, {2}, {0, 1, 2}}) {
    const auto close_them = [&] {
      for (const int stream : closed) ::close(stream);
    };
    empty_target();
    target_.disconnect();
    std::filesystem::remove(work_ + "/out.json");
    std::filesystem::remove(work_ + "/report.json");

    const support::Run exported = with({kExport, "out.json", "-v", "--url", source_.url()}, close_them);
    const support::Run imported =
        with({kImport, "out.json", "-v", "--report", "report.json", "--url", target_.url()}, close_them);

    const std::string which = testing::PrintToString(closed);
    EXPECT_TRUE(exported.status == 0 || exported.status == 10) << which << exported.status << exported.err;
    EXPECT_TRUE(is_sound("out.json")) << which;
    EXPECT_EQ(imported.status, 0) << which << imported.err;
    EXPECT_TRUE(nlohmann::json::accept(support::read_file(work_ + "/report.json"))) << which;
    EXPECT_EQ(target_.value("SELECT count(*) FROM children"), "6") << which;
  }
}

}  // namespace
}  // namespace faults
