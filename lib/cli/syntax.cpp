#include "cli/syntax.h"

#include <fmt/format.h>

#include <charconv>
#include <limits>

#include "transfer/options.h"

namespace cli {
namespace {

using base::Error;
using base::ErrorKind;

constexpr std::size_t kPageWidth = 100;
constexpr std::size_t kNamesWidth = 32;

// Breaks `text` into lines that fit beside the column of names; all but the first are indented.
std::string wrapped(const std::string& text) {
  std::string lines;
  std::size_t room = kPageWidth - kNamesWidth;
  std::size_t at = 0;
  while (at < text.size()) {
    const std::size_t end = std::min(text.find(' ', at), text.size());
    const std::size_t length = end - at;
    if (!lines.empty() && length + 1 > room) {
      lines += "\n" + std::string(kNamesWidth, ' ');
      room = kPageWidth - kNamesWidth;
    } else if (!lines.empty()) {
      lines += ' ';
      --room;
    }
    lines.append(text, at, length);
    room -= std::min(room, length);
    at = end + 1;
  }
  return lines;
}

class HelpPage : public CLI::Formatter {
 public:
  explicit HelpPage(Page page) : page_(std::move(page)) {}

  std::string make_help(const CLI::App* app, std::string, CLI::AppFormatMode) const override {
    std::string text = page_.purpose + "\n\nUsage: " + page_.usage + "\n";
    for (const std::string& group : app->get_groups()) {
      if (group.empty()) continue;
      const auto in_group = [&](const CLI::Option* option) { return option->get_group() == group; };
      const auto options = app->get_options(in_group);
      if (options.empty()) continue;
      text += "\n" + group + ":\n";
      for (const CLI::Option* option : options) text += line(*option);
    }
    return text + "\n" + page_.footer;
  }

 private:
  static std::string line(const CLI::Option& option) {
    std::string names = "  ";
    if (option.get_positional()) {
      names += option.get_name(true, false);
    } else {
      names += option.get_snames().empty() ? "    " : "-" + option.get_snames().front() + ", ";
      names += "--" + option.get_lnames().front();
      if (!option.get_option_text().empty()) names += " " + option.get_option_text();
    }
    const bool fits = names.size() + 2 <= kNamesWidth;
    names += fits ? std::string(kNamesWidth - names.size(), ' ') : "\n" + std::string(kNamesWidth, ' ');
    return names + wrapped(option.get_description()) + "\n";
  }

  const Page page_;
};

// "--url=postgresql://…" → "--url": what stands behind the = may be a password.
std::string option_name(const std::string& word) { return word.substr(0, word.find('=')); }

}  // namespace

Syntax::Syntax(Page page) : page_(std::move(page)), app_(page_.purpose, page_.program) {
  app_.formatter(std::make_shared<HelpPage>(page_));
  // Unknown words are looked at here, so that they can be answered with what was meant.
  app_.allow_extras();
  app_.set_help_flag("-h,--help", "print this page")->group("Help");
  app_.set_version_flag("--version", page_.program + " " + transfer::kVersion, "print the version")->group("Help");
}

void Syntax::argument(const std::string& name, std::string& value, const std::string& description) {
  app_.add_option(name, value, description)->group(group_);
}

void Syntax::flag(const std::string& names, bool& value, const std::string& description) {
  app_.add_flag(names, value, description)->group(group_)->disable_flag_override();
}

void Syntax::option(const std::string& names, const std::string& value_name, std::optional<std::string>& value,
                    const std::string& description) {
  const auto take = [&value](const std::string& word) { value = word; };
  app_.add_option_function<std::string>(names, take, description)
      ->type_name(value_name)
      ->option_text(value_name)
      ->group(group_);
}

void Syntax::list(const std::string& names, const std::string& value_name, std::vector<std::string>& values,
                  const std::string& description) {
  // One value each: without this, -t would swallow the FILE behind its pattern.
  app_.add_option(names, values, description)
      ->allow_extra_args(false)
      ->type_name(value_name)
      ->option_text(value_name)
      ->group(group_);
}

Error Syntax::wrong(const std::string& message) const {
  return {ErrorKind::kUsage, message, "usage: " + page_.usage + " (" + page_.program + " --help tells more)"};
}

std::optional<std::string> Syntax::parse(int argc, const char* const* argv) {
  try {
    app_.parse(argc, argv);
  } catch (const CLI::CallForHelp&) {
    return app_.help();
  } catch (const CLI::CallForVersion& version) {
    return std::string(version.what()) + "\n";
  } catch (const CLI::ParseError& error) {
    throw wrong(base::printable(error.what()));
  }
  demand_known_words();
  demand_values();
  return std::nullopt;
}

void Syntax::demand_known_words() const {
  const std::vector<std::string> unknown = app_.remaining();
  if (unknown.empty()) return;
  std::vector<std::string> known;
  for (const CLI::Option* option : app_.get_options())
    for (const std::string& name : option->get_lnames()) known.push_back("--" + name);
  for (const std::string& word : unknown) {
    if (word.size() < 2 || word.front() != '-') continue;
    const std::string name = option_name(word);
    const auto meant = base::closest(name, known);
    if (!meant) throw wrong("there is no option " + base::printable(name));
    throw Error(ErrorKind::kUsage, "there is no option " + base::printable(name), "did you mean " + *meant + "?");
  }
  throw wrong("there is one FILE too many (only one is taken; a database is named with --url)");
}

// An empty word is an unset variable of a script (--url "$URL"), and never meant as "the default".
void Syntax::demand_values() const {
  for (const CLI::Option* option : app_.get_options())
    for (const std::string& word : option->results())
      if (word.empty()) throw wrong(option->get_name() + " is given an empty value");
}

std::chrono::milliseconds parse_duration(const std::string& option, const std::string& text) {
  static const std::vector<std::pair<std::string_view, std::int64_t>> kUnits = {
      {"ms", 1}, {"s", 1000}, {"min", 60'000}};
  constexpr std::int64_t kLongest_ms = std::numeric_limits<std::int32_t>::max();  // PostgreSQL's own limit
  std::int64_t amount = 0;
  const char* end = text.data() + text.size();
  const auto [stopped, error] = std::from_chars(text.data(), end, amount);
  const std::string_view unit(stopped, static_cast<std::size_t>(end - stopped));
  for (const auto& [name, factor_ms] : kUnits) {
    if (name != unit || error != std::errc()) continue;
    if (amount < 1 || amount > kLongest_ms / factor_ms) break;
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
