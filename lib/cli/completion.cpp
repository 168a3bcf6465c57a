#include <fmt/format.h>

#include <algorithm>

#include "cli/page.h"

namespace cli {
namespace {

std::string joined(const std::vector<std::string>& words) {
  std::string text;
  for (const std::string& word : words) text += (text.empty() ? "" : " ") + word;
  return text;
}

bool takes_file(const PageOption& option) {
  return option.value_name.find("FILE") != std::string::npos || option.value_name == "PLAN" ||
         (option.is_argument && (option.long_name == "FILE" || option.long_name == "A" || option.long_name == "B"));
}
bool takes_folder(const PageOption& option) {
  return option.value_name == "DIR" || (option.is_argument && option.long_name == "DIR");
}

std::string identifier(std::string program) {
  std::ranges::replace(program, '-', '_');
  return program;
}

std::vector<std::string> names_of(const PageOption& option) {
  std::vector<std::string> names;
  if (!option.short_name.empty()) names.push_back("-" + option.short_name);
  names.push_back("--" + option.long_name);
  return names;
}

// For single quotes of any of the three shells.
std::string quoted(const std::string& text) {
  std::string out;
  for (const char c : text) out += c == '\'' ? std::string(R"('\'')") : std::string(1, c);
  return out;
}

std::string fish_quoted(const std::string& text) {
  std::string out;
  for (const char c : text) {
    if (c == '\'' || c == '\\') out += '\\';
    out += c;
  }
  return out;
}

// Inside the brackets of _arguments.
std::string zsh_text(const std::string& text) {
  std::string out;
  for (const char c : quoted(text)) {
    if (c == '[' || c == ']' || c == ':') out += '\\';
    out += c;
  }
  return out;
}

std::vector<std::string> commands_of(const Page& page) {
  return page.program == "db-migrate" ? std::vector<std::string>{"up", "status", "verify", "baseline"}
                                      : std::vector<std::string>{};
}

}  // namespace

std::string bash_completion(const Description& description) {
  const Page& page = description.page;
  std::string cases;
  std::string all;
  for (const PageOption& option : description.options) {
    if (option.is_argument) continue;
    const auto names = names_of(option);
    all += (all.empty() ? "" : " ") + joined(names);
    if (option.value_name.empty()) continue;
    std::string pattern = names.front();
    for (std::size_t i = 1; i < names.size(); ++i) pattern += "|" + names[i];
    const std::string answer = !option.words.empty()
                                   ? "COMPREPLY=($(compgen -W '" + joined(option.words) + "' -- \"$current\"))"
                               : takes_file(option)   ? "COMPREPLY=($(compgen -f -- \"$current\"))"
                               : takes_folder(option) ? "COMPREPLY=($(compgen -d -- \"$current\"))"
                                                      : "COMPREPLY=()";
    cases += fmt::format("    {})\n      {}\n      return\n      ;;\n", pattern, answer);
  }
  const auto commands = commands_of(page);
  const std::string plain =
      commands.empty() ? "  COMPREPLY=($(compgen -f -- \"$current\"))\n"
                       : fmt::format(
                             "  if ((COMP_CWORD == 1)); then\n    COMPREPLY=($(compgen -W '{}' -- \"$current\"))\n  "
                             "else\n    COMPREPLY=($(compgen -d -- \"$current\"))\n  fi\n",
                             joined(commands));
  return fmt::format(
      R"(# Completion of {program} for bash; made by {program} --generate bash.
# shellcheck shell=bash disable=SC2207
_{function}() {{
  local current=${{COMP_WORDS[COMP_CWORD]}} previous=${{COMP_WORDS[COMP_CWORD - 1]}}
  case $previous in
{cases}  esac
  if [[ $current == -* ]]; then
    COMPREPLY=($(compgen -W '{all}' -- "$current"))
    return
  fi
{plain}}}
complete -o filenames -F _{function} {program}
)",
      fmt::arg("program", page.program), fmt::arg("function", identifier(page.program)), fmt::arg("cases", cases),
      fmt::arg("all", all), fmt::arg("plain", plain));
}

std::string zsh_completion(const Description& description) {
  const Page& page = description.page;
  std::string specs;
  const auto commands = commands_of(page);
  for (const PageOption& option : description.options) {
    const std::string action = !option.words.empty()  ? "(" + joined(option.words) + ")"
                               : takes_file(option)   ? "_files"
                               : takes_folder(option) ? "_files -/"
                                                      : "";
    if (option.is_argument) {
      const std::string of_argument = option.long_name == "COMMAND" ? "(" + joined(commands) + ")" : action;
      specs += fmt::format("  '::{}:{}' \\\n", zsh_text(option.long_name), of_argument);
      continue;
    }
    const std::string value = option.value_name.empty() ? "" : ":" + zsh_text(option.value_name) + ":" + action;
    const auto names = names_of(option);
    for (const std::string& name : names) {
      // One of two names is enough, unless the option may come again.
      const std::string before = option.is_repeatable ? "*" : "(" + joined(names) + ")";
      specs += fmt::format("  '{}{}[{}]{}' \\\n", before, name, zsh_text(option.description), value);
    }
  }
  return fmt::format("#compdef {0}\n# Made by {0} --generate zsh.\n_arguments \\\n{1}  && return 0\n", page.program,
                     specs);
}

std::string fish_completion(const Description& description) {
  const Page& page = description.page;
  std::string text = fmt::format("# Completion of {0} for fish; made by {0} --generate fish.\n", page.program);
  const auto commands = commands_of(page);
  if (!commands.empty())
    text += fmt::format("complete -c {} -f -n __fish_is_first_arg -a '{}'\n", page.program, joined(commands));
  for (const PageOption& option : description.options) {
    if (option.is_argument) continue;
    text += fmt::format("complete -c {}{} -l {}", page.program,
                        option.short_name.empty() ? "" : " -s " + option.short_name, option.long_name);
    if (!option.value_name.empty()) {
      text += takes_file(option)     ? " -r -F"
              : takes_folder(option) ? " -r -f -a '(__fish_complete_directories)'"
                                     : " -x";
      if (!option.words.empty()) text += " -a '" + joined(option.words) + "'";
    }
    text += " -d '" + fish_quoted(option.description) + "'\n";
  }
  return text;
}

}  // namespace cli
