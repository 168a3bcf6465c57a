// Finds staged rows for which an expression of the target's fails (a cast, a division, a domain's check, a text too
// long for full-text search): they are invalid, with the server's own words. A view holds the expressions, so that they
// are parsed once, with an empty search_path, and run with the session's own settings as the merge will run them. One
// statement asks all rows; only where it fails the server asks them one by one, in one pass for any number of failing
// rows. One thread, that of the connection.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "postgres/import/staged_table.h"
#include "postgres/session/connection.h"
#include "postgres/session/settings.h"

namespace postgres {

class Evaluation {
 public:
  // `number`: of the table in the import.
  Evaluation(Connection& connection, StagedTable& table, std::size_t number, const SessionSettings& session)
      : connection_(connection),
        table_(table),
        session_(session),
        view_("pg_temp.evaluated_" + std::to_string(number)) {}

  // Makes the view: before a dry run turns read-only.
  void prepare();
  // After the comparison with the target.
  void reject_failing();
  // Those that are checks, after reject_failing(): rows that they refuse.
  void reject_violating();
  // Whether reject_violating() judges it; empty: what partitions check.
  static bool judges(const StagedTable& table, Evaluated::Meaning meaning, const std::string& check);

 private:
  bool create(const std::vector<Evaluated>& expressions);
  void with_session_settings(const std::function<void()>& work);
  bool run(const std::string& sql);
  std::string values(const std::string& last) const;
  // False: something else than a row is at fault.
  bool find_one_by_one();
  bool find_by_halving(std::uint64_t first, std::uint64_t last);
  void take_found();
  void put_words();

  Connection& connection_;
  StagedTable& table_;
  const SessionSettings& session_;
  std::string view_;
};

}  // namespace postgres
