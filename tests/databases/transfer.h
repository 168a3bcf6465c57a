// Export and import as a user runs them: the real programs, their exit status and their --json result. A failure is a
// std::runtime_error with what the program said. Needs PROGRAM_DIR.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace databases {

// Table → verdict → rows; a verdict without rows does not stand there.
using Verdicts = std::map<std::string, std::map<std::string, std::uint64_t>>;

struct Imported {
  Verdicts verdicts;
  std::vector<std::string> notices;
};

void export_database(const std::string& url, const std::string& file);
// More options: {"--dry-run"}. Rows that are left out are a failure unless they are expected.
enum class LeftOut { kNone, kExpected };
Imported import_file(const std::string& file, const std::string& url, const std::vector<std::string>& options = {},
                     LeftOut left_out = LeftOut::kNone);

// The bytes of an export that are data: from its member "data" up to the seal.
std::string data_of(const std::string& file);

// Every row of the file in one of these verdicts.
Verdicts all_rows(const std::string& file, const std::string& verdict);

}  // namespace databases
