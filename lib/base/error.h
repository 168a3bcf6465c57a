// The one family of exceptions. A kind is an exit status; whoever catches decides by kind, never by text.
// Thrown with what went wrong, where, and what to do next; printed once, by cli.
#pragma once

#include <stdexcept>
#include <string>
#include <utility>

namespace base {

// The value is the exit status of the program (README, "Options").
enum class ErrorKind {
  kInternal = 1,
  kUsage = 2,
  kConnection = 5,
  kFile = 6,
  kSchema = 7,
  kPrivilege = 8,
  kLock = 9,
  kInputOutput = 10,
  kCommitUnknown = 11,
  kInterrupted = 130,
};

class Error : public std::runtime_error {
 public:
  // `hint` says what to do next; empty when there is nothing useful to say.
  Error(ErrorKind kind, const std::string& message, std::string hint = {})
      : std::runtime_error(message), kind_(kind), hint_(std::move(hint)) {}

  ErrorKind kind() const { return kind_; }
  const std::string& hint() const { return hint_; }

 private:
  ErrorKind kind_;
  std::string hint_;
};

}  // namespace base
