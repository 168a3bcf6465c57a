#include "cli/syntax.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
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

// CLI11's "--url: 1 required URL missing" and "--url: At Most 1 required but received 2".
std::string plain_mismatch(const CLI::ArgumentMismatch& error) {
  const std::string message = error.what();
  const bool missing = message.find("missing") != std::string::npos;
  return base::printable(message.substr(0, message.find(':'))) +
         (missing ? " needs a value" : " is given more than once");
}

// "--url=postgresql://…" → "--url": what stands behind the = may be a password.
std::string option_name(const std::string& word) { return word.substr(0, word.find('=')); }

}  // namespace

Syntax::Syntax(Page page) : page_(std::move(page)), app_(page_.purpose, page_.program) {
  app_.formatter(std::make_shared<HelpPage>(page_));
  // Unknown words are looked at here, so that they can be answered with what was meant.
  app_.allow_extras();
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
  // Here, so that they stand last on the page.
  app_.set_help_flag("-h,--help", "print this page")->group("Help");
  app_.set_version_flag("--version", page_.program + " " + transfer::kVersion, "print the version")->group("Help");
  try {
    app_.parse(argc, argv);
  } catch (const CLI::CallForHelp&) {
    return app_.help();
  } catch (const CLI::CallForVersion& version) {
    return std::string(version.what()) + "\n";
  } catch (const CLI::ArgumentMismatch& error) {
    throw wrong(plain_mismatch(error));
  } catch (const CLI::ParseError& error) {
    throw wrong(base::printable(error.what()));
  }
  demand_known_words();
  demand_values();
  return std::nullopt;
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
