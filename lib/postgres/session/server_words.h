// What the server says of an error, as far as it may be shown. Where columns are masked, everything that can hold a
// value of a row is withheld, whoever's row it is: a trigger or a cascade may have met it. Pure functions.
#pragma once

#include <string>

#include "postgres/session/connection.h"

namespace postgres {

// "duplicate key value violates … (Key (id)=(7) already exists.) [SQLSTATE 23505]"
std::string full_words(const ServerError::Fields& fields);

// What the server itself has found wrong: no function of the user's was at work, so the names are those of the catalog.
bool is_the_servers_own(const ServerError::Fields& fields);

// Messages about the statement, the server or the transaction, that nobody's function has made.
bool holds_no_value(const ServerError::Fields& fields);

// Ours instead: what SQLSTATE and names tell, "refused by the unique constraint users_email_key".
std::string words_without_values(const ServerError::Fields& fields);

}  // namespace postgres
