#include "cli/syntax.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <limits>

#include "cli/version.h"

namespace cli {
namespace {

using base::Error;
using base::ErrorKind;

// CLI11's "--url: 1 required URL missing" and "--url: At Most 1 required but received 2".
std::string plain_mismatch(const CLI::ArgumentMismatch& error) {
  const std::string message = error.what();
  const bool missing = message.find("missing") != std::string::npos;
  return base::printable(message.substr(0, message.find(':'))) +
         (missing ? " needs a value" : " is given more than once");
}

// "--url=postgresql://…" → "--url": what comes after the = may be a password.
std::string option_name(const std::string& word) { return word.substr(0, word.find('=')); }

}  // namespace

Syntax::Syntax(Page page) : page_(std::move(page)), app_(page_.purpose, page_.program) {
  // Unknown words are looked at here, so that they can be answered with what was meant.
  app_.allow_extras();
}

void Syntax::argument(const std::string& name, std::string& value, const std::string& description) {
  app_.add_option(name, value, description)->group(group_);
}

void Syntax::flag(const std::string& names, bool& value, const std::string& description) {
  app_.add_flag(names, value, description)->group(group_)->disable_flag_override();
}

void Syntax::flag_or_word(const std::string& name, const std::string& word, std::vector<std::string>& values,
                          const std::string& description) {
  app_.add_flag(name + "{yes}", values, description)
      ->group(group_)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll)
      ->check([name, word](const std::string& given) {
        return given == "yes" || given == word ? std::string{} : "it takes no value but " + word;
      });
}

void Syntax::option(const std::string& names, const std::string& value_name, std::optional<std::string>& value,
                    const std::string& description, std::vector<std::string> words) {
  const auto take = [&value](const std::string& word) { value = word; };
  const CLI::Option* option = app_.add_option_function<std::string>(names, take, description)
                                  ->type_name(value_name)
                                  ->option_text(value_name)
                                  ->group(group_);
  if (!words.empty()) words_.emplace(option, std::move(words));
}

void Syntax::list(const std::string& names, const std::string& value_name, std::vector<std::string>& values,
                  const std::string& description) {
  // One value each: without this, -t would swallow the FILE after its pattern.
  const CLI::Option* option = app_.add_option(names, values, description)
                                  ->allow_extra_args(false)
                                  ->type_name(value_name)
                                  ->option_text(value_name)
                                  ->group(group_);
  repeatable_.insert(option);
}

Error Syntax::wrong(const std::string& message) const {
  return {ErrorKind::kUsage, message, "usage: " + page_.usage + " (" + page_.program + " --help tells more)"};
}

std::optional<std::string> Syntax::parse(int argc, const char* const* argv) {
  // Here, so that they come last on the page.
  app_.set_help_flag("-h,--help", "print this page")->group("Help");
  app_.set_version_flag("-V,--version", page_.program, "print the version, its commit and its libraries")
      ->group("Help");
  // What packages are made with; no option of a user's.
  if (argc == 3 && std::string_view(argv[1]) == "--generate") return generated(argv[2]);
  try {
    app_.parse(argc, argv);
  } catch (const CLI::CallForHelp&) {
    return help_text(describe());
  } catch (const CLI::CallForVersion&) {
    return version_text(page_.program);
  } catch (const CLI::ArgumentMismatch& error) {
    throw wrong(plain_mismatch(error));
  } catch (const CLI::ParseError& error) {
    throw wrong(base::printable(error.what()));
  }
  demand_known_words();
  demand_values();
  demand_no_empty_flags(argc, argv);
  return std::nullopt;
}

Description Syntax::describe() const {
  Description description{page_, {}};
  for (const std::string& group : app_.get_groups()) {
    for (const CLI::Option* option :
         app_.get_options([&](const CLI::Option* one) { return one->get_group() == group; })) {
      PageOption one;
      one.group = group;
      one.is_argument = option->get_positional();
      one.long_name = one.is_argument ? option->get_name(true, false) : option->get_lnames().front();
      if (!option->get_snames().empty()) one.short_name = option->get_snames().front();
      if (!one.is_argument) one.value_name = option->get_option_text();
      one.description = option->get_description();
      one.is_repeatable = repeatable_.contains(option);
      if (const auto words = words_.find(option); words != words_.end()) one.words = words->second;
      description.options.push_back(std::move(one));
    }
  }
  return description;
}

std::string Syntax::generated(const std::string& form) const {
  using Maker = std::string (*)(const Description&);
  return choose<Maker>(
      "--generate", form,
      {{"man", manual_text}, {"bash", bash_completion}, {"zsh", zsh_completion}, {"fish", fish_completion}})(
      describe());
}

std::vector<std::string> Syntax::option_names() const {
  std::vector<std::string> names;
  for (const CLI::Option* option : app_.get_options()) {
    for (const std::string& name : option->get_lnames()) names.push_back("--" + name);
    for (const std::string& name : option->get_snames()) names.push_back("-" + name);
  }
  return names;
}

void Syntax::demand_known_words() const {
  const std::vector<std::string> unknown = app_.remaining();
  std::vector<std::string> known = option_names();
  std::erase_if(known, [](const std::string& name) { return name.rfind("--", 0) != 0; });
  for (const std::string& word : unknown) {
    if (word == "--") break;  // what follows is no option, whatever it looks like
    if (word.size() < 2 || word.front() != '-') continue;
    const std::string name = option_name(word);
    const auto meant = base::closest(name, known);
    if (!meant) throw wrong("there is no option " + base::printable(name));
    throw Error(ErrorKind::kUsage, "there is no option " + base::printable(name), "did you mean " + *meant + "?");
  }
  const bool only_mark = unknown.size() == 1 && unknown.front() == "--";
  if (unknown.empty() || only_mark) return;
  throw wrong("there is one FILE too many (only one is taken; a database is named with --url)");
}

// CLI11 takes "--json=" for "--json".
void Syntax::demand_no_empty_flags(int argc, const char* const* argv) const {
  for (int i = 1; i < argc && std::string_view(argv[i]) != "--"; ++i) {
    const std::string_view word = argv[i];
    if (!word.starts_with("--") || !word.ends_with('=')) continue;
    const std::string name(word.substr(0, word.size() - 1));
    const CLI::Option* option = app_.get_option_no_throw(name);
    if (option != nullptr && option->get_items_expected_max() == 0) throw wrong(name + " is given an empty value");
  }
}

// An empty word is an unset variable of a script (--url "$URL"), and never meant as "the default". An option's name in
// the place of a value ("--audit-table --dry-run") is a value forgotten, and must not switch the other option off.
void Syntax::demand_values() const {
  const std::vector<std::string> names = option_names();
  for (const CLI::Option* option : app_.get_options()) {
    for (const std::string& word : option->results()) {
      if (word.empty()) throw wrong(option->get_name() + " is given an empty value");
      const bool forgotten = !option->get_positional() && std::find(names.begin(), names.end(), word) != names.end();
      if (forgotten) throw wrong(option->get_name() + " needs a value, not " + word);
    }
  }
}

std::chrono::milliseconds parse_duration(const std::string& option, const std::string& text) {
  static constexpr std::array<std::pair<std::string_view, std::int64_t>, 3> kUnits = {
      {{"ms", 1}, {"s", 1000}, {"min", 60'000}}};
  constexpr std::int64_t kLongestMs = std::numeric_limits<std::int32_t>::max();  // PostgreSQL's own limit
  std::int64_t amount = 0;
  const char* end = text.data() + text.size();
  const auto [stopped, error] = std::from_chars(text.data(), end, amount);
  const std::string_view unit(stopped, static_cast<std::size_t>(end - stopped));
  for (const auto& [name, factor_ms] : kUnits) {
    if (name != unit || error != std::errc()) continue;
    if (amount < 1 || amount > kLongestMs / factor_ms) break;
    return std::chrono::milliseconds(amount * factor_ms);
  }
  throw Error(ErrorKind::kUsage, option + " is not a time from 1ms to 24 days: \"" + base::printable(text) + "\"",
              "write 500ms, 5s or 2min");
}

void demand_file_name(const Syntax& syntax, const std::string& word) {
  if (word.find("://") == std::string::npos) return;
  throw syntax.wrong("FILE looks like a URL (not shown: it may hold a password); a database is named with --url");
}

}  // namespace cli
