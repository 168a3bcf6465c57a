// The N-th write, sync, rename, close, open, read or allocation fails, for every N: an export is there completely or
// not at all, an import says truly what became of the target, and neither crashes nor leaves a temporary file. The same
// where the program is killed there.
#include <cerrno>
#include <csignal>
#include <nlohmann/json.hpp>
#include <span>
#include <sstream>

#include "faults/fault_fixture.h"

namespace faults {
namespace {

struct Call {
  const char* name;
  int error;
  const char* word;  // of the test
};

constexpr Call kAllocate{"allocate", ENOMEM, "Allocation"};
constexpr Call kEachCall[] = {{"rename", EIO, "Rename"}, {"write", ENOSPC, "Write"}, {"short_write", 0, "ShortWrite"},
                              {"sync", EIO, "Sync"},     {"close", EDQUOT, "Close"}, {"open", EMFILE, "Open"},
                              {"read", EIO, "Read"}};
constexpr std::span kEachCallOfAnExport = std::span(kEachCall).first<6>();  // it reads no file
constexpr std::span kEachCallOfSqlite = std::span(kEachCall).last<6>();     // it renames none
constexpr const char* kKill = "kill";

class FailingCalls : public Faults {
 protected:
  void SetUp() override {
    if (std::string_view(SANITIZERS) != "") GTEST_SKIP() << "a sanitizer's runtime is in the way of the failing calls";
  }

  struct Counted {
    support::Run run;
    long calls = 0;
    long failures = 0;
    bool ended = false;  // main() returned
  };

  Counted run(const std::vector<std::string>& words, const Call& call, long nth, const std::string& input = {},
              const char* on = "once") {
    const std::string report = folder_.file("calls");
    std::filesystem::remove(report);
    support::RunOptions options = nameless_ ? surroundings() : surroundings_with_names();
    for (const std::string& variable :
         {std::string("LD_PRELOAD=" FAIL_CALL_LIBRARY), std::string("FAIL_CALL=") + call.name,
          "FAIL_NTH=" + std::to_string(nth), "FAIL_ERRNO=" + std::to_string(call.error), std::string("FAIL_ON=") + on,
          "FAIL_REPORT=" + report}) {
      options.environment.push_back(variable);
    }
    options.input = input;
    Counted counted;
    support::Program program(words, options);
    const auto ended = program.finish_within(kWatchdog);
    if (!ended) ADD_FAILURE() << call.name << " " << nth << " hangs: " << program.err_so_far();
    if (ended) counted.run = *ended;
    if (std::filesystem::exists(report)) {
      std::istringstream(support::read_file(report)) >> counted.calls >> counted.failures;
      counted.ended = true;
    }
    return counted;
  }

  // Calls `check` with every failure of this kind until there is none any more.
  template <typename Check>
  void fail_each(const std::vector<std::string>& words, const Call& call, const std::string& input, const Check& check,
                 const char* on = "once") {
    int tried = 0;
    for (long nth = 1;; ++nth) {
      prepare();
      const Counted counted = run(words, call, nth, input, on);
      const std::string where = std::string(call.name) + " " + std::to_string(nth) + ": status " +
                                std::to_string(counted.run.status) + "\n" + counted.run.err;
      ASSERT_EQ(counted.run.status == 128 + SIGKILL, !counted.ended) << where;
      ASSERT_TRUE(counted.ended || std::string_view(on) == kKill) << where;
      if (counted.ended && counted.failures == 0) break;
      ++injected();
      check(counted.run, where);
      ++tried;
      if (HasNonfatalFailure()) return;
    }
    EXPECT_GT(tried, 0) << "nothing was made to fail";
  }

  virtual void prepare() {}

  bool nameless_ = true;
};

// How an export is written: packed or not, and whether the file system has files without a name.
struct Form {
  const char* name;
  bool nameless;
  const char* word;  // of the test
};
constexpr Form kForms[] = {
    {"out.json", true, ""}, {"out.json.zst", true, "OfACompressedFile"}, {"out.json", false, "WhereFilesHaveNames"}};

class ExportWithFailing : public FailingCalls, public testing::WithParamInterface<std::tuple<Call, Form>> {
 protected:
  void SetUp() override {
    FailingCalls::SetUp();
    nameless_ = form().nameless;
  }
  void prepare() override {
    for (const std::string& file : files()) std::filesystem::remove(work_ + "/" + file);
    folder_.write("work/" + name(), "previous");
  }
  static const Form& form() { return std::get<1>(GetParam()); }
  static std::string name() { return form().name; }
  std::vector<std::string> words() const { return {kExport, name(), "--force", "-q", "--url", source_.url()}; }

  // The rows of the file, however it is packed: read back by the program itself, into the other database.
  bool is_whole() {
    empty_target();
    target_.disconnect();
    const support::Run imported = support::run_program({kImport, name(), "--url", target_.url(), "-q"}, surroundings());
    return imported.status == 0 && target_.value("SELECT count(*) FROM children") == "6";
  }
};

INSTANTIATE_TEST_SUITE_P(Calls, ExportWithFailing,
                         testing::Combine(testing::ValuesIn(kEachCallOfAnExport), testing::ValuesIn(kForms)),
                         [](const auto& which) {
                           return std::string(std::get<0>(which.param).word) + std::get<1>(which.param).word;
                         });

TEST_P(ExportWithFailing, CallsLeavesThePreviousFileOrTheWholeNewOne) {
  fail_each(words(), std::get<0>(GetParam()), {}, [&](const support::Run& run, const std::string& where) {
    EXPECT_THAT(files(), testing::ElementsAre(name())) << where;
    const bool untouched = support::read_file(work_ + "/" + name()) == "previous";
    if (run.status == 0) {
      EXPECT_TRUE(!untouched && is_whole()) << where;
    } else {
      EXPECT_LT(run.status, 128) << where;
      EXPECT_NE(run.err, "") << where;
      // Only a folder that cannot be synced is found out when the file is there already.
      EXPECT_TRUE(untouched || (run.err.find("the file is complete") != std::string::npos && is_whole())) << where;
    }
    const std::string_view call = std::get<0>(GetParam()).name;
    if (call == "write" || call == "sync" || call == "rename") {
      EXPECT_EQ(run.status, 10) << where;
    }
    if (call == "short_write") {
      EXPECT_EQ(run.status, 0) << where;
    }
  });
}

// A file that has a name before its time keeps it; one without has it for the moment of replacing another file.
TEST_P(ExportWithFailing, CallsThatKillItLeaveThePreviousFileOrTheWholeNewOne) {
  const bool may_have_a_name = !form().nameless || std::string_view(std::get<0>(GetParam()).name) == "rename";
  const auto check = [&](const support::Run&, const std::string& where) {
    for (const std::string& file : files()) {
      const bool unfinished = may_have_a_name && file.starts_with(".db-transfer-") && file.ends_with(".part");
      EXPECT_TRUE(file == name() || unfinished) << file << where;
    }
    EXPECT_TRUE(support::read_file(work_ + "/" + name()) == "previous" || is_whole()) << where;
  };
  fail_each(words(), std::get<0>(GetParam()), {}, check, kKill);
}

class ImportWithFailing : public FailingCalls, public testing::WithParamInterface<Call> {
 protected:
  void SetUp() override {
    FailingCalls::SetUp();
    if (IsSkipped()) return;
    input_ = support::read_file(file_);
    prepare();
    before_ = state();
    const support::Run run = support::run_program(words(), {.input = input_, .folder = work_});
    ASSERT_EQ(run.status, 4) << run.err;
    after_ = state();
  }

  // A row that must be left out, so that there is a file of rejects.
  void prepare() override {
    for (const std::string& name : files()) std::filesystem::remove(work_ + "/" + name);
    fill_target();
    target_.run("UPDATE parents SET code = 'd' WHERE id = 9");
    target_.disconnect();
  }

  std::vector<std::string> words() const {
    return {kImport,        "-",        "--url",      target_.url(), "-q",        "--rejects",
            "rejects.json", "--report", "audit.json", "--report",    "audit.html"};
  }

  void expect_truth(const support::Run& run, const std::string& where) {
    const std::string now = state();
    EXPECT_LT(run.status, 128) << where;
    EXPECT_THAT(files(), testing::IsSubsetOf({"audit.html", "audit.json", "rejects.json"})) << where;
    if (run.status == 4) {
      EXPECT_EQ(now, after_) << where;
      // Whatever is missing then is named.
      if (files().size() < 3) {
        EXPECT_THAT(run.out + run.err, testing::HasSubstr("the import is committed, but")) << where;
      }
    } else {
      EXPECT_EQ(now, before_) << where;
      EXPECT_NE(run.status, 0) << where;
      EXPECT_NE(run.err, "") << where;
    }
  }

  std::string input_;
  std::string before_;
  std::string after_;
};

INSTANTIATE_TEST_SUITE_P(Calls, ImportWithFailing, testing::ValuesIn(kEachCall),
                         [](const auto& which) { return which.param.word; });

TEST_P(ImportWithFailing, CallsSaysWhatBecameOfTheTarget) {
  fail_each(words(), GetParam(), input_, [&](const support::Run& run, const std::string& where) {
    expect_truth(run, where);
    if (run.status != 4 && std::string_view(GetParam().name) != "open") {
      EXPECT_EQ(run.status, 10) << where;
    }
    if (std::string_view(GetParam().name) == "short_write") {
      EXPECT_EQ(run.status, 4) << where;
    }
  });
}

// The target is a file: its pages are written by the program itself.
class ImportIntoSqliteWithFailing : public FailingCalls, public testing::WithParamInterface<Call> {
 protected:
  void SetUp() override {
    FailingCalls::SetUp();
    if (IsSkipped()) return;
    const std::string tables =
        "CREATE TABLE parents (id INTEGER PRIMARY KEY, name TEXT UNIQUE); CREATE TABLE children (id INTEGER PRIMARY "
        "KEY, parent INTEGER REFERENCES parents, note TEXT);";
    shell(source_path_, tables +
                            "INSERT INTO parents VALUES (1, 'Ada'), (2, 'Bob'); WITH RECURSIVE n(n) AS (SELECT 1 UNION "
                            "ALL SELECT n + 1 FROM n WHERE n < 300) INSERT INTO children SELECT n, 1 + n % 2, "
                            "printf('%.100c', 'x') FROM n");
    shell(empty_path_, tables + "INSERT INTO parents VALUES (1, 'Ad'), (7, 'Zoe')");
    ASSERT_EQ(support::run_program({kExport, export_path_, "-q", "--url", "sqlite:" + source_path_}).status, 0);
    prepare();
    before_ = shell(path_, ".dump");
    ASSERT_EQ(support::run_program(words()).status, 0);
    after_ = shell(path_, ".dump");
    ASSERT_NE(before_, after_);
  }

  static std::string shell(const std::string& database, const std::string& words) {
    const support::Run run = support::run_program({"sqlite3", "-bail", database}, {.input = words + "\n"});
    EXPECT_EQ(run.status, 0) << run.err;
    return run.out;
  }

  void prepare() override {
    for (const std::string& name : files()) std::filesystem::remove(work_ + "/" + name);
    std::filesystem::copy_file(empty_path_, path_);
  }

  std::vector<std::string> words() const { return {kImport, export_path_, "-q", "--url", "sqlite:" + path_}; }

  const std::string source_path_ = folder_.file("source.db");
  const std::string empty_path_ = folder_.file("empty.db");
  const std::string export_path_ = folder_.file("sqlite.json");
  const std::string path_ = work_ + "/target.db";
  std::string before_;
  std::string after_;
};

INSTANTIATE_TEST_SUITE_P(Calls, ImportIntoSqliteWithFailing, testing::ValuesIn(kEachCallOfSqlite),
                         [](const auto& which) { return which.param.word; });

TEST_P(ImportIntoSqliteWithFailing, CallsSaysWhatBecameOfTheTarget) {
  fail_each(words(), GetParam(), {}, [&](const support::Run& run, const std::string& where) {
    EXPECT_LT(run.status, 128) << where;
    EXPECT_EQ(shell(path_, ".dump"), run.status == 0 ? after_ : before_) << where;
    if (run.status != 0) {
      EXPECT_NE(run.err, "") << where;
    }
    EXPECT_THAT(files(), testing::ElementsAre("target.db")) << where;
  });
}

// Whoever opens the file next, here the shell, takes back what was under way.
TEST_P(ImportIntoSqliteWithFailing, CallsThatKillItLeaveTheOldFileOrTheNewOne) {
  const auto check = [&](const support::Run&, const std::string& where) {
    EXPECT_THAT(shell(path_, ".dump"), testing::AnyOf(before_, after_)) << where;
    EXPECT_EQ(shell(path_, "PRAGMA integrity_check"), "ok\n") << where;
    EXPECT_EQ(support::run_program(words()).status, 0) << where;
    EXPECT_EQ(shell(path_, ".dump"), after_) << where;
    EXPECT_THAT(files(), testing::ElementsAre("target.db")) << where;
  };
  fail_each(words(), GetParam(), {}, check, kKill);
}

class OutOfMemory : public ImportWithFailing {
 protected:
  // Between the first and the last allocation, evenly.
  template <typename Check>
  void fail_many(const std::vector<std::string>& words, const std::string& input, const char* on, const Check& check) {
    prepare();
    const long calls = run(words, kAllocate, 0, input).calls;
    ASSERT_GT(calls, 100);
    const long step = std::max<long>(1, calls / (every_place() ? 600 : 16));
    for (long nth = 1; nth <= calls; nth += step) {
      prepare();
      const Counted counted = run(words, kAllocate, nth, input, on);
      const std::string where = "allocation " + std::to_string(nth) + " of " + std::to_string(calls) + " " + on +
                                ": status " + std::to_string(counted.run.status) + "\n" + counted.run.err;
      injected() += static_cast<std::size_t>(counted.failures > 0 || !counted.ended);
      check(counted.run, where);
      if (HasNonfatalFailure()) return;
    }
  }
};

INSTANTIATE_TEST_SUITE_P(Of, OutOfMemory, testing::Values(kAllocate), [](const auto&) { return "Any"; });

TEST_P(OutOfMemory, AllocationAnImportSaysWhatBecameOfTheTarget) {
  fail_many(words(), input_, "once",
            [&](const support::Run& run, const std::string& where) { expect_truth(run, where); });
}

TEST_P(OutOfMemory, AllocationAndAllAfterItAnImportLeavesOneOfTwoStates) {
  fail_many(words(), input_, "and-after", [&](const support::Run& run, const std::string& where) {
    const std::string now = state();
    EXPECT_LT(run.status, 128) << where;
    // With no memory even to say so, the status may be 1 behind the commit.
    EXPECT_THAT(now, run.status == 4 ? testing::AnyOf(after_, after_) : testing::AnyOf(before_, after_)) << where;
  });
}

TEST_P(OutOfMemory, AllocationAnExportLeavesThePreviousFileOrTheWholeNewOne) {
  const nlohmann::json whole = nlohmann::json::parse(support::read_file(file_))["data"];
  for (const char* on : {"once", "and-after"}) {
    fail_many({kExport, "out.json", "-q", "--url", source_.url()}, {}, on,
              [&](const support::Run& run, const std::string& where) {
                EXPECT_LT(run.status, 128) << where;
                EXPECT_THAT(files(), testing::IsSubsetOf({"out.json"})) << where;
                const bool there = !files().empty();
                if (there) {
                  EXPECT_EQ(nlohmann::json::parse(support::read_file(work_ + "/out.json"))["data"], whole) << where;
                }
                // Where only the summary fails, the message says that the file is there, if there is memory for it.
                const bool told = run.err.find("the export itself is complete: out.json") != std::string::npos;
                EXPECT_TRUE(there == (run.status == 0) || (there && (told || on == std::string("and-after")))) << where;
              });
  }
}

}  // namespace
}  // namespace faults
