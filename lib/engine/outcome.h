// What a finished job has to tell: counts, names, times. Plain values that report turns into something to read.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include "engine/verdict.h"

namespace engine {

struct ListedTable {
  std::string name;                  // as the export calls it
  std::vector<std::string> parents;  // tables of the list that its foreign keys refer to, itself left out
  bool refers_to_itself = false;
  bool audit = false;
  std::uint64_t component = 0;  // equal for the tables of one cycle
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
  std::vector<std::string> notices;
  std::uint64_t rows = 0;
  std::uint64_t bytes = 0;
  std::string sha256;
  std::chrono::nanoseconds duration{};
};

enum class Ending { kDryRun, kCommitted, kRolledBack };

struct ImportedTable {
  std::string name;  // as the file calls it
  VerdictCounts counts;
  std::vector<LeftOut> left_out;  // the first of them; the counts say how many there are
};

struct ImportOutcome {
  Ending ending = Ending::kDryRun;
  std::string file;
  std::string place;  // the target, without a password
  std::string source_database;
  std::string exported_at;
  bool sealed = false;
  std::vector<ImportedTable> tables;  // in the order of the file
  VerdictCounts total;
  std::vector<std::string> notices;
  std::chrono::nanoseconds duration{};
};

}  // namespace engine
