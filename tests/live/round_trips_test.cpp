// How often a program waits for the server: over a long line that is what many small tables cost. Counted by a proxy
// that knows the protocol.
#include <gmock/gmock.h>

#include <algorithm>

#include "support/folder.h"
#include "support/program.h"
#include "support/server.h"
#include "support/wire_proxy.h"

namespace live {
namespace {

std::string tables(int count, const std::string& each) {
  std::string sql;
  for (int i = 1; i <= count; ++i) {
    const std::string name = "t" + std::to_string(i);
    sql += "CREATE TABLE " + name + " (id int PRIMARY KEY, name text NOT NULL, parent int REFERENCES t1); ";
    if (!each.empty()) sql += "INSERT INTO " + name + " " + each + "; ";
  }
  return sql;
}

// A statement, or the end of what COPY sends, is answered before the next one.
std::size_t round_trips(const support::WireProxy& proxy) {
  const std::vector<std::string> messages = proxy.messages(support::Way::kToServer);
  return static_cast<std::size_t>(
      std::ranges::count_if(messages, [](const std::string& message) { return message.find_first_of("Qcf") == 0; }));
}

struct Trips {
  std::size_t of_export = 0;
  std::size_t of_dry_run = 0;
};

Trips trips_of(int count) {
  support::Database source;
  support::Database target;
  const support::TemporaryFolder folder;
  source.run(tables(count, "SELECT i, 'row ' || i FROM generate_series(1, 3) AS i"));
  target.run(tables(count, "SELECT i, 'old ' || i FROM generate_series(2, 4) AS i"));
  const std::string file = folder.file("app.json");
  support::WireProxy out(support::server_connection(), {});
  const support::Run exported = support::run_program({PROGRAM_DIR "/db-export", file, "--url", out.url(source.name())});
  EXPECT_EQ(exported.status, 0) << exported.err;
  support::WireProxy in(support::server_connection(), {});
  const support::Run judged =
      support::run_program({PROGRAM_DIR "/db-import", file, "--dry-run", "--yes", "--url", in.url(target.name())});
  EXPECT_EQ(judged.status, 0) << judged.err;
  return {round_trips(out), round_trips(in)};
}

// Bounds that are to fall, never to rise.
TEST(RoundTrips, AreFewForEachTableAndForAll) {
  constexpr int kFew = 10;
  constexpr int kMany = 50;
  const Trips few = trips_of(kFew);
  const Trips many = trips_of(kMany);
  EXPECT_LE(many.of_export - few.of_export, 1 * (kMany - kFew));
  EXPECT_LE(many.of_dry_run - few.of_dry_run, 8 * (kMany - kFew));
  EXPECT_LE(few.of_export, 50 + 1 * kFew);
  EXPECT_LE(few.of_dry_run, 135 + 8 * kFew);
}

}  // namespace
}  // namespace live
