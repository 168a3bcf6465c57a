#include "migrate/verify.h"

#include <map>
#include <set>
#include <string>
#include <utility>

#include "base/error.h"
#include "migrate/runner.h"

namespace migrate {
namespace {

using base::Error;

// Rolls back, whatever happens.
class Scratch {
 public:
  explicit Scratch(engine::MigrationDatabase& database) : database_(database) { database_.begin(); }
  ~Scratch() { database_.roll_back(); }
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;

 private:
  engine::MigrationDatabase& database_;
};

void run_into_scratch(engine::MigrationDatabase& database, const MigrationFile& file) {
  try {
    rehearse(database, file);
    database.demand_only_scratch_touched();
  } catch (const Error& error) {
    if (error.kind() != base::ErrorKind::kSchema) throw;
    throw Error(
        error.kind(), "cannot be verified: " + file.name + " does not run into an empty schema\n" + error.what(),
        "files that are verified name no schema and build on nothing but the files before them\n" + error.hint());
  }
}

bool is_applied(const Entry& entry) { return entry.state == State::kApplied || entry.state == State::kBaselined; }

}  // namespace

std::vector<Finding> compare(const std::vector<engine::SchemaObject>& expected,
                             const std::vector<engine::SchemaObject>& present) {
  std::map<std::pair<std::string, std::string>, std::string> definitions;
  for (const auto& object : present) definitions.emplace(std::pair(object.kind, object.name), object.definition);
  const auto is_missing = [&](const engine::SchemaObject& object) {
    return !definitions.contains({object.kind, object.name});
  };
  std::set<std::string> missing_tables;
  for (const auto& object : expected) {
    if (object.table.empty() && is_missing(object)) missing_tables.insert(object.name);
  }
  std::vector<Finding> findings;
  for (const auto& object : expected) {
    if (is_missing(object)) {
      if (!missing_tables.contains(object.table)) findings.push_back({object.kind, object.name, {}, {}});
      continue;
    }
    const std::string& found = definitions[{object.kind, object.name}];
    if (found != object.definition) findings.push_back({object.kind, object.name, object.definition, found});
  }
  return findings;
}

Verification verify(engine::MigrationDatabase& database, const std::vector<MigrationFile>& files) {
  const Scratch scratch(database);
  Verification result;
  result.plan = make_plan(files, database.ledger());
  demand_sound(result.plan);
  const auto present = database.objects();
  database.enter_scratch();
  for (std::size_t i = 0; i < files.size(); ++i) {
    // A sound plan has exactly the files, in their order.
    if (is_applied(result.plan[i])) run_into_scratch(database, files[i]);
  }
  const auto expected = database.objects();
  result.objects = expected.size();
  result.findings = compare(expected, present);
  return result;
}

}  // namespace migrate
