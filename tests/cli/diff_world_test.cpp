// Random pairs of databases of both engines, as files and as databases, against a plain comparison of what was put into
// them.
#include <gmock/gmock.h>

#include <map>
#include <optional>
#include <random>
#include <set>

#include "cli/transfer_fixture.h"

namespace cli {
namespace {

struct Item {
  std::optional<std::string> name;
  std::optional<int> amount;
  bool operator==(const Item&) const = default;
};
using Key = std::pair<int, std::string>;
struct World {
  std::map<Key, Item> items;
  std::map<std::string, int> lines;  // of a table without a key: how often
};

// "changed 3/b name amount", "only-a 3/b", "line x 2": whatever differs.
using Told = std::multiset<std::string>;

class DiffWorld : public Transfer {
 protected:
  int below(int most) { return std::uniform_int_distribution<int>(0, most - 1)(random); }
  std::optional<std::string> any_name() {
    static const std::vector<std::string> kNames = {"", "a", "A", "null", "é", "a\"b", "x\\y", "NULL", "12", "🙂 \n"};
    if (below(6) == 0) return std::nullopt;
    return kNames[static_cast<std::size_t>(below(static_cast<int>(kNames.size())))];
  }
  Item any_item() { return {any_name(), below(5) == 0 ? std::nullopt : std::optional(below(2000) - 1000)}; }
  World any_world() {
    World world;
    for (int i = below(30); i > 0; --i)
      world.items[{below(30) - 10, std::string(1, static_cast<char>("abZ\"9"[below(5)]))}] = any_item();
    for (int i = below(8); i > 0; --i) world.lines[std::string(1, static_cast<char>('p' + below(4)))] += 1 + below(2);
    return world;
  }
  World edited(World world) {
    for (auto& [key, item] : world.items) {
      if (below(5) == 0) item.name = any_name();
      if (below(7) == 0) item.amount = below(2000) - 1000;
    }
    std::erase_if(world.items, [&](const auto&) { return below(8) == 0; });
    if (below(2) == 0) world.items[{below(30) - 10, "n"}] = any_item();
    for (auto& [line, count] : world.lines) count = below(4) == 0 ? below(3) : count;
    std::erase_if(world.lines, [](const auto& line) { return line.second == 0; });
    if (below(3) == 0) world.lines["z"] = 1;
    return world;
  }

  static std::string quoted(const std::optional<std::string>& text) {
    if (!text) return "NULL";
    std::string sql = "'";
    for (const char c : *text) sql += c == '\'' ? std::string("''") : std::string(1, c);
    return sql + "'";
  }
  std::string sql_of(const World& world) {
    std::vector<std::string> rows;
    for (const auto& [key, item] : world.items)
      rows.push_back("INSERT INTO items VALUES (" + std::to_string(key.first) + ", " + quoted(key.second) + ", " +
                     quoted(item.name) + ", " + (item.amount ? std::to_string(*item.amount) : "NULL") + ");");
    for (const auto& [line, count] : world.lines)
      for (int i = 0; i < count; ++i) rows.push_back("INSERT INTO lines VALUES (" + quoted(line) + ");");
    std::shuffle(rows.begin(), rows.end(), random);
    std::string sql =
        "CREATE TABLE items (n integer NOT NULL, k text NOT NULL, name text, amount integer, PRIMARY KEY (n, k));"
        "CREATE TABLE lines (line text);";
    for (const std::string& row : rows) sql += row + "\n";
    return sql;
  }

  static Told expected(const World& a, const World& b) {
    Told told;
    const auto name = [](const Key& key) { return std::to_string(key.first) + "/" + key.second; };
    for (const auto& [key, item] : a.items) {
      const auto there = b.items.find(key);
      if (there == b.items.end()) {
        told.insert("only-a " + name(key));
      } else if (item != there->second) {
        told.insert("changed " + name(key) + (item.name == there->second.name ? "" : " name") +
                    (item.amount == there->second.amount ? "" : " amount"));
      }
    }
    for (const auto& [key, item] : b.items)
      if (!a.items.contains(key)) told.insert("only-b " + name(key));
    std::map<std::string, int> more;
    for (const auto& [line, count] : a.lines) more[line] += count;
    for (const auto& [line, count] : b.lines) more[line] -= count;
    for (const auto& [line, count] : more)
      if (count != 0) told.insert("line " + line + " " + std::to_string(count));
    return told;
  }

  static Told told_by(const nlohmann::json& result) {
    Told told;
    for (const auto& row : result["rows"]) {
      const std::string difference = row["difference"];
      if (row["table"] == "lines") {
        const int times = row.value("times", 1);
        told.insert("line " + row["values"][0]["value"]["text"].get<std::string>() + " " +
                    std::to_string(difference == "only-a" ? times : -times));
        continue;
      }
      std::string text = row["key"];
      text = text.substr(2);  // "n=3, k=b"
      text.replace(text.find(", k="), 4, "/");
      for (const auto& change : row.value("changes", nlohmann::json::array()))
        text += " " + change["column"].get<std::string>();
      told.insert(difference + " " + text);
    }
    return told;
  }

  // As a database of either engine, or as a file of it, sorted or not.
  std::string side(const World& world, support::Database& database, const std::string& name) {
    const std::string sql = sql_of(world);
    std::string url = database.url();
    if (below(2) == 0) {
      const std::string path = folder.file(name + ".db");
      ::remove(path.c_str());
      const support::Run made = support::run_program({"sqlite3", "-bail", path}, {.input = "BEGIN;" + sql + "COMMIT;"});
      EXPECT_EQ(made.status, 0) << made.err;
      url = "sqlite:" + path;
    } else {
      database.run("DROP TABLE IF EXISTS items, lines;" + sql);
    }
    if (below(3) == 0) return url;
    const std::string ending = below(4) == 0 ? ".json.zst" : ".json";
    std::vector<std::string> words = {PROGRAM_DIR "/db-export", folder.file(name + ending), "--url", url, "--force"};
    if (below(2) == 0) words.emplace_back("--sorted");
    const support::Run exported = support::run_program(words);
    EXPECT_EQ(exported.status, 0) << exported.err;
    return words[1];
  }

  std::mt19937 random{20250115};
};

TEST_F(DiffWorld, TellsWhatAPlainComparisonTells) {
  int equal = 0;
  for (int round = 0; round < 24; ++round) {
    const World a = any_world();
    const World b = round % 6 == 0 ? a : edited(a);
    const std::string side_a = side(a, source, "a");
    const std::string side_b = side(b, target, "b");
    const support::Run run = support::run_program({PROGRAM_DIR "/db-diff", side_a, side_b, "--json=full", "-q"});
    const Told wanted = expected(a, b);
    SCOPED_TRACE(std::to_string(round) + ": " + side_a + " " + side_b);
    ASSERT_EQ(run.status, wanted.empty() ? 0 : 3) << run.err << run.out;
    ASSERT_EQ(told_by(nlohmann::json::parse(run.out)), wanted) << run.out;
    equal += wanted.empty() ? 1 : 0;
  }
  EXPECT_GE(equal, 4);
  EXPECT_LT(equal, 12);
}

}  // namespace
}  // namespace cli
