// What a dry run says of an SQLite target is what the import does, or it names what only the writing can tell. Each
// case is tried both ways through the programs.
#include <gmock/gmock.h>

#include <nlohmann/json.hpp>

#include "support/folder.h"
#include "support/program.h"

namespace cli {
namespace {

using testing::HasSubstr;
using testing::Not;

enum class Untold { kNothing, kNamed };

struct Case {
  const char* name;
  const char* source;
  const char* target;
  const char* verdicts;  // of the import; "insert 1, invalid 1"
  Untold untold = Untold::kNothing;
};

// p is the table that is brought, with what it needs.
constexpr const char* kTexts =
    "CREATE TABLE p (id integer PRIMARY KEY, j text); INSERT INTO p VALUES (1, '{}'), (2, 'x'), (3, '[1]')";
constexpr const char* kNumbers =
    "CREATE TABLE p (id integer PRIMARY KEY, a int); INSERT INTO p VALUES (1, 1), (2, 2), (3, -9223372036854775808)";
constexpr const char* kChildren =
    "CREATE TABLE q (id integer PRIMARY KEY); CREATE TABLE p (id integer PRIMARY KEY, a int);"
    "INSERT INTO q VALUES (2); INSERT INTO p VALUES (1, 1), (2, 2)";

constexpr const char* kForms =
    "CREATE TABLE p (id integer PRIMARY KEY, a text); INSERT INTO p VALUES (1, '007'), (2, ' 5'), (3, '1e3'), (4, "
    "'+5'),"
    "(5, '5.0'), (6, '5'), (7, '-0'), (8, '1.50'), (9, 'abc'), (10, '1.5'), (11, '5 ')";

const Case kCases[] = {
    {"ACheckThatFails", kTexts,
     "CREATE TABLE p (id integer PRIMARY KEY, j text CHECK (json_extract(j, '$.a') IS NULL))", "insert 2, invalid 1"},
    {"ACheckThatNamesItsTable", kNumbers, "CREATE TABLE p (id integer PRIMARY KEY, a int CHECK (p.a > 1))",
     "insert 1, invalid 2"},
    {"AnIndexThatFails", kTexts,
     "CREATE TABLE p (id integer PRIMARY KEY, j text); CREATE INDEX i ON p (json_extract(j, '$.a'))",
     "insert 2, invalid 1"},
    {"AUniqueIndexThatFails", kTexts,
     "CREATE TABLE p (id integer PRIMARY KEY, j text); CREATE UNIQUE INDEX i ON p (json_extract(j, '$[0]'))",
     "insert 2, invalid 1"},
    {"AConditionOfAnIndexThatFails", kTexts,
     "CREATE TABLE p (id integer PRIMARY KEY, j text); CREATE INDEX i ON p (id) WHERE json_extract(j, '$.a') > 1",
     "insert 2, invalid 1"},
    {"AnIndexOfOtherRowsThatWouldFail", kTexts,
     "CREATE TABLE p (id integer PRIMARY KEY, j text); CREATE INDEX i ON p (json_extract(j, '$.a')) WHERE id <> 2",
     "insert 3"},
    {"AGeneratedColumnThatFails", kTexts,
     "CREATE TABLE p (id integer PRIMARY KEY, j text, g AS (json_extract(j, '$.a')) STORED)", "insert 2, invalid 1"},
    {"AnOverflowOfAGeneratedColumn", kNumbers, "CREATE TABLE p (id integer PRIMARY KEY, a int, g AS (abs(a)))",
     "insert 2, invalid 1"},
    {"ACheckOfAGeneratedColumn", kNumbers,
     "CREATE TABLE p (id integer PRIMARY KEY, a int, g AS (a * 2), CHECK (g < 4))", "insert 2, invalid 1"},
    {"AGeneratedColumnThatMayNotBeNull", kNumbers,
     "CREATE TABLE p (id integer PRIMARY KEY, a int, g AS (nullif(a, 2)) NOT NULL)", "insert 2, invalid 1"},
    {"AGeneratedColumnOfAnother", kNumbers,
     "CREATE TABLE p (id integer PRIMARY KEY, a int, h AS (g + 1) CHECK (h <> 5), g AS (a * 2))",
     "insert 2, invalid 1"},
    {"AUniqueGeneratedColumnOfItsOwnType",
     "CREATE TABLE p (id integer PRIMARY KEY, a text); INSERT INTO p VALUES (1, '7'), (2, '07')",
     "CREATE TABLE p (id integer PRIMARY KEY, a text, g int AS (a) STORED UNIQUE); INSERT INTO p VALUES (9, '7.0')",
     "conflict 2"},
    {"AGeneratedColumnThatRefers", kChildren,
     "PRAGMA foreign_keys = ON; CREATE TABLE q (id integer PRIMARY KEY);"
     "CREATE TABLE p (id integer PRIMARY KEY, a int, g int AS (a) STORED REFERENCES q (id))",
     "insert 1, invalid 1"},
    {"AGeneratedParent",
     "CREATE TABLE q (id integer PRIMARY KEY, b int); CREATE TABLE p (id integer PRIMARY KEY, a int);"
     "INSERT INTO q VALUES (1, 2); INSERT INTO p VALUES (1, 4), (2, 5)",
     "CREATE TABLE q (id integer PRIMARY KEY, b int, g int AS (b * 2) STORED UNIQUE);"
     "CREATE TABLE p (id integer PRIMARY KEY, a int REFERENCES q (g))",
     "insert 1, invalid 1"},
    {"AUniqueDefault", kNumbers, "CREATE TABLE p (id integer PRIMARY KEY, a int, k int DEFAULT 5 UNIQUE)",
     "conflict 3"},
    {"ADefaultThatATargetsRowHolds",
     "CREATE TABLE p (id integer PRIMARY KEY, a int); INSERT INTO p VALUES (1, 7), (2, 7)",
     "CREATE TABLE p (id integer PRIMARY KEY, a int, k int DEFAULT 5 UNIQUE);"
     "INSERT INTO p VALUES (1, 1, 5)",
     "update 1, conflict 1"},
    {"ACheckOfADefault", "CREATE TABLE p (id integer PRIMARY KEY, a int); INSERT INTO p VALUES (1, 7), (2, 7)",
     "CREATE TABLE p (id integer PRIMARY KEY, a int, k int DEFAULT 5 CHECK (k > 9)); INSERT INTO p VALUES (1, 1, 10)",
     "update 1, invalid 1"},
    {"ADefaultThatIsAWord", kNumbers,
     "CREATE TABLE p (id integer PRIMARY KEY, a int, k text DEFAULT a CHECK (k <> 'a'))", "invalid 3"},
    {"ADefaultThatIsNull", kNumbers, "CREATE TABLE p (id integer PRIMARY KEY, a int, k int NOT NULL DEFAULT NULL)",
     "invalid 3"},
    {"AUniqueMoment", kNumbers,
     "CREATE TABLE p (id integer PRIMARY KEY, a int, k text DEFAULT CURRENT_TIMESTAMP UNIQUE)", "conflict 3"},
    {"AUniqueMomentOfAFunction", kNumbers,
     "CREATE TABLE p (id integer PRIMARY KEY, a int, k text DEFAULT (datetime('now')) UNIQUE)", "conflict 3"},
    {"AGeneratedColumnOfADefault", kNumbers,
     "CREATE TABLE p (id integer PRIMARY KEY, a int, k int DEFAULT 5, g AS (k + a % 2) UNIQUE)",
     "insert 1, conflict 2"},
    {"AConditionOverADefault", kNumbers,
     "CREATE TABLE p (id integer PRIMARY KEY, a int, k int DEFAULT 5); CREATE UNIQUE INDEX i ON p (a % 2) WHERE k = 5",
     "insert 1, conflict 2"},
    {"ADefaultThatRefers", kChildren,
     "CREATE TABLE q (id integer PRIMARY KEY);"
     "CREATE TABLE p (id integer PRIMARY KEY, a int, k int DEFAULT 5 REFERENCES q (id));"
     "INSERT INTO q VALUES (7); INSERT INTO p VALUES (2, 0, 7)",
     "update 1, invalid 1"},
    {"ACheckOfARandomDefault", kNumbers,
     "CREATE TABLE p (id integer PRIMARY KEY, a int, k int DEFAULT (random() % 1) CHECK (k <> 0))", "invalid 3",
     Untold::kNamed},
    {"ACheckOfTheNumberOfARow", kNumbers, "CREATE TABLE p (id integer PRIMARY KEY, a int, CHECK (rowid <> 2))",
     "insert 2, invalid 1", Untold::kNamed},
    {"AReferenceOfARandomDefault", kNumbers,
     "CREATE TABLE q (id integer PRIMARY KEY); CREATE TABLE p (id integer PRIMARY KEY, a int,"
     "k int DEFAULT (7 + abs(random() % 2)) REFERENCES q (id)); INSERT INTO q VALUES (5)",
     "invalid 3", Untold::kNamed},
    {"ARandomDefaultThatNothingReads", kNumbers,
     "CREATE TABLE p (id integer PRIMARY KEY, a int, k int DEFAULT (random()))", "insert 3"},
    {"ADefaultThatFails", kNumbers,
     "CREATE TABLE p (id integer PRIMARY KEY, a int, k int DEFAULT (abs(-9223372036854775807 - 1)));"
     "INSERT INTO p VALUES (1, 7, 7)",
     "update 1, invalid 2"},
    {"ADefaultOfAnotherType", kNumbers,
     "CREATE TABLE p (id integer PRIMARY KEY, a int, k int DEFAULT 'x') STRICT; INSERT INTO p VALUES (1, 7, 7)",
     "update 1, invalid 2"},
    {"AnUpdateThatSetsADefaultWithoutAParent",
     "CREATE TABLE p (id integer PRIMARY KEY, code text UNIQUE); INSERT INTO p VALUES (1, 'new'), (2, 'more')",
     "CREATE TABLE p (id integer PRIMARY KEY, code text UNIQUE); INSERT INTO p VALUES (1, 'old'), (2, 'two');"
     "CREATE TABLE k (c text DEFAULT 'none' REFERENCES p (code) ON UPDATE SET DEFAULT); INSERT INTO k VALUES ('old')",
     "update 1, invalid 1"},
    {"AnUpdateThatSetsADefaultInARowOfNoFile",
     "CREATE TABLE p (id integer PRIMARY KEY, code text UNIQUE); INSERT INTO p VALUES (1, 'new'), (2, 'none')",
     "CREATE TABLE p (id integer PRIMARY KEY, code text UNIQUE); INSERT INTO p VALUES (1, 'old');"
     "CREATE TABLE k (c text DEFAULT 'none' REFERENCES p (code) ON UPDATE SET DEFAULT); INSERT INTO k VALUES ('old')",
     "insert 1, invalid 1"},
    {"AnUpdateBehindWhichARowOfNoFileWouldLoseItsReference",
     "CREATE TABLE p (id integer PRIMARY KEY, code text UNIQUE); INSERT INTO p VALUES (1, 'new'), (2, 'more')",
     "CREATE TABLE p (id integer PRIMARY KEY, code text UNIQUE); INSERT INTO p VALUES (1, 'old'), (2, 'two');"
     "CREATE TABLE k (code text UNIQUE REFERENCES p (code) ON UPDATE CASCADE); INSERT INTO k VALUES ('old'), ('two');"
     "CREATE TABLE m (code text UNIQUE REFERENCES k (code) ON UPDATE CASCADE); INSERT INTO m VALUES ('old');"
     "CREATE TABLE n (code text REFERENCES m (code) ON UPDATE SET NULL); INSERT INTO n VALUES ('old')",
     "update 1, invalid 1", Untold::kNamed},
    {"AnUpdateBehindWhichARowOfNoFileHoldsTheKeyBack",
     "CREATE TABLE p (id integer PRIMARY KEY, code text UNIQUE); INSERT INTO p VALUES (1, 'new'), (2, 'more')",
     "CREATE TABLE p (id integer PRIMARY KEY, code text UNIQUE); INSERT INTO p VALUES (1, 'old'), (2, 'two');"
     "CREATE TABLE k (code text UNIQUE REFERENCES p (code) ON UPDATE CASCADE); INSERT INTO k VALUES ('old'), ('two');"
     "CREATE TABLE n (code text REFERENCES k (code)); INSERT INTO n VALUES ('old')",
     "update 1, invalid 1", Untold::kNamed},
    {"AnUpdateThatTakesAReferenceFromARowOfNoFile",
     "CREATE TABLE p (id integer PRIMARY KEY, code text UNIQUE); INSERT INTO p VALUES (1, 'new'), (2, 'more')",
     "CREATE TABLE p (id integer PRIMARY KEY, code text UNIQUE); INSERT INTO p VALUES (1, 'old'), (2, 'two');"
     "CREATE TABLE k (c text REFERENCES p (code) ON UPDATE SET NULL); INSERT INTO k VALUES ('old')",
     "update 1, invalid 1"},
    {"ABoxThatEndsBeforeItBegins",
     "CREATE TABLE p (id integer PRIMARY KEY, x0, x1); INSERT INTO p VALUES (1, 5, 1), (2, 1, 2)",
     "CREATE VIRTUAL TABLE p USING rtree(id, x0, x1)", "insert 1, invalid 1"},
    {"ABoxWithMoreThanItsCoordinates",
     "CREATE TABLE p (id integer PRIMARY KEY, x0, x1, name); INSERT INTO p VALUES (1, 0.1, 0.2, 'a')",
     "CREATE VIRTUAL TABLE p USING rtree(id, x0, x1, +name)", "insert 1"},
    {"TextsInAColumnOfIntegers", kForms, "CREATE TABLE p (id integer PRIMARY KEY, a int)", "insert 3, invalid 8"},
    {"TextsInAColumnOfReals", kForms, "CREATE TABLE p (id integer PRIMARY KEY, a real)", "insert 4, invalid 7"},
    {"TextsInAColumnOfNumbers", kForms, "CREATE TABLE p (id integer PRIMARY KEY, a decimal(9,2))",
     "insert 3, invalid 8"},
    {"TextsInAColumnOfTexts", kForms, "CREATE TABLE p (id integer PRIMARY KEY, a varchar(9))", "insert 11"},
    {"ACheckOfTheNumberOfARowThatIsNotWritten", kNumbers,
     "CREATE TABLE p (id integer PRIMARY KEY, a int, CHECK (rowid <> 9));"
     "INSERT INTO p VALUES (1, 1), (2, 2), (3, -9223372036854775808)",
     "unchanged 3"},
    {"AParentOfAnotherType",
     "CREATE TABLE q (code text PRIMARY KEY); CREATE TABLE p (id integer PRIMARY KEY, a int);"
     "INSERT INTO q VALUES ('007'), ('8'); INSERT INTO p VALUES (1, 7), (2, 8)",
     "CREATE TABLE q (code text PRIMARY KEY); CREATE TABLE p (id integer PRIMARY KEY, a int REFERENCES q (code))",
     "insert 1, invalid 1"},
    {"AParentOfNumbersAndAChildOfTexts",
     "CREATE TABLE q (id integer PRIMARY KEY); CREATE TABLE p (id integer PRIMARY KEY, a text);"
     "INSERT INTO q VALUES (7), (8); INSERT INTO p VALUES (1, '007'), (2, '9')",
     "CREATE TABLE q (id integer PRIMARY KEY); CREATE TABLE p (id integer PRIMARY KEY, a text REFERENCES q (id))",
     "insert 1, invalid 1"},
};

class ForetoldToSqlite : public testing::TestWithParam<Case> {
 protected:
  void SetUp() override {
    sql("s.db", GetParam().source);
    sql("t.db", GetParam().target);
    const std::string target = url("s.db");
    ASSERT_EQ(support::run_program({PROGRAM_DIR "/db-export", folder.file("f.json"), "--url", target}).status, 0);
  }
  void sql(const std::string& file, const std::string& text) {
    const support::Run run = support::run_program({"sqlite3", "-bail", folder.file(file)}, {.input = text + ";"});
    ASSERT_EQ(run.status, 0) << run.err;
  }
  std::string url(const std::string& file) const { return "sqlite:" + folder.file(file); }
  support::Run import(std::vector<std::string> options = {}) const {
    std::vector<std::string> words{PROGRAM_DIR "/db-import", folder.file("f.json"), "--url", url("t.db")};
    words.insert(words.end(), options.begin(), options.end());
    return support::run_program(words);
  }
  // "insert 1, invalid 1", of p.
  static std::string verdicts(const support::Run& run) {
    if (!nlohmann::json::accept(run.out)) return run.err;
    std::string all;
    const nlohmann::json result = nlohmann::json::parse(run.out);
    for (const auto& table : result["tables"]) {
      if (table["name"] != "p") continue;
      for (const char* verdict : {"insert", "update", "unchanged", "conflict", "invalid", "skipped"}) {
        const int rows = table["counts"].value(verdict, 0);
        if (rows > 0) all += (all.empty() ? "" : ", ") + std::string(verdict) + " " + std::to_string(rows);
      }
    }
    return all;
  }

  support::TemporaryFolder folder;
};

INSTANTIATE_TEST_SUITE_P(Beside, ForetoldToSqlite, testing::ValuesIn(kCases),
                         [](const auto& one) { return std::string(one.param.name); });

TEST_P(ForetoldToSqlite, IsWhatTheImportDoesOrWhatOnlyItCanTellIsNamed) {
  const support::Run told = import({"--dry-run"});
  const support::Run dry = import({"--dry-run", "--json"});
  const support::Run imported = import({"--json"});

  EXPECT_EQ(verdicts(imported), GetParam().verdicts) << imported.err;
  if (GetParam().untold == Untold::kNamed) {
    EXPECT_THAT(dry.out, HasSubstr("only --rehearse can tell"));
    EXPECT_THAT(told.out, Not(HasSubstr("every row is foretold")));
  } else {
    EXPECT_EQ(verdicts(dry), verdicts(imported));
    EXPECT_EQ(dry.status, imported.status);
    EXPECT_THAT(told.out, HasSubstr("every row is foretold"));
  }
}

class IntoAnRTree : public ForetoldToSqlite {};

INSTANTIATE_TEST_SUITE_P(Of, IntoAnRTree,
                         testing::Values(Case{"Reals",
                                              "CREATE TABLE p (id integer PRIMARY KEY, x0 real, x1 real);"
                                              "INSERT INTO p VALUES (1, 0.1, 0.2), (2, 1, 2)",
                                              "CREATE VIRTUAL TABLE p USING rtree(id, x0, x1)", "unchanged 2"},
                                         Case{"Integers",
                                              "CREATE TABLE p (id integer PRIMARY KEY, x0 real, x1 real);"
                                              "INSERT INTO p VALUES (1, 0.6, 5.5), (2, 1, 2)",
                                              "CREATE VIRTUAL TABLE p USING rtree_i32(id, x0, x1)", "unchanged 2"}),
                         [](const auto& one) { return std::string(one.param.name); });

TEST_P(IntoAnRTree, TellsRoundedCoordinatesAndIsUnchangedTheSecondTime) {
  const support::Run first = import();
  const support::Run second = import({"--json"});

  EXPECT_THAT(first.out + first.err, HasSubstr("coordinates of 1 row become the numbers of 32 bits"));
  EXPECT_EQ(verdicts(second), GetParam().verdicts);
}

}  // namespace
}  // namespace cli
