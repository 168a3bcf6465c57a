// How much an import may change ("--limit", "limits" of the transfer file): more than that is rolled back before the
// first write, with the status of rows left out.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/target.h"
#include "outcome/import_outcome.h"
#include "transfer/plan.h"

namespace transfer {

// "users=10%", "update=500". Throws Error(kUsage) that repeats the word.
Limit parse_limit(std::string_view word);
Limit parse_limit(std::string_view name, std::string_view amount);
std::string word_of(const Limit& limit);

// Adds those of the transfer file but for names that the command line itself limits.
void add_limits(const std::vector<Limit>& of_file, std::vector<Limit>& limits);

// Throws kUsage for a limit of a table that the import does not write.
void demand_tables_of_limits(const std::vector<catalog::Table>& tables, const std::vector<Limit>& limits);

// Holds the counts of an attempt to the limits.
class LimitCheck {
 public:
  explicit LimitCheck(const std::vector<Limit>& limits) : limits_(&limits) {}

  // After classify and again after merge. Fills what the outcome says of limits that are passed over.
  void run(const Plan& plan, engine::Target& target, outcome::ImportOutcome& outcome);

 private:
  void hold(const Limit& limit, const std::string& what, std::uint64_t changes, std::uint64_t rows_there,
            outcome::ImportOutcome& outcome) const;
  void hold_missing(const Plan& plan, engine::Target& target, outcome::ImportOutcome& outcome);
  static void pass_over(const std::string& line, const std::string& option, outcome::ImportOutcome& outcome);
  std::uint64_t rows_there(std::size_t table, engine::Target& target);

  const std::vector<Limit>* limits_;
  std::vector<std::optional<std::uint64_t>> rows_there_;  // by table of the plan, before anything was written
};

}  // namespace transfer
