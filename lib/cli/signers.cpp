#include "cli/signers.h"

#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <vector>

#include "base/child_process.h"
#include "base/error.h"
#include "base/terminal.h"

namespace cli {
namespace {

using base::Error;
using base::ErrorKind;

constexpr const char* kVariable = "DB_TRANSFER_SIGNERS";
constexpr const char* kNamespace = "db-transfer";

// What begins with a dash would be an option to ssh-keygen.
std::string as_path(const std::string& path) { return path.starts_with('-') ? "./" + path : path; }

std::string first_line(const std::string& text) { return base::printable(text.substr(0, text.find('\n'))); }

std::string how_to_sign(const std::string& path) {
  return std::string("let one of those who are listed sign it: ssh-keygen -Y sign -n ") + kNamespace +
         " -f ~/.ssh/id_ed25519 " + base::printable(path);
}

base::ChildResult run_keygen(std::vector<std::string> arguments, const base::ReadInput& input = {}) {
  arguments.insert(arguments.begin(), "ssh-keygen");
  base::ChildResult result = base::run_child(arguments, input);
  if (!result.started)
    throw Error(ErrorKind::kPrivilege, "ssh-keygen, which verifies signatures, cannot be run here",
                "install OpenSSH's client (openssh-client)");
  return result;
}

// A line of the list may name several persons, with commas between them; one with "!" is none.
std::vector<std::string> persons_of(const std::string& lines) {
  std::vector<std::string> persons;
  std::string person;
  const auto add = [&] {
    if (!person.empty() && person.front() != '!' && std::ranges::find(persons, person) == persons.end())
      persons.push_back(person);
    person.clear();
  };
  for (const char c : lines) {
    if (c == '\n' || c == ',') {
      add();
    } else {
      person += c;
    }
  }
  add();
  return persons;
}

void demand_readable(const std::string& path, const std::string& what) {
  if (::access(path.c_str(), R_OK) == 0) return;
  throw Error(ErrorKind::kUsage, "the list of signers " + base::printable(path) + " (" + what + ") cannot be read",
              "it is OpenSSH's allowed_signers: a line for each person who may approve, \"alice ssh-ed25519 AAAA…\"");
}

}  // namespace

bool environment_demands_signers() { return std::getenv(kVariable) != nullptr; }

std::optional<std::string> signers_file(const std::optional<std::string>& option) {
  const char* variable = std::getenv(kVariable);
  if (variable != nullptr && *variable == '\0')
    throw Error(ErrorKind::kUsage, std::string(kVariable) + " is set, and names no file",
                "name the list of those who may approve, or unset it");
  if (variable != nullptr && option && *option != variable)
    throw Error(ErrorKind::kUsage,
                "--signers names another list than " + std::string(kVariable) +
                    " of the environment: " + base::printable(*option) + " and " + base::printable(variable),
                "leave --signers out: this machine has its own list");
  if (variable != nullptr) {
    demand_readable(variable, kVariable);
    return variable;
  }
  if (option) demand_readable(*option, "--signers");
  return option;
}

std::string demand_signature(const std::string& path, const std::string& signers, base::InputFile& bytes) {
  const std::string signature = as_path(path + ".sig");
  if (::access(signature.c_str(), R_OK) != 0)
    throw Error(ErrorKind::kPrivilege,
                base::printable(path) + " is not signed: there is no " + base::printable(path + ".sig"),
                how_to_sign(path));
  const base::ChildResult found = run_keygen({"-Y", "find-principals", "-s", signature, "-f", as_path(signers)});
  const std::vector<std::string> persons = found.status == 0 ? persons_of(found.out) : std::vector<std::string>{};
  if (persons.empty())
    throw Error(ErrorKind::kPrivilege,
                base::printable(path) + " is signed by nobody whom " + base::printable(signers) +
                    " lists: " + first_line(found.err),
                how_to_sign(path));
  std::string why;
  for (const std::string& person : persons) {
    bytes.seek(0);
    const base::ChildResult verified =
        run_keygen({"-Y", "verify", "-f", as_path(signers), "-I", person, "-n", kNamespace, "-s", signature},
                   [&](char* to, std::size_t count) { return bytes.read(to, count); });
    if (verified.status == 0) return person;
    why = first_line(verified.err.empty() ? verified.out : verified.err);
  }
  throw Error(
      ErrorKind::kPrivilege,
      "the signature of " + base::printable(path) + " by " + base::printable(persons.front()) + " is not good: " + why,
      how_to_sign(path));
}

}  // namespace cli
