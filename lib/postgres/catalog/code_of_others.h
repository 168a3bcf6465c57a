// Code of other roles that an import or a dry run would run with this role's rights: triggers, rules, the functions
// behind defaults, checks, generated columns, indexes, domains and event triggers, and expressions of theirs that are
// not proven harmless (proven_code.h). Whoever may do anything must agree to it first: READ ONLY does not keep a
// function of a superuser's session from COPY … TO PROGRAM. What the role itself or a superuser has made is trusted.
// One thread, that of the connection.
#pragma once

#include <string>
#include <vector>

#include "postgres/catalog/introspect.h"
#include "postgres/catalog/reached_code.h"
#include "postgres/session/connection.h"

namespace postgres {

// Before anything of it runs: throws kPrivilege, naming it by owner, where the role is a superuser, or may read or
// write files or run programs of the server, and `consented` does not hold every owner. Otherwise returns a line an
// owner.
std::vector<std::string> demand_consent(Connection& connection, const std::vector<WrittenTable>& tables,
                                        const std::vector<std::string>& consented);

// The same for what reads tables only, which mostly plans nothing: fills `planned_code` of each with what the planning
// of a query would run without consent.
void find_planned_code(Connection& connection, const std::vector<TableDetails*>& tables,
                       const std::vector<std::string>& consented);

// Before a query of an export names the table: throws kPrivilege where it has planned code.
void demand_plannable(const TableDetails& table);

// A list of a WITH, after another: other(oid), the roles whose code is not trusted; mighty(name), where it could take
// rights over the server.
std::string other_roles(const Connection& connection);

}  // namespace postgres
