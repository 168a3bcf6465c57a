// What a program says of itself, as plain values: --help, the manual and the completions of shells are made of it.
// Texts are plain; whoever prints them wraps and quotes.
#pragma once

#include <string>
#include <vector>

namespace cli {

struct Example {
  std::string command;
  std::string meaning;
};

struct ExitStatus {
  int number;
  std::string meaning;
};

struct Page {
  std::string program;  // "db-export"
  std::string usage;    // "db-export [FILE] [options]"
  std::string summary;  // half a sentence: "write the rows of a database into one JSON file"
  std::string purpose;
  std::vector<Example> examples;
  std::vector<std::string> notes;  // paragraphs
  std::vector<ExitStatus> statuses;
  std::string closing;  // after the statuses; may be empty
};

struct PageOption {
  std::string group;
  std::string short_name;  // "t"; empty: none
  std::string long_name;   // "table"; of an argument "FILE"
  std::string value_name;  // "PATTERN"; empty: a flag
  std::string description;
  std::vector<std::string> words;  // that the value can be; empty: anything
  bool is_argument = false;
  bool is_repeatable = false;
};

struct Description {
  Page page;
  std::vector<PageOption> options;  // in the order of the page
};

// The page that --help prints: at most 80 columns.
std::string help_text(const Description& description);

// The manual in mdoc, for section 1.
std::string manual_text(const Description& description);

// What a shell completes after the program's name. Tables and columns are left to the user.
std::string bash_completion(const Description& description);
std::string zsh_completion(const Description& description);
std::string fish_completion(const Description& description);

}  // namespace cli
