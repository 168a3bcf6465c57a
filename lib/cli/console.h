// Where a program speaks: the result on standard output, everything else on standard error. Used between jobs, never
// while a progress bar is shown. One thread.
#pragma once

#include <string>
#include <string_view>

#include "base/error.h"
#include "base/terminal.h"

namespace cli {

// Standard streams that were closed before the program began would become the next files that it opens, and its words
// would end up there. Takes their numbers, with something that can neither be read nor written. First of all in main().
void occupy_closed_streams();

class Console {
 public:
  explicit Console(std::string program) : program_(std::move(program)) { use_color(base::ColorChoice::kAuto); }

  void use_color(base::ColorChoice choice);
  base::Color result_color() const { return result_color_; }
  base::Color message_color() const { return message_color_; }

  // One line, made printable here. What cannot be written to standard error is dropped.
  void say(std::string_view line) const;
  void warn(std::string_view line) const;
  // Of --json: an error is written to standard output, too, where no result does.
  void tell_errors_as_json() { errors_as_json_ = true; }
  // An error and, below it, what to do next.
  void print_error(const std::string& message, const std::string& hint, int exit_status) const;

  // Text that is printable already. print_result throws Error(kInputOutput) when standard output does not take it.
  void print_result(std::string_view text) const;
  void print_beside_result(std::string_view text) const;

 private:
  const std::string program_;
  base::Color result_color_ = base::Color::kNever;
  base::Color message_color_ = base::Color::kNever;
  bool errors_as_json_ = false;
  mutable bool has_printed_ = false;  // a result
};

}  // namespace cli
