// What an export does about a row whose record no import would take: it fails, and names the row.
#pragma once

#include <string>

namespace engine {

// Throws kSchema. `key` as "id=7"; empty: the table has none.
[[noreturn]] void fail_record_too_long(const std::string& table, const std::string& key);

// A value in JSON as a message shows it: cut where it is long.
std::string shown_in_key(const std::string& json);

}  // namespace engine
