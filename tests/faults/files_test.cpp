// Files as they come: damaged on the way, edited, of another kind, made by somebody who means harm. Through the real
// program: what is refused is refused before the target is touched, and what cannot be stored is left out by itself.
#include <fcntl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "faults/fault_fixture.h"
#include "support/wire_proxy.h"

namespace faults {
namespace {

using support::Harm;
using support::WireProxy;
using testing::AllOf;
using testing::AnyOf;
using testing::HasSubstr;

// Nobody is there: what is refused with another status than 5 was refused before the target was asked for.
constexpr const char* kNowhere = "postgresql://nobody@/none?host=/nowhere";

class Files : public Faults {
 protected:
  support::Run import_file(const std::string& path, const std::string& url, std::vector<std::string> more = {}) {
    std::vector<std::string> words{kImport, path, "--url", url, "-q"};
    words.insert(words.end(), more.begin(), more.end());
    support::Program program(words, surroundings());
    const auto run = program.finish_within(kWatchdog);
    if (!run) ADD_FAILURE() << "hangs: " << program.err_so_far();
    return run.value_or(support::Run{-1, "", ""});
  }
  support::Run import_text(const std::string& text, const std::string& url, std::vector<std::string> more = {}) {
    return import_file(folder_.write("edited.json", text), url, std::move(more));
  }
  // An edited file is taken by --unsealed only; so whatever is refused here is refused for what it says.
  support::Run import_edited(const std::string& text) { return import_text(text, target_.url(), {"--unsealed"}); }

  static std::string with(std::string text, const std::string& what, const std::string& instead) {
    const std::size_t at = text.find(what);
    EXPECT_NE(at, std::string::npos) << what;
    return text.replace(at, what.size(), instead);
  }
  static std::string with_all(std::string text, const std::string& what, const std::string& instead) {
    for (std::size_t at = 0; (at = text.find(what, at)) != std::string::npos; at += instead.size())
      text.replace(at, what.size(), instead);
    return text;
  }

  const std::string text_ = support::read_file(file_);
};

TEST_F(Files, WithAHoleADoubledBlockOrASecondFileBehindAreRefused) {
  source_.run("INSERT INTO children SELECT n, 1, repeat(n::text, 40) FROM generate_series(100, 1500) n");
  ASSERT_EQ(support::run_program({kExport, file_, "--force", "-q", "--url", source_.url()}).status, 0);
  const std::string whole = support::read_file(file_);
  constexpr std::size_t kBlock = 65536;
  ASSERT_GT(whole.size(), 3 * kBlock);
  std::string hole = whole;
  hole.replace(kBlock, kBlock, kBlock, '\0');
  const std::string doubled = whole.substr(0, 2 * kBlock) + whole.substr(kBlock);
  const std::string missing = whole.substr(0, kBlock) + whole.substr(2 * kBlock);

  fill_target();
  const std::string before = state();
  for (const std::string& damaged : {hole, doubled, missing, whole + whole, whole + "\n", "\n" + whole})
    EXPECT_EQ(import_text(damaged, target_.url()).status, 6) << damaged.size();
  EXPECT_EQ(state(), before);
}

TEST_F(Files, ThatAnEditorHasConvertedAreRefusedWithItsTraces) {
  const support::Run lines = import_text(with_all(text_, "\n", "\r\n"), kNowhere);
  const support::Run mark = import_text("\xef\xbb\xbf" + text_, kNowhere);

  EXPECT_EQ(lines.status, 6);
  EXPECT_THAT(lines.err, HasSubstr("CRLF"));
  EXPECT_EQ(mark.status, 6);
  EXPECT_THAT(mark.err, HasSubstr("byte order mark"));
}

// Behind the verification, before the first row is staged: the target is asked for in between.
TEST_F(Files, ThatChangeWhileTheyAreReadAreNotImported) {
  fill_target();
  const std::string before = state();
  const auto edit_in_place = [&] {
    const int file = ::open(file_.c_str(), O_WRONLY);
    EXPECT_EQ(::pwrite(file, "Eve", 3, static_cast<off_t>(text_.find("Ada"))), 3);
    ::close(file);
  };
  const auto replace = [&] { std::filesystem::rename(folder_.write("other.json", text_), file_); };
  const auto cut = [&] { std::filesystem::resize_file(file_, text_.size() / 2); };
  for (const std::function<void()>& change : {std::function<void()>(edit_in_place), {replace}, {cut}}) {
    folder_.write("export.json", text_);
    WireProxy proxy(support::server_connection(), {.harm = Harm::kCall, .message = 1, .call = change});

    const support::Run run = import_file(file_, proxy.url(target_.name()));

    EXPECT_EQ(run.status, 6) << run.err;
    EXPECT_EQ(state(), before);
  }
}

TEST_F(Files, OfAnotherKindAreNamed) {
  folder_.write("empty.json", "");
  ASSERT_EQ(::symlink("loop", folder_.file("loop").c_str()), 0);
  const struct {
    std::string path;
    const char* word;
  } kinds[] = {{folder_.file("empty.json"), ""},
               {folder_.path(), "folder"},
               {"/dev/zero", "device"},
               {"/dev/null", "device"},
               {folder_.file("loop"), "symbolic links"},
               {folder_.file("nothing"), "no file"},
               {"/proc/self/mem", ""}};
  for (const auto& kind : kinds) {
    const support::Run run = import_file(kind.path, kNowhere);
    EXPECT_THAT(run.status, AnyOf(2, 6, 10)) << kind.path;
    EXPECT_THAT(run.err, HasSubstr(kind.word)) << kind.path;
  }
  for (const char* text : {"{}", "[]", "null", "\"text\"", " ", "{", "\x1f\x8b", "\x28\xb5\x2f\xfd", "SQLite format 3",
                           "-- PostgreSQL database dump\n", "PGDMP", "id,name\n1,Ada\n", "<html>"}) {
    EXPECT_EQ(import_text(text, kNowhere).status, 6) << text;
    EXPECT_EQ(import_text(text, kNowhere, {"--unsealed"}).status, 6) << text;
  }
}

// One object with the rows of each table, as scripts of many applications write it.
TEST_F(Files, OfAScriptWithoutAHeaderAreRefusedWithAHint) {
  const support::Run run = import_text(R"({"users": [{"id": 1, "name": "Ada"}], "posts": []})", kNowhere);

  EXPECT_EQ(run.status, 6);
  EXPECT_THAT(run.err, HasSubstr("db-export"));
}

TEST_F(Files, ArePackedAsTheirBytesSayAndNotAsTheyAreCalled) {
  for (const std::string ending : {".zst", ".gz"}) {
    empty_target();
    target_.disconnect();
    ASSERT_EQ(support::run_program({kExport, folder_.file("e.json" + ending), "-q", "--url", source_.url()}).status, 0);
    const std::string packed = support::read_file(folder_.file("e.json" + ending));

    EXPECT_EQ(import_file(folder_.write("plainly" + ending, text_), kNowhere).status, 5) << "sound, but nobody there";
    EXPECT_EQ(import_text(packed, target_.url()).status, 0);
    for (std::size_t bytes = 0; bytes < packed.size(); bytes += stride(61, 3))
      EXPECT_EQ(import_text(packed.substr(0, bytes), target_.url()).status, 6) << ending << " cut at " << bytes;
    std::size_t tried = 0;
    std::size_t sound = 0;
    for (std::size_t at = 0; at < packed.size(); at += stride(61, 3), ++tried) {
      std::string damaged = packed;
      damaged[at] = static_cast<char>(damaged[at] ^ 4);
      // A bit that packing ignores leaves the same document, as its seal says: nobody is there then.
      const int status = import_text(damaged, kNowhere).status;
      EXPECT_THAT(status, AnyOf(6, 5)) << ending << " " << at;
      if (status == 5) ++sound;
    }
    EXPECT_LE(sound, 1 + tried / 20);
  }
}

// A quarter of a gigabyte of nothing in a few hundred kilobytes, with less memory than that.
TEST_F(Files, ThatGrowWhenTheyAreUnpackedDoNotFillTheMemory) {
  if (std::string_view(SANITIZERS) != "") GTEST_SKIP() << "a sanitizer's own memory is more than the limit";
  const std::size_t middle = text_.find("\"data\": {") + 9;
  const std::string head = folder_.write("head", text_.substr(0, middle));
  const std::string tail = folder_.write("tail", text_.substr(middle));
  const std::string bomb = folder_.file("bomb.json");
  const std::string pack =
      "(cat " + head + "; head -c 256M /dev/zero | tr '\\0' ' '; cat " + tail + ") | gzip -1 > " + bomb;
  ASSERT_EQ(std::system(pack.c_str()), 0);
  support::RunOptions options = surroundings();
  options.before_exec = [] {
    const rlimit limit{64UL << 20, 64UL << 20};
    ::setrlimit(RLIMIT_DATA, &limit);
  };

  const support::Run run = support::run_program({kImport, bomb, "-q", "--url", target_.url()}, options);

  EXPECT_EQ(run.status, 6) << run.err;
  EXPECT_THAT(run.err, HasSubstr("seal"));
}

TEST_F(Files, OfTextThatIsNoUtf8AreRefused) {
  for (const std::string bad : {"\xff", "\xc0\xaf", "\xe0\x80\xaf", "\xed\xa0\x80", "\xed\xa0\xbd\xed\xb8\x80",
                                "\xf4\x90\x80\x80", "\xc3", "\\ud800", "\\udc00\\ud800", "\\x41", "\n", "\x01"}) {
    const support::Run run = import_edited(with(text_, "Ada", "A" + bad));
    EXPECT_EQ(run.status, 6) << testing::PrintToString(bad);
    EXPECT_THAT(run.err, HasSubstr("byte ")) << run.err;
  }
  EXPECT_EQ(import_edited(with(text_, "Ada", std::string("A\0", 2))).status, 6);
}

TEST_F(Files, WithANulInATextLoseThatRowAndCutNothing) {
  const support::Run run = import_edited(with(text_, "Ada", "A\\u0000b"));

  EXPECT_EQ(run.status, 4) << run.err;
  EXPECT_THAT(run.out, HasSubstr("id=1: invalid"));
  EXPECT_EQ(target_.value("SELECT string_agg(name, ' ' ORDER BY id) FROM parents"), "Bob Cyd Dan");
  EXPECT_EQ(target_.value("SELECT count(*) FROM children WHERE parent = 1"), "0");
}

TEST_F(Files, WithNumbersOfAnySizeLoseOnlyTheRowsThatDoNotFit) {
  for (const std::string number : {"1e400", "1e1000000", "9007199254740993", "9223372036854775808", "-2147483649",
                                   "1.5", "\"x\"", "{\"a\":1}", "[1]", "true", "null", "\"\""}) {
    empty_target();
    const support::Run run = import_edited(with(text_, "{\"id\":4,", "{\"id\":" + number + ","));
    EXPECT_EQ(run.status, 4) << number << run.err;
    EXPECT_THAT(run.out, HasSubstr("parents record 4 (byte ")) << number;
    EXPECT_EQ(target_.value("SELECT count(*) FROM parents"), "3") << number;
  }
  empty_target();
  EXPECT_EQ(import_edited(with(text_, "{\"id\":4,", "{\"id\":" + std::string(100'000, '7') + ",")).status, 4);
  for (const std::string number : {"NaN", "Infinity", "-", "+1", "01", "1.", ".5", "0x10", "1e", "4 4"})
    EXPECT_EQ(import_edited(with(text_, "{\"id\":4,", "{\"id\":" + number + ",")).status, 6) << number;
}

TEST_F(Files, NestedWithoutEndAreRefused) {
  for (const std::size_t depth : {1'001UL, 100'000UL, 5'000'000UL}) {
    const std::string deep(depth, '[');
    EXPECT_EQ(import_text(deep, kNowhere, {"--unsealed"}).status, 6) << depth;
    EXPECT_EQ(import_edited(with(text_, "\"Ada\"", deep)).status, 6) << depth;
    EXPECT_EQ(import_edited(with(text_, "\"Ada\"", deep + std::string(depth, ']'))).status, 6) << depth;
  }
}

TEST_F(Files, WithAnythingBehindOrBetweenAreRefused) {
  for (const std::string& edited :
       {text_ + "x", text_ + text_, text_ + "{}", with(text_, "\"data\"", "/* */ \"data\""),
        with(text_, "}\n]", "},\n]"), with(text_, "\"data\"", ",\"data\""), "// comment\n" + text_,
        with(text_, "\"id\":1", "id:1"), with(text_, "\"id\":1", "\"id\":1,\"i\\u0064\":2"),
        with(text_, "\"Ada\"", "'Ada'")}) {
    EXPECT_EQ(import_edited(edited).status, 6) << edited.substr(edited.size() - 100);
  }
  EXPECT_EQ(target_.value("SELECT count(*) FROM parents"), "0");
}

// Also in a time that does not grow with the square of their number.
TEST_F(Files, OfMoreColumnsThanAnyTableHasAreRefused) {
  std::string columns;
  for (int n = 0; n < 100'000; ++n) columns += "{\"name\": \"c" + std::to_string(n) + "\", \"type\": \"text\"}, ";
  const std::size_t list = text_.find("\"columns\": [") + 12;

  const support::Run run = import_edited(text_.substr(0, list) + columns + text_.substr(list));

  EXPECT_EQ(run.status, 7) << run.err;
}

TEST_F(Files, OfVeryManyTablesAreReadInTheirOrder) {
  std::string tables;
  std::string sections;
  for (int n = 0; n < 100'000; ++n) {
    const std::string name = "\"t" + std::to_string(n) + "\"";
    tables += "{\"name\": " + name + ", \"columns\": []}, ";
    sections += name + ": [\n],\n";
  }
  const std::string header = with(text_, "\"tables\": [", "\"tables\": [" + tables);

  const support::Run run = import_edited(with(header, "\"data\": {", "\"data\": {" + sections));

  EXPECT_EQ(run.status, 7) << run.err.substr(0, 1000);
}

class HostileNames : public Files {};

TEST_F(HostileNames, AreDataAndNothingElse) {
  const std::string longest(63, 'n');
  for (support::Database* database : {&source_, &target_}) {
    database->run(R"sql(CREATE TABLE "a""b; drop table parents; --" (id int PRIMARY KEY, "select" text, "x'
\! touch hacked
" text, "$(touch hacked)" text,
"../../etc/passwd" text UNIQUE, ")sql" +
                  longest + R"sql(" text);
CREATE TABLE "../up" (id int PRIMARY KEY); CREATE TABLE "User" (id int PRIMARY KEY); CREATE TABLE "user" (id int PRIMARY KEY);
CREATE TABLE ")sql" +
                  longest + R"sql(" (id int PRIMARY KEY); CREATE TABLE "%s%n{}" (id int PRIMARY KEY, "{0}" text))sql");
  }
  source_.run(
      R"(INSERT INTO "a""b; drop table parents; --" VALUES (1, 's', 'x', 'y', 'taken', 'l'), (2, 's', 'x', 'y', 'z', 'l');
INSERT INTO "../up" VALUES (1); INSERT INTO "User" VALUES (1); INSERT INTO "user" VALUES (2); INSERT INTO "%s%n{}" VALUES (1, '{}'))");
  target_.run(R"(INSERT INTO "a""b; drop table parents; --" VALUES (9, NULL, NULL, NULL, 'taken'))");
  ASSERT_EQ(support::run_program({kExport, "e.json", "-q", "--url", source_.url()}, surroundings()).status, 0);

  const support::Run run =
      import_file("e.json", target_.url(), {"--report", "r.html", "--report", "r.md", "--report", "r.txt"});

  EXPECT_EQ(run.status, 4) << run.err;
  EXPECT_EQ(
      target_.value(R"(SELECT concat((SELECT count(*) FROM "a""b; drop table parents; --"), (SELECT id FROM "User"),
      (SELECT id FROM "user"), (SELECT count(*) FROM "../up"), (SELECT "{0}" FROM "%s%n{}")))"),
      "2121{}");
  EXPECT_THAT(files(), testing::ElementsAre("e.json", "e.rejects.json", "r.html", "r.md", "r.txt"));
}

// The server would cut it and say so in a notice only.
TEST_F(HostileNames, LongerThanTheServersAreUnknownAndNotCut) {
  const std::string longest(63, 'n');
  target_.run("CREATE TABLE " + longest + " (id int PRIMARY KEY, parent int, note text)");

  const support::Run run = import_edited(with_all(text_, "\"children\"", "\"" + longest + "n\""));

  EXPECT_EQ(run.status, 7) << run.err;
  EXPECT_EQ(target_.value("SELECT count(*) FROM " + longest), "0");
}

TEST_F(HostileNames, OfTheServersOwnTablesAndOfLedgersAreNoTargets) {
  target_.run(
      "CREATE TABLE _prisma_migrations (id int PRIMARY KEY, finished_at timestamptz, migration_name text); CREATE VIEW "
      "seen AS TABLE "
      "children; "
      "CREATE SEQUENCE counter");
  const std::string before = state();
  for (const std::string name :
       {"pg_catalog.pg_class", "pg_class", "information_schema.tables", "_prisma_migrations", "seen", "counter",
        "pg_temp.children", "public.nothing", "", "a.b.c", "children\\u0000"}) {
    const support::Run run = import_edited(with_all(text_, "\"children\"", "\"" + name + "\""));
    EXPECT_THAT(run.status, AnyOf(6, 7)) << name << run.err;
    EXPECT_EQ(state(), before) << name;
  }
}

TEST_F(HostileNames, ThatDifferInCaseOnlyAreNotForSqlite) {
  source_.run(R"(CREATE TABLE "Twin" (id int PRIMARY KEY); CREATE TABLE "twin" (id int PRIMARY KEY))");
  ASSERT_EQ(
      support::run_program({kExport, "e.json", "-q", "-t", "?win", "--url", source_.url()}, surroundings()).status, 0);
  const std::string database = work_ + "/t.db";
  ASSERT_EQ(std::system(("sqlite3 '" + database + "' 'CREATE TABLE twin (id int PRIMARY KEY)'").c_str()), 0);

  EXPECT_EQ(import_file("e.json", "sqlite:" + database).status, 7);
}

}  // namespace
}  // namespace faults
