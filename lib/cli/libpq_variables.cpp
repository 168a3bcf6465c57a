#include "cli/libpq_variables.h"

#include <algorithm>
#include <array>
#include <cstdlib>

#include "base/terminal.h"

namespace cli {
namespace {

enum class Says { kWhere, kHow };

struct Variable {
  const char* name;
  const char* keyword;
  Says says;
};

// Those of libpq 15 that have a keyword. Where first, in the order in which a place is told.
constexpr std::array<Variable, 22> kVariables = {{{"PGSERVICE", "service", Says::kWhere},
                                                  {"PGDATABASE", "dbname", Says::kWhere},
                                                  {"PGHOST", "host", Says::kWhere},
                                                  {"PGHOSTADDR", "hostaddr", Says::kWhere},
                                                  {"PGPORT", "port", Says::kWhere},
                                                  {"PGUSER", "user", Says::kWhere},
                                                  {"PGPASSWORD", "password", Says::kHow},
                                                  {"PGPASSFILE", "passfile", Says::kHow},
                                                  {"PGOPTIONS", "options", Says::kHow},
                                                  {"PGAPPNAME", "application_name", Says::kHow},
                                                  {"PGSSLMODE", "sslmode", Says::kHow},
                                                  {"PGSSLCERT", "sslcert", Says::kHow},
                                                  {"PGSSLKEY", "sslkey", Says::kHow},
                                                  {"PGSSLROOTCERT", "sslrootcert", Says::kHow},
                                                  {"PGSSLCRL", "sslcrl", Says::kHow},
                                                  {"PGSSLSNI", "sslsni", Says::kHow},
                                                  {"PGCHANNELBINDING", "channel_binding", Says::kHow},
                                                  {"PGREQUIREPEER", "requirepeer", Says::kHow},
                                                  {"PGGSSENCMODE", "gssencmode", Says::kHow},
                                                  {"PGKRBSRVNAME", "krbsrvname", Says::kHow},
                                                  {"PGCONNECT_TIMEOUT", "connect_timeout", Says::kHow},
                                                  {"PGTARGETSESSIONATTRS", "target_session_attrs", Says::kHow}}};

// As libpq has it, an empty variable says nothing.
std::optional<std::string> unless_empty(std::optional<std::string> value) {
  if (value && value->empty()) return std::nullopt;
  return value;
}

bool holds(const Parameters& parameters, std::string_view keyword) {
  return std::ranges::any_of(parameters, [&](const auto& given) { return given.first == keyword; });
}

}  // namespace

std::optional<std::string> environment_variable(const std::string& name) {
  const char* value = std::getenv(name.c_str());
  if (value == nullptr) return std::nullopt;
  return value;
}

std::optional<std::string> ReadFile::value(const std::string& name) const {
  return location::EnvExpansion(content, path, environment_variable, first).value(name);
}

std::optional<LibpqWords> libpq_words(const ReadFile* file) {
  LibpqWords words;
  for (const Variable& variable : kVariables) {
    const auto outside = unless_empty(environment_variable(variable.name));
    const auto inside = file == nullptr ? std::nullopt : unless_empty(file->value(variable.name));
    const bool file_first = file != nullptr && file->first == location::FirstWord::kFile;
    const bool takes_file = inside && (file_first || !outside);
    if (!inside && !outside) continue;
    if (takes_file) words.parameters.emplace_back(variable.keyword, *inside);
    if (variable.says != Says::kWhere) continue;
    words.place.emplace_back(variable.keyword, takes_file ? *inside : *outside);
    const std::string in_file = file == nullptr ? "" : " of " + base::printable(file->path);
    words.origin += (words.origin.empty() ? "" : ", ") + std::string(variable.name) + (takes_file ? in_file : "");
    if (inside && outside && *inside != *outside)
      words.warnings.push_back(std::string(variable.name) + (takes_file ? in_file : " of the environment") +
                               " is used, not the other one" + (takes_file ? " of the environment" : in_file));
    // Who names a file wants what it says; what it leaves open is filled in, and told.
    if (!inside && file_first)
      words.warnings.push_back(std::string(variable.name) + " of the environment is used:" + in_file.substr(3) +
                               " does not say it");
  }
  if (words.origin.empty()) return std::nullopt;
  return words;
}

void complete(Parameters& parameters, const ReadFile* file, std::vector<std::string>& warnings) {
  const bool has_service = holds(parameters, "service");
  const bool names_host = holds(parameters, "host") || holds(parameters, "hostaddr");
  if (names_host && !holds(parameters, "hostaddr") && unless_empty(environment_variable("PGHOSTADDR"))) {
    ::unsetenv("PGHOSTADDR");  // libpq would connect there, whatever host the URL names
    warnings.emplace_back("PGHOSTADDR of the environment is left aside: the URL names another host");
  }
  for (const Variable& variable : kVariables) {
    if (holds(parameters, variable.keyword)) continue;
    const auto outside = unless_empty(environment_variable(variable.name));
    if (variable.says == Says::kHow) {
      const bool file_first = file != nullptr && file->first == location::FirstWord::kFile;
      if (file == nullptr || (outside && !file_first)) continue;
      if (auto inside = unless_empty(file->value(variable.name)))
        parameters.emplace_back(variable.keyword, std::move(*inside));
    } else if (outside && !has_service && std::string_view(variable.name) != "PGSERVICE" &&
               std::string_view(variable.name) != "PGUSER") {
      parameters.emplace_back(variable.keyword, *outside);
      warnings.push_back("the URL does not name the " + std::string(variable.keyword) + ": " + variable.name +
                         " of the environment does");
    }
  }
}

}  // namespace cli
