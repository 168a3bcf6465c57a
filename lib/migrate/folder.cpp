#include "migrate/folder.h"

#include <algorithm>
#include <cctype>
#include <charconv>
#include <filesystem>
#include <system_error>

#include "base/error.h"
#include "base/input_file.h"
#include "base/sha256.h"
#include "base/terminal.h"
#include "outcome/engine_traits.h"

namespace migrate {
namespace {

namespace fs = std::filesystem;
using base::Error;
using base::ErrorKind;
using base::printable;

constexpr std::string_view kEnding = ".sql";
constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

std::size_t leading_digits(const std::string& name) {
  return std::min(name.find_first_not_of("0123456789"), name.size());
}

bool looks_like_one(const std::string& name) {
  if (leading_digits(name) == 0 || name.size() < kEnding.size()) return false;
  std::string ending = name.substr(name.size() - kEnding.size());
  for (char& c : ending) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return ending == kEnding;
}

bool asks_for_no_transaction(std::string_view script) {
  std::string_view line = script.substr(0, script.find('\n'));
  if (line.substr(0, 2) != "--") return false;
  line.remove_prefix(2);
  const std::size_t from = line.find_first_not_of(" \t");
  if (from == std::string_view::npos) return false;
  line = line.substr(from, line.find_last_not_of(" \t\r") + 1 - from);
  return line == "no-transaction";
}

// A file may bring its own BEGIN … COMMIT around everything; the transaction of its ledger row takes that place.
void take_out_enclosing_transaction(std::vector<Statement>& statements) {
  if (statements.size() < 2) return;
  if (!begins_transaction(statements.front()) || !commits_transaction(statements.back())) return;
  statements.erase(statements.begin());
  statements.pop_back();
}

void demand_no_transaction_control(const MigrationFile& file) {
  for (const Statement& statement : file.statements) {
    if (!controls_transaction(statement)) continue;
    throw Error(ErrorKind::kUsage,
                printable(file.name) + ", line " + std::to_string(statement.line) + ": " +
                    statement.words.front().text + " would cut the transaction in which the file is applied",
                "take it out, split the file, or write \"-- no-transaction\" on its first line");
  }
}

std::string read_file(const std::string& path) {
  base::InputFile input = base::InputFile::open(path);
  std::string bytes;
  char buffer[64 * 1024];
  while (const std::size_t taken = input.read(buffer, sizeof buffer)) bytes.append(buffer, taken);
  return bytes;
}

Error cannot_read(const std::string& path, const std::error_code& error) {
  if (error == std::errc::no_such_file_or_directory || error == std::errc::not_a_directory)
    return {ErrorKind::kUsage, "there is no folder " + printable(path),
            "name the folder of the migrations: db-migrate up schema/<system>"};
  return {ErrorKind::kInputOutput, "cannot read the folder " + printable(path) + ": " + error.message()};
}

// Files and folders by name; links are followed.
std::vector<std::string> names_in(const std::string& path) {
  std::vector<std::string> names;
  std::error_code error;
  fs::directory_iterator entries(path.empty() ? "." : path, error);
  while (!error && entries != fs::directory_iterator()) {
    names.push_back(entries->path().filename());
    entries.increment(error);
  }
  if (error) throw cannot_read(path, error);
  std::sort(names.begin(), names.end());
  return names;
}

void demand_different_numbers(const std::vector<MigrationFile>& files) {
  for (std::size_t i = 1; i < files.size(); ++i) {
    if (files[i - 1].number != files[i].number) continue;
    throw Error(ErrorKind::kUsage,
                printable(files[i - 1].name) + " and " + printable(files[i].name) + " have the same number",
                "give one of them the next free number");
  }
}

Folder files_in(const std::string& path, Dialect dialect) {
  Folder folder;
  folder.path = path;
  for (const std::string& name : names_in(path)) {
    if (number_of(name) != 0) {
      folder.files.push_back(parse_file(name, read_file((fs::path(path) / name).string()), dialect));
    } else if (looks_like_one(name)) {
      folder.look_alikes.push_back(name);
    }
  }
  return folder;
}

}  // namespace

std::uint64_t number_of(const std::string& file_name) {
  constexpr std::size_t kFewest = 3;
  constexpr std::size_t kMost = 18;  // times like 20250131120000 included
  const std::size_t digits = leading_digits(file_name);
  const bool shaped = digits >= kFewest && digits <= kMost && file_name.size() > digits + 1 + kEnding.size() &&
                      file_name[digits] == '_' &&
                      std::string_view(file_name).substr(file_name.size() - kEnding.size()) == kEnding;
  if (!shaped) return 0;
  std::uint64_t number = 0;
  std::from_chars(file_name.data(), file_name.data() + digits, number);
  return number;
}

MigrationFile parse_file(const std::string& name, const std::string& bytes, Dialect dialect) {
  MigrationFile file;
  file.name = name;
  file.number = number_of(name);
  base::Sha256 hash;
  hash.update(bytes);
  file.checksum = hash.hex();
  std::string_view script = bytes;
  if (script.substr(0, kByteOrderMark.size()) == kByteOrderMark) script.remove_prefix(kByteOrderMark.size());
  // libpq would end the statement there without a word.
  if (script.find('\0') != std::string_view::npos)
    throw Error(ErrorKind::kUsage, printable(name) + " holds a zero byte", "save it as UTF-8 text");
  if (asks_for_no_transaction(script)) file.transaction = TransactionUse::kNone;
  try {
    file.statements = split_sql(script, dialect);
  } catch (const Error& error) {
    throw Error(error.kind(), printable(name) + ": " + error.what(), "correct the file");
  }
  if (file.transaction == TransactionUse::kNone) return file;
  take_out_enclosing_transaction(file.statements);
  demand_no_transaction_control(file);
  return file;
}

Folder read_folder(const std::string& path, const std::string& engine) {
  const Dialect dialect = outcome::traits_of(engine).dialect;
  Folder folder = files_in(path, dialect);
  std::error_code ignored;
  const fs::path own = fs::path(path) / engine;
  if (folder.files.empty() && fs::is_directory(own, ignored)) folder = files_in(own.string(), dialect);
  if (folder.files.empty())
    throw Error(ErrorKind::kUsage, "there is no migration in " + printable(folder.path.empty() ? "." : folder.path),
                "a migration is a file NNN_name.sql with three digits or more: 001_initial_schema.sql");
  std::stable_sort(folder.files.begin(), folder.files.end(),
                   [](const MigrationFile& a, const MigrationFile& b) { return a.number < b.number; });
  demand_different_numbers(folder.files);
  return folder;
}

}  // namespace migrate
