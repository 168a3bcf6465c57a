// What db-migrate has to tell, for people and for programs. Text is printable as it is.
#pragma once

#include <string>
#include <vector>

#include "migrate/plan.h"
#include "migrate/verify.h"

namespace migrate {

struct Report {
  std::string command;  // "up", "status", "verify", "baseline"
  std::string folder;
  std::string place;   // of the database, without a password
  std::string schema;  // empty where the engine has none
  bool dry_run = false;
  std::vector<Entry> plan;
  std::vector<Finding> findings;  // of verify
  std::size_t objects = 0;        // that it compared
};

// A table of the files, or of what verify found; then the sum.
std::string report_text(const Report& report);

// One object.
std::string report_json(const Report& report, int exit_status);

}  // namespace migrate
