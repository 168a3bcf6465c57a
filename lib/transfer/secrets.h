// Which columns hold what no report and no message may show: those whose names or types say so, those that the user
// named, and what may show them: foreign keys that refer to them, generated columns. And which say who may do what.
// Pure functions over names.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "catalog/table.h"
#include "catalog/types.h"
#include "outcome/effects.h"

namespace transfer {

struct Masks {
  bool usual = false;                 // names that say so by a word in them: user_pwd_hash, apiToken, sessionId
  std::vector<std::string> patterns;  // names, or table.column; in any case of letters
};

// Whether a name says that its values are nobody's business.
bool says_secret(std::string_view column);

// Whether a name of a column or a table says that it is about who may do what: role, permissions, is_admin.
bool says_rights(std::string_view name);

// What a name says. Secrets come first.
outcome::Meaning meaning_of(std::string_view column);

bool is_masked(const catalog::TableName& table, const std::string& column, const Masks& masks);

// Parallel to `tables`. A foreign key shows what it refers to, so it is masked with it, however long the chain. A
// generated column may be computed from any column beside it. `types`: those of the user's own among the columns'.
std::vector<std::vector<std::string>> masked_columns(const std::vector<catalog::Table>& tables,
                                                     const catalog::Types& types, const Masks& masks);

}  // namespace transfer
