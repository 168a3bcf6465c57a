// Random bases and random edits on both sides, merged by the programs in either engine and by a plain reference over
// maps: the same rows, the same counts, by cell and by row. What is left out is left out again by the same file where
// it is its own base, without what was left out of it.
#include <array>
#include <map>
#include <optional>
#include <random>

#include "cli/base_fixture.h"

namespace cli {
namespace {

using Value = std::optional<std::string>;
using Row = std::array<Value, 4>;  // owner, a, b, c
using Rows = std::map<int, Row>;

enum class Unit { kCell, kRow };

struct World {
  Rows users;
  Rows posts;                       // whose owner is a user
  std::map<std::string, int> logs;  // of each line how many
  bool operator==(const World&) const = default;
};

struct Merge {
  World rows;
  int insert = 0, update = 0, unchanged = 0, conflict = 0, invalid = 0, kept = 0, gone = 0, deleted = 0;
};

// What the contract says of one row. Nothing: it is left out.
std::optional<Value> merged_cell(const Value& base, const Value& file, const Value& target) {
  if (file == base) return target;
  if (target == base || target == file) return file;
  return std::nullopt;
}

std::optional<Row> merged_row(const Row& base, const Row& file, const Row& target, Unit unit) {
  if (unit == Unit::kRow && file != base && target != base && file != target) return std::nullopt;
  Row merged;
  for (std::size_t i = 0; i < merged.size(); ++i) {
    const auto cell = merged_cell(base[i], file[i], target[i]);
    if (!cell) return std::nullopt;
    merged[i] = *cell;
  }
  return merged;
}

void merge_rows(const Rows& base, const Rows& file, const Rows& target, Unit unit, const Rows* parents, Rows& to,
                Merge& merge) {
  to = target;
  for (const auto& [id, row] : file) {
    const auto b = base.find(id);
    const auto t = target.find(id);
    std::optional<Row> wanted = row;
    if (b != base.end() && t == target.end()) {
      ++(row == b->second ? merge.gone : merge.conflict);
      if (row == b->second) ++merge.unchanged;
      continue;
    }
    if (t != target.end()) {
      wanted =
          b == base.end() ? (row == t->second ? wanted : std::nullopt) : merged_row(b->second, row, t->second, unit);
      if (!wanted) {
        ++merge.conflict;
        continue;
      }
      if (*wanted == t->second) {
        ++merge.unchanged;
        if (b != base.end() && row == b->second && row != t->second) ++merge.kept;
        continue;
      }
    }
    if (parents != nullptr && (*wanted)[0] && !parents->contains(std::stoi(*(*wanted)[0]))) {
      ++merge.invalid;
      continue;
    }
    ++(t == target.end() ? merge.insert : merge.update);
    to[id] = *wanted;
  }
}

Merge merge_worlds(const World& base, const World& file, const World& target, Unit unit, bool deletes) {
  Merge merge;
  merge_rows(base.users, file.users, target.users, unit, nullptr, merge.rows.users, merge);
  merge_rows(base.posts, file.posts, target.posts, unit, &merge.rows.users, merge.rows.posts, merge);
  for (const auto& [id, row] : target.posts) {
    if (!deletes || file.posts.contains(id) || !base.posts.contains(id)) continue;
    const bool as_it_was = row == base.posts.at(id);
    ++(as_it_was ? merge.deleted : merge.conflict);
    if (as_it_was) merge.rows.posts.erase(id);
  }
  merge.rows.logs = target.logs;
  for (const auto& [line, f] : file.logs) {
    const auto in = [&](const World& world) { return world.logs.contains(line) ? world.logs.at(line) : 0; };
    const int b = in(base);
    const int t = in(target);
    const int inserts = std::max(0, f - std::max(b, t));
    if (inserts > 0) merge.rows.logs[line] += inserts;
    merge.insert += inserts;
    merge.unchanged += f - inserts;
    merge.gone += std::max(0, std::min(f, b) - t);
  }
  return merge;
}

std::string literal(const Value& value) { return value ? "'" + *value + "'" : "NULL"; }

std::string sql_of(const World& world) {
  std::string sql = "DELETE FROM posts; DELETE FROM users; DELETE FROM logs; ";
  const auto add = [&](const std::string& table, const Rows& rows) {
    for (const auto& [id, row] : rows) {
      sql += "INSERT INTO " + table + " VALUES (" + std::to_string(id);
      for (const Value& value : row) sql += ", " + literal(value);
      sql += "); ";
    }
  };
  add("users", world.users);
  add("posts", world.posts);
  for (const auto& [line, count] : world.logs) {
    for (int i = 0; i < count; ++i) sql += "INSERT INTO logs VALUES ('" + line + "'); ";
  }
  return sql;
}

constexpr const char* kSchema =
    "CREATE TABLE users (id INTEGER PRIMARY KEY, owner INTEGER, a TEXT, b TEXT, c TEXT);"
    "CREATE TABLE posts (id INTEGER PRIMARY KEY, owner INTEGER REFERENCES users(id), a TEXT, b TEXT, c TEXT);"
    "CREATE TABLE logs (line TEXT);";

// A line a row, in an order that stays.
constexpr const char* kRows =
    "SELECT 'users ' || id || ' ' || coalesce(owner, 0) || ' ' || coalesce(a, '-') || ' ' || coalesce(b, '-') || ' ' "
    "|| "
    "coalesce(c, '-') AS line FROM users UNION ALL "
    "SELECT 'posts ' || id || ' ' || coalesce(owner, 0) || ' ' || coalesce(a, '-') || ' ' || coalesce(b, '-') || ' ' "
    "|| "
    "coalesce(c, '-') FROM posts UNION ALL SELECT 'logs ' || line FROM logs";

std::vector<std::string> lines_of(const World& world) {
  std::vector<std::string> lines;
  const auto add = [&](const std::string& table, const Rows& rows) {
    for (const auto& [id, row] : rows) {
      std::string line = table + " " + std::to_string(id) + " " + row[0].value_or("0");
      for (std::size_t i = 1; i < row.size(); ++i) line += " " + row[i].value_or("-");
      lines.push_back(line);
    }
  };
  add("users", world.users);
  add("posts", world.posts);
  for (const auto& [line, count] : world.logs)
    lines.insert(lines.end(), static_cast<std::size_t>(count), "logs " + line);
  std::ranges::sort(lines);
  return lines;
}

class ThreeWayWorld : public Base {
 protected:
  int below(int most) { return std::uniform_int_distribution<int>(0, most - 1)(random); }
  Value any_value() {
    if (below(4) == 0) return std::nullopt;
    return std::string(1, static_cast<char>('p' + below(3)));
  }
  Row any_row(const Rows* parents) {
    Row row{std::nullopt, any_value(), any_value(), any_value()};
    if (parents != nullptr && !parents->empty() && below(4) != 0)
      row[0] = std::to_string(std::next(parents->begin(), below(static_cast<int>(parents->size())))->first);
    return row;
  }
  World any_world() {
    World world;
    for (int id = 1; id <= 9; ++id)
      if (below(4) != 0) world.users[id] = any_row(nullptr);
    for (int id = 1; id <= 9; ++id)
      if (below(4) != 0) world.posts[id] = any_row(&world.users);
    for (const char* line : {"x", "y", "z"})
      if (const int count = below(4); count != 0) world.logs[line] = count;
    return world;
  }
  void edit(Rows& rows, const Rows* parents) {
    for (int id = 1; id <= 11; ++id) {
      if (below(2) == 0) continue;
      if (!rows.contains(id)) {
        if (below(3) == 0) rows[id] = any_row(parents);
      } else if (below(5) == 0) {
        rows.erase(id);
      } else {
        Row changed = any_row(parents);
        for (std::size_t i = 0; i < changed.size(); ++i)
          if (below(3) == 0) rows[id][i] = changed[i];
      }
    }
  }
  World edited(World world) {
    edit(world.users, nullptr);
    for (auto& [id, post] : world.posts)
      if (post[0] && !world.users.contains(std::stoi(*post[0]))) post[0].reset();
    edit(world.posts, &world.users);
    for (const char* line : {"x", "y", "z"}) {
      const int change = below(3) - 1;
      const int count = (world.logs.contains(line) ? world.logs[line] : 0) + change;
      if (count > 0) world.logs[line] = count;
      if (count <= 0) world.logs.erase(line);
    }
    return world;
  }

  static std::vector<std::string> sorted_lines(const std::string& text) {
    std::vector<std::string> lines;
    for (std::size_t at = 0; at < text.size();) {
      const std::size_t end = std::min(text.find('\n', at), text.size());
      lines.push_back(text.substr(at, end - at));
      at = end + 1;
    }
    std::ranges::sort(lines);
    return lines;
  }
  std::string shell(const std::string& database, const std::string& sql) const {
    const support::Run run = support::run_program({"sqlite3", "-bail", folder.file(database)}, {.input = sql});
    EXPECT_EQ(run.status, 0) << run.err;
    return run.out;
  }
  // One way of the same story: what the target holds afterwards, what was counted.
  struct Engine {
    std::function<void(const std::string&)> source;
    std::function<void(const std::string&)> target;
    std::function<std::vector<std::string>()> there;
    std::string source_url;
    std::string target_url;
  };
  void check(const Engine& engine, const World& base, const World& of_file, const World& of_target, Unit unit,
             bool deletes) {
    const std::string story = sql_of(base) + "\n" + sql_of(of_file) + "\n" + sql_of(of_target);
    const auto run = [&](std::vector<std::string> words) {
      words.front() = std::string(PROGRAM_DIR "/") + words.front();
      return support::run_program(words);
    };
    engine.source(sql_of(base));
    ASSERT_EQ(run({"db-export", last, "--url", engine.source_url, "--force"}).status, 0);
    engine.source(sql_of(of_file));
    engine.target(sql_of(of_target));
    ASSERT_EQ(run({"db-export", file, "--url", engine.source_url, "--force"}).status, 0);
    std::vector<std::string> words{"db-import", file,          "--base",
                                   last,        "--url",       engine.target_url,
                                   "--json",    "--base-unit", unit == Unit::kCell ? "cell" : "row"};
    const Merge expected = merge_worlds(base, of_file, of_target, unit, deletes);
    if (deletes) words.insert(words.end(), {"--delete-missing", "posts", "--limit", "delete=100"});
    const std::string left_out = folder.file("left_out.json");
    std::filesystem::remove(left_out);
    words.insert(words.end(), {"--rejects", left_out});
    std::vector<std::string> dry = words;
    dry.insert(dry.end(), {"--dry-run", "--report", folder.file("audit.json")});
    std::filesystem::remove(folder.file("audit.json"));
    const support::Run foretold = run(dry);
    std::filesystem::remove(left_out);
    EXPECT_EQ(engine.there(), lines_of(of_target)) << story;
    const support::Run done = run(words);
    ASSERT_TRUE(done.status == 0 || done.status == 4) << done.err << story;
    EXPECT_EQ(engine.there(), lines_of(expected.rows)) << story << done.out;
    const auto total = nlohmann::json::parse(done.out)["total"];
    EXPECT_EQ(nlohmann::json::parse(foretold.out)["total"], total) << story;
    const std::vector<int> counts{count(total, "insert"),   count(total, "update"),  count(total, "unchanged"),
                                  count(total, "conflict"), count(total, "invalid"), count(total, "kept"),
                                  count(total, "gone"),     count(total, "delete")};
    EXPECT_EQ(counts, (std::vector<int>{expected.insert, expected.update, expected.unchanged, expected.conflict,
                                        expected.invalid, expected.kept, expected.gone, expected.deleted}))
        << story << done.out;
    if (deletes || !std::filesystem::exists(left_out)) return;
    const support::Run again =
        run({"db-import", file, "--base", file, "--base-rejects", left_out, "--rejects", folder.file("again.json"),
             "--force", "--url", engine.target_url, "--json", "--base-unit", unit == Unit::kCell ? "cell" : "row"});
    ASSERT_EQ(again.status, 4) << "what was left out is left out again\n" << again.err << story;
    EXPECT_EQ(engine.there(), lines_of(expected.rows)) << story << again.out;
    const auto second = nlohmann::json::parse(again.out)["total"];
    EXPECT_EQ(count(second, "conflict") + count(second, "invalid"), expected.conflict + expected.invalid)
        << story << again.out;
    EXPECT_EQ(count(second, "insert") + count(second, "update"), 0) << story << again.out;
  }

  Engine of_postgres() {
    return {[&](const std::string& sql) { source.run(sql); }, [&](const std::string& sql) { target.run(sql); },
            [&] {
              return sorted_lines(
                  target.value("SELECT coalesce(string_agg(line, E'\\n'), '') FROM (" + std::string(kRows) + ") r"));
            },
            source.url(), target.url()};
  }

  std::mt19937 random{20261201};
};

TEST_F(ThreeWayWorld, BecomesWhatThePlainReferenceSaysInEitherEngine) {
  schema(kSchema);
  for (const char* database : {"dev.db", "prod.db"}) shell(database, kSchema);
  const Engine postgres = of_postgres();
  const Engine sqlite{[&](const std::string& sql) { shell("dev.db", sql); },
                      [&](const std::string& sql) { shell("prod.db", sql); },
                      [&] { return sorted_lines(shell("prod.db", kRows)); }, "sqlite:" + folder.file("dev.db"),
                      "sqlite:" + folder.file("prod.db")};
  for (int round = 0; round < 14; ++round) {
    SCOPED_TRACE(round);
    const World base = any_world();
    const World of_file = edited(base);
    const World of_target = edited(base);
    const Unit unit = round % 3 == 2 ? Unit::kRow : Unit::kCell;
    const bool deletes = round % 2 == 1;
    check(postgres, base, of_file, of_target, unit, deletes);
    check(sqlite, base, of_file, of_target, unit, deletes);
    if (HasFailure()) return;
  }
}

TEST_F(ThreeWayWorld, BecomesTheSameWhereRecordsThatAreEqualToRowsAreNotStaged) {
  setenv("DB_TRANSFER_DIGESTS", "always", 1);
  schema(kSchema);
  random.seed(20261130);
  for (int round = 0; round < 10 && !HasFailure(); ++round) {
    SCOPED_TRACE(round);
    const World base = any_world();
    const World of_file = edited(base);
    World of_target = edited(base);
    for (const auto& [id, user] : of_file.users)  // more of them than chance gives
      if (below(2) == 0) of_target.users[id] = user;
    check(of_postgres(), base, of_file, of_target, round % 2 == 0 ? Unit::kCell : Unit::kRow, false);
  }
  unsetenv("DB_TRANSFER_DIGESTS");
}

}  // namespace
}  // namespace cli
