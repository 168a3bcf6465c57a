// The grammar of a program on top of CLI11: options by group, what --help and manuals are made of, errors that suggest
// what was meant. Inside this room; only options_*.cpp use it.
#pragma once

#include <CLI/CLI.hpp>
#include <chrono>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/error.h"
#include "base/suggestion.h"
#include "base/terminal.h"
#include "cli/options.h"
#include "cli/page.h"

namespace cli {

class Syntax {
 public:
  explicit Syntax(Page page);
  Syntax(const Syntax&) = delete;
  Syntax& operator=(const Syntax&) = delete;

  // The options added next come under this title on the help page.
  void group(std::string title) { group_ = std::move(title); }

  // `names` as CLI11 takes them: "-t,--table"; `words`: all that the value can be. The values are set by parse(); what
  // they refer to must live until then.
  void argument(const std::string& name, std::string& value, const std::string& description);
  void flag(const std::string& names, bool& value, const std::string& description);
  // A flag that may say more: "--json", then `values` has "yes", or "--json=full".
  void flag_or_word(const std::string& name, const std::string& word, std::vector<std::string>& values,
                    const std::string& description);
  void option(const std::string& names, const std::string& value_name, std::optional<std::string>& value,
              const std::string& description, std::vector<std::string> words = {});
  void list(const std::string& names, const std::string& value_name, std::vector<std::string>& values,
            const std::string& description);

  Description describe() const;

  // What --help or --version print, if one of them was there. Throws Error(kUsage).
  std::optional<std::string> parse(int argc, const char* const* argv);

  // An error that points to the help page.
  base::Error wrong(const std::string& message) const;

 private:
  std::string generated(const std::string& form) const;
  std::vector<std::string> option_names() const;
  void demand_known_words() const;
  void demand_values() const;
  void demand_no_empty_flags(int argc, const char* const* argv) const;

  const Page page_;
  CLI::App app_;
  std::string group_;
  std::set<const CLI::Option*> repeatable_;
  std::map<const CLI::Option*, std::vector<std::string>> words_;  // that a value can be
};

// The value after `word`, which must be one of those of `choices`.
template <typename Value>
Value choose(const std::string& option, const std::string& word,
             const std::vector<std::pair<std::string, Value>>& choices) {
  std::vector<std::string> words;
  std::string list;
  for (const auto& [known, value] : choices) {
    if (known == word) return value;
    words.push_back(known);
    list += (list.empty() ? "" : ", ") + known;
  }
  const auto meant = base::closest(word, words);
  throw base::Error(base::ErrorKind::kUsage, option + " does not know \"" + base::printable(word) + "\"",
                    meant ? "did you mean " + *meant + "?" : "one of " + list);
}

// "5s", "500ms", "2min".
std::chrono::milliseconds parse_duration(const std::string& option, const std::string& text);

// The options of both programs: add_… before parse(), read() after it.
class CommonSyntax {
 public:
  void add_database(Syntax& syntax);
  // The same where the databases are named by arguments.
  void add_databases(Syntax& syntax);
  // --to or --from: a database by its name in the transfer file. After add_database, in its group.
  void add_target(Syntax& syntax, const std::string& option, const std::string& description);
  void add_tables(Syntax& syntax);
  void add_output(Syntax& syntax);
  CommonOptions read(const Syntax& syntax) const;

 private:
  CommonOptions options_;
  std::optional<std::string> lock_timeout_;
  std::optional<std::string> progress_;
  std::optional<std::string> color_;
  std::string target_option_;
  bool skip_audit_ = false;
  bool no_config_ = false;
  bool quiet_ = false;
  bool verbose_ = false;
  std::vector<std::string> json_;  // "yes" or "full", as often as it was given
};

// Throws kUsage when `word`, given as FILE, is a database URL or an empty text.
void demand_file_name(const Syntax& syntax, const std::string& word);

}  // namespace cli
