// Random pairs of databases: what goes is what the file lacks and nobody refers to afterwards, in every way to say so.
#include <map>
#include <optional>
#include <random>
#include <set>

#include "cli/undo_fixture.h"

namespace cli {
namespace {

struct Post {
  int author = 0;
  std::optional<int> answers;
};
struct World {
  std::map<int, std::string> users;  // e-mails
  std::map<int, Post> posts;
};

class DeleteMissingWorld : public Undo {
 protected:
  void SetUp() override {
    schema(
        "CREATE TABLE users (id int PRIMARY KEY, email text NOT NULL UNIQUE);"
        "CREATE TABLE posts (id int PRIMARY KEY, author int NOT NULL REFERENCES users ON DELETE CASCADE, answers int "
        "REFERENCES posts ON DELETE SET NULL)");
  }
  int below(int most) { return std::uniform_int_distribution<int>(0, most - 1)(random); }
  World any_world() {
    World world;
    std::set<std::string> taken;
    for (int id = 1; id <= 7; ++id) {
      const std::string email(1, static_cast<char>('a' + below(9)));
      if (below(3) != 0 && taken.insert(email).second) world.users[id] = email;
    }
    for (int id = 1; id <= 9 && !world.users.empty(); ++id) {
      if (below(3) == 0) continue;
      world.posts[id].author = std::next(world.users.begin(), below(static_cast<int>(world.users.size())))->first;
    }
    for (auto& [id, post] : world.posts) {
      if (below(2) == 0)
        post.answers = std::next(world.posts.begin(), below(static_cast<int>(world.posts.size())))->first;
    }
    return world;
  }
  static std::string sql_of(const World& world) {
    std::string sql = "TRUNCATE users, posts; ";
    for (const auto& [id, email] : world.users)
      sql += "INSERT INTO users VALUES (" + std::to_string(id) + ", '" + email + "'); ";
    for (const auto& [id, post] : world.posts)
      sql += "INSERT INTO posts VALUES (" + std::to_string(id) + ", " + std::to_string(post.author) + "); ";
    for (const auto& [id, post] : world.posts) {
      if (post.answers)
        sql +=
            "UPDATE posts SET answers = " + std::to_string(*post.answers) + " WHERE id = " + std::to_string(id) + "; ";
    }
    return sql;
  }
  World there() {
    World world;
    const auto json = nlohmann::json::parse(target.value(
        "SELECT json_build_object('users', (SELECT coalesce(json_agg(u), '[]') FROM users u), 'posts', (SELECT "
        "coalesce(json_agg(p), '[]') FROM posts p))"));
    for (const auto& user : json["users"]) world.users[user["id"]] = user["email"];
    for (const auto& post : json["posts"]) {
      world.posts[post["id"]].author = post["author"];
      if (!post["answers"].is_null()) world.posts[post["id"]].answers = post["answers"].get<int>();
    }
    return world;
  }
  // Of the rows of one table: all of the file's that were there are there, and of the rest those that another row there
  // refers to. Returns how many were kept.
  template <typename Rows, typename IsReferred>
  static int check(const Rows& file, const Rows& before, const Rows& after, bool named, const IsReferred& is_referred) {
    int kept = 0;
    for (const auto& [id, row] : before) {
      const bool stays = after.contains(id);
      if (file.contains(id) || !named) {
        EXPECT_TRUE(stays) << id;
      } else if (stays) {
        EXPECT_TRUE(is_referred(id)) << id;
        ++kept;
      }
    }
    return kept;
  }

  std::mt19937 random{20261130};
};

TEST_F(DeleteMissingWorld, LosesWhatTheFileLacksAndNothingElse) {
  for (int round = 0; round < 12; ++round) {
    SCOPED_TRACE(round);
    const World of_file = any_world();
    const World of_target = any_world();
    source.run(sql_of(of_file));
    target.run(sql_of(of_target));
    const bool users = below(4) != 0;
    const bool posts = !users || below(4) != 0;
    std::vector<std::string> options = {"--limit", "delete=100", "--json"};
    if (users) options.insert(options.end(), {"--delete-missing", "users"});
    if (posts) options.insert(options.end(), {"--delete-missing", "posts"});
    ASSERT_EQ(run_export().status, 0);
    before = rows();
    std::vector<std::string> dry = options;
    dry.emplace_back("--dry-run");
    const support::Run foretold = run_import(dry);
    ASSERT_EQ(rows(), before);
    std::filesystem::remove(undo);
    options.insert(options.end(), {"--save-undo", undo});
    const support::Run done = run_import(options);
    ASSERT_TRUE(done.status == 0 || done.status == 4) << done.err;
    const auto result = nlohmann::json::parse(done.out);
    EXPECT_EQ(nlohmann::json::parse(foretold.out)["total"], result["total"]) << sql_of(of_file) << sql_of(of_target);
    const World now = there();
    const auto user_is_referred = [&](int id) {
      return std::ranges::any_of(now.posts, [&](const auto& post) { return post.second.author == id; });
    };
    const auto post_is_referred = [&](int id) {
      return std::ranges::any_of(now.posts,
                                 [&](const auto& post) { return post.first != id && post.second.answers == id; });
    };
    int kept = check(of_file.users, of_target.users, now.users, users, user_is_referred);
    kept += check(of_file.posts, of_target.posts, now.posts, posts, post_is_referred);
    EXPECT_EQ(count(result["total"], "missing") - count(result["total"], "delete"), kept);
    if (done.status == 0 && users) {
      EXPECT_EQ(now.users, of_file.users);
    }
    const support::Run back = take_back();
    EXPECT_EQ(back.status, 0) << back.out << back.err;
    EXPECT_EQ(rows(), before) << sql_of(of_file) << sql_of(of_target);
    if (HasFailure()) return;
  }
}

}  // namespace
}  // namespace cli
