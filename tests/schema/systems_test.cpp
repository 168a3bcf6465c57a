// Every system of schema/ goes its whole way with the real programs: migrated, filled, exported, imported, changed and
// imported again.
#include <gmock/gmock.h>

#include <algorithm>
#include <filesystem>
#include <iterator>
#include <ostream>
#include <string>
#include <vector>

#include "cli/transfer_fixture.h"

namespace cli {
namespace {

using testing::ElementsAre;
using testing::ElementsAreArray;
using testing::HasSubstr;

struct System {
  const char* name;
  const char* title;   // in schema/README.md
  const char* engine;  // the subfolder with its files; empty: none
  const char* table;   // one whose rows are changed by `change`, exactly one of them …
  const char* change;
  const char* addition;      // … and one more row of the same table
  const char* change_there;  // of another row of it, in the target
};

void PrintTo(const System& system, std::ostream* out) { *out << system.name; }

std::string folder_of(const System& system) { return std::string(SOURCE_DIR "/schema/") + system.name; }

std::string file_of(const System& system, const std::string& name) {
  return folder_of(system) + (system.engine[0] == '\0' ? "/" : std::string("/") + system.engine + "/") + name;
}

nlohmann::json transfer_file(const System& system) {
  return nlohmann::json::parse(support::read_file(folder_of(system) + "/transfer.json"));
}

support::Run migrate(const System& system, const std::string& command, const support::Database& database) {
  return support::run_program({PROGRAM_DIR "/db-migrate", command, folder_of(system), "--url", database.url()});
}

class Systems : public Transfer, public testing::WithParamInterface<System> {
 protected:
  void SetUp() override {
    for (const support::Database* database : {&source, &target}) {
      const auto migrated = migrate(GetParam(), "up", *database);
      ASSERT_EQ(migrated.status, 0) << migrated.err;
    }
    source.run_file(file_of(GetParam(), "sample.sql"), {"scale=40"});
  }

  nlohmann::json listed_tables() {
    const auto list = run_export_list();
    EXPECT_EQ(list.status, 0) << list.err;
    return nlohmann::json::parse(list.out)["tables"];
  }

  std::vector<std::string> rows_there() const {
    std::vector<std::string> rows = support::copied_rows(target.url(), {"applied_at", "duration"});
    std::ranges::sort(rows);
    return rows;
  }
  // Of the target's, those that are none of `before`.
  std::vector<std::string> rows_besides(const std::vector<std::string>& before) const {
    std::vector<std::string> besides;
    std::ranges::set_difference(rows_there(), before, std::back_inserter(besides));
    return besides;
  }

  support::Run run_export_list() {
    return support::run_program({PROGRAM_DIR "/db-export", "--list", "--json", "--url", source.url(), "--config",
                                 folder_of(GetParam()) + "/transfer.json"});
  }
};

INSTANTIATE_TEST_SUITE_P(
    Schema, Systems,
    testing::Values(
        System{
            "document-sharing", "Document sharing", "", "contact_messages",
            "UPDATE contact_messages SET status = 'TRAITE', message = 'réglé' WHERE id = (SELECT min(id COLLATE \"C\") "
            "FROM contact_messages)",
            "INSERT INTO contact_messages (id, name, email, subject, message, \"updatedAt\") VALUES ('new', 'N', "
            "'n@x', "
            "'s', 'm', '2025-01-01')",
            "UPDATE contact_messages SET subject = 'in production' WHERE id = (SELECT max(id COLLATE \"C\") FROM "
            "contact_messages)"},
        System{"chat-module", "Chat module", "", "chat_messages",
               "UPDATE chat_messages SET content = 'corrigé', is_edited = true WHERE id = 7",
               "INSERT INTO chat_messages (room_id, sender_id, content, reply_to_id) VALUES (1, 1, 'nouveau', 7)",
               "UPDATE chat_messages SET content = 'in production' WHERE id = 8"},
        System{"chat-backend", "Chat backend", "", "messages",
               "UPDATE messages SET content = 'edited' WHERE id = (SELECT id FROM messages ORDER BY id LIMIT 1)",
               "INSERT INTO messages (room_id, user_id, content) SELECT room_id, user_id, 'new' FROM messages LIMIT 1",
               "UPDATE messages SET content = 'in production' WHERE id = (SELECT id FROM messages ORDER BY id DESC "
               "LIMIT 1)"},
        System{"messenger", "Messenger", "", "messages",
               "UPDATE messages SET content = 'edited words' WHERE id = (SELECT id FROM messages ORDER BY id LIMIT 1)",
               "INSERT INTO messages (chat_id, sender_id, content) SELECT chat_id, sender_id, 'new' FROM messages "
               "LIMIT 1",
               "UPDATE messages SET content = 'in production' WHERE id = (SELECT id FROM messages ORDER BY id DESC "
               "LIMIT 1)"},
        System{"boursa", "Boursa", "postgresql", "test_history",
               "UPDATE test_history SET success = NOT success, p_value = 0.5 WHERE id = 3",
               "INSERT INTO test_history (user_id, test_type) VALUES (1, 'adf')",
               "UPDATE test_history SET p_value = 0.25 WHERE id = 4"}),
    [](const auto& parameter) {
      std::string name = parameter.param.name;
      std::erase(name, '-');
      return name;
    });

TEST_P(Systems, MigratesOnceAndIsVerified) {
  const auto again = migrate(GetParam(), "up", source);
  EXPECT_EQ(again.status, 0) << again.err;
  EXPECT_THAT(again.out, HasSubstr("nothing to do"));
  const auto verified = migrate(GetParam(), "verify", source);
  EXPECT_EQ(verified.status, 0) << verified.err << verified.out;
}

TEST_P(Systems, PromotesEveryRowAsItWas) {
  const std::string written = writes();
  const auto predicted = transfer({"--dry-run"});
  EXPECT_EQ(status, 0) << errors;
  EXPECT_EQ(writes(), written);

  const auto result = import();

  EXPECT_EQ(status, 0) << errors;
  EXPECT_EQ(predicted["tables"], result["tables"]);
  EXPECT_GT(result["total"]["insert"], 50);
  EXPECT_EQ(result["total"]["insert"], result["total"]["rows"]);
  // Of both ledgers, which are no data, only the names are the same.
  EXPECT_THAT(support::copied_rows(target.url(), {"applied_at", "duration"}),
              ElementsAreArray(support::copied_rows(source.url(), {"applied_at", "duration"})));
  EXPECT_EQ(import()["total"]["unchanged"], result["total"]["rows"]);
}

TEST_P(Systems, UpsertsAChangedAndANewRowAndLeavesTheRest) {
  transfer();
  source.run(GetParam().change);
  source.run(GetParam().addition);

  const auto result = transfer();

  EXPECT_EQ(status, 0) << errors;
  const int rows = table(result, GetParam().table)["rows"];
  EXPECT_THAT(verdicts(result, GetParam().table), ElementsAre(1, 1, rows - 2, 0, 0, 0));
  EXPECT_EQ(result["total"]["insert"], 1);
  EXPECT_EQ(result["total"]["update"], 1);
  EXPECT_EQ(support::copied_rows(target.url(), {"applied_at", "duration"}),
            support::copied_rows(source.url(), {"applied_at", "duration"}));
}

TEST_P(Systems, MergesWhatBothSidesChangedSinceTheLastPromotion) {
  transfer();
  const std::string last = folder.file("last.json");
  std::filesystem::copy_file(file, last);
  source.run(GetParam().change);
  target.run(GetParam().change_there);
  const std::vector<std::string> there = rows_there();

  const auto result = transfer({"--base", last});

  EXPECT_EQ(status, 0) << errors;
  const int rows = table(result, GetParam().table)["rows"];
  EXPECT_THAT(verdicts(result, GetParam().table), ElementsAre(0, 1, rows - 1, 0, 0, 0));
  EXPECT_EQ(result["total"]["update"], 1);
  EXPECT_EQ(result["total"]["kept"], 1);
  EXPECT_THAT(rows_besides(there), testing::SizeIs(1));
}

TEST_P(Systems, MovesTheTablesInTheOrderOfItsTransferFile) {
  const auto order = transfer_file(GetParam())["order"].get<std::vector<std::string>>();
  std::vector<std::string> names;
  for (const auto& table : listed_tables()) names.push_back(table["name"]);
  EXPECT_THAT(names, ElementsAreArray(order));
}

// The graph in schema/README.md is what the program prints.
TEST_P(Systems, IsDrawnInTheReadmeAsItIs) {
  const auto graph = support::run_program({PROGRAM_DIR "/db-export", "--list", "--format", "mermaid", "--url",
                                           source.url(), "--config", folder_of(GetParam()) + "/transfer.json"});
  ASSERT_EQ(graph.status, 0) << graph.err;
  const std::string readme = support::read_file(SOURCE_DIR "/schema/README.md");
  const std::size_t section = readme.find(std::string("\n### ") + GetParam().title + "\n");
  ASSERT_NE(section, std::string::npos);
  EXPECT_THAT(readme.substr(section, readme.find("\n### ", section + 1) - section),
              HasSubstr("```mermaid\n" + graph.out + "```\n"));
}

class Scripts : public testing::TestWithParam<const char*> {
 protected:
  support::Database database_;
};

INSTANTIATE_TEST_SUITE_P(Schema, Scripts,
                         testing::Values("chat-module/001_chat_tables.sql", "chat-backend/001_schema.sql",
                                         "messenger/001_initial_schema.sql",
                                         "boursa/postgresql/001_initial_schema.sql"),
                         [](const auto& parameter) {
                           std::string name = parameter.param;
                           std::erase_if(name, [](char c) { return std::isalnum(static_cast<unsigned char>(c)) == 0; });
                           return name;
                         });

// As the guides promise: run twice through psql, no error, nothing lost.
TEST_P(Scripts, CanBeRunAgainByHand) {
  const std::string path = std::string(SOURCE_DIR "/schema/") + GetParam();
  database_.run_file(path);
  const std::string objects =
      "SELECT count(*) || ' ' || coalesce(string_agg(relname, ' ' ORDER BY relname), '') FROM pg_class WHERE "
      "relnamespace "
      "= 'public'::regnamespace";
  const std::string before = database_.value(objects);
  database_.run_file(path);
  EXPECT_EQ(database_.value(objects), before);
}

}  // namespace
}  // namespace cli
