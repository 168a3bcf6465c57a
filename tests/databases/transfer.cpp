#include "databases/transfer.h"

#include <nlohmann/json.hpp>
#include <stdexcept>

#include "support/folder.h"
#include "support/program.h"

namespace databases {
namespace {

nlohmann::json run(const std::vector<std::string>& command, int status = 0) {
  const auto run = support::run_program(command);
  if (run.status != status) {
    throw std::runtime_error(command.front() + " ended with " + std::to_string(run.status) + ": " + run.err + run.out);
  }
  return nlohmann::json::parse(run.out);
}

}  // namespace

void export_database(const std::string& url, const std::string& file) {
  run({PROGRAM_DIR "/db-export", file, "--url", url, "--force", "--json", "--quiet"});
}

Imported import_file(const std::string& file, const std::string& url, const std::vector<std::string>& options,
                     LeftOut left_out) {
  constexpr int kRowsLeftOut = 4;
  std::vector<std::string> command{PROGRAM_DIR "/db-import", file, "--url", url, "--json", "--quiet"};
  command.insert(command.end(), options.begin(), options.end());
  const auto result = run(command, left_out == LeftOut::kExpected ? kRowsLeftOut : 0);
  Imported imported;
  for (const auto& table : result.at("tables")) {
    auto& verdicts = imported.verdicts[table.at("name")];
    for (const char* verdict : {"insert", "update", "unchanged", "conflict", "invalid", "skipped"}) {
      const auto rows = table.at("counts").at(verdict).get<std::uint64_t>();
      if (rows > 0) verdicts[verdict] = rows;
    }
  }
  imported.notices = result.at("notices").get<std::vector<std::string>>();
  return imported;
}

std::string data_of(const std::string& file) {
  const auto text = support::read_file(file);
  const auto begin = text.find("\n\"data\": {\n");
  const auto end = text.rfind("\n\"seal\": {");
  if (begin == std::string::npos || end == std::string::npos) throw std::runtime_error(file + " is not an export");
  return text.substr(begin, end - begin);
}

Verdicts all_rows(const std::string& file, const std::string& verdict) {
  const auto document = nlohmann::json::parse(support::read_file(file));
  Verdicts verdicts;
  for (const auto& [table, records] : document.at("data").items()) {
    auto& rows = verdicts[table];
    if (!records.empty()) rows[verdict] = records.size();
  }
  return verdicts;
}

}  // namespace databases
