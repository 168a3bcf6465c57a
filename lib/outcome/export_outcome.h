// What a finished export, and a list of what one would hold, has to tell. Plain values that report turns into something
// to read.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

namespace outcome {

struct ListedTable {
  std::string name;                  // as the export calls it
  std::vector<std::string> parents;  // tables of the list that its foreign keys refer to, itself left out
  bool refers_to_itself = false;
  bool audit = false;
  std::uint64_t component = 0;                // equal for the tables of one cycle
  std::vector<std::string> parents_left_out;  // that its foreign keys refer to as well, but the list does not hold
  std::string ledger = {};                    // the tool whose ledger of migrations it is: left out; empty: data
};

// A ledger of migrations, which describes its schema and is no data.
struct LeftOutLedger {
  std::string name;
  std::string tool;
};

struct ExportedTable {
  std::string name;
  std::uint64_t rows = 0;
  std::uint64_t bytes = 0;
};

struct ExportOutcome {
  std::string path;                   // "-": standard output
  std::string place;                  // the database, without a password
  std::vector<ExportedTable> tables;  // in the order of the file
  std::vector<std::string> skipped;   // tables left out by --skip-audit
  std::vector<LeftOutLedger> ledgers;
  std::vector<std::string> notices;
  std::uint64_t rows = 0;
  std::uint64_t bytes = 0;
  std::string sha256;
  std::chrono::nanoseconds duration{};
};

}  // namespace outcome
