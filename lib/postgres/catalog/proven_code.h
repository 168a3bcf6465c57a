// What the expressions of a database use, told by the trees that the server runs (pg_node_tree), not by their texts: of
// its own functions pg_depend says nothing. A list of what is known to be harmless, whatever it is given; what is not
// on the list is not proven. Pure text: parts of catalog queries, to be asked with an empty search_path.
#pragma once

#include <string>

namespace postgres {

// "SELECT columns, node, function": what the trees of `relation`, a list of a WITH with the column `tree`, are made of:
// in each row a kind of node or a function. `columns` of it, as e.NAME.
std::string uses_of(const std::string& relation, const std::string& columns);

// A condition on u.node: a kind that is not on the list.
extern const std::string kIsUnknownNode;

// A condition on p, a row of pg_proc that is the server's own (OID < 16384): in an expression it only computes, looks
// at the session, or counts a sequence on. It runs no text and calls nothing by its name or OID, changes nothing of the
// session, and tells nothing that its caller alone may know.
extern const std::string kIsHarmless;

// A condition on p, a row of pg_proc beyond the server's own, of somebody trusted: whatever it is given, it does what
// its author meant, or it is given nothing. `given` is a condition, too: a trigger gives it arguments.
std::string is_harmless_beyond(const std::string& given);

// A regular expression: a tree makes JSON of values, for which the server looks for casts to JSON. As SQL.
extern const char* const kMakesJson;

}  // namespace postgres
