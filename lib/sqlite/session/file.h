// The file of a database before it is opened: how SQLite must be told its name, and whether it is there. No connection.
#pragma once

#include <cstdint>
#include <string>

namespace sqlite {

// Relative names get "./": SQLite takes ":memory:" and "file:" for something else, and no name for a temporary
// database.
std::string file_name(const std::string& path);

// For a file that nobody can write and that has no WAL: SQLite then needs neither locks nor files beside it.
std::string immutable_uri(const std::string& path);

enum class Missing { kIsRefused, kIsFine };

// Throws kConnection or kPrivilege unless `path` is an ordinary file that may be read. `place` is its name for people.
void demand_file(const std::string& path, const std::string& place, Missing missing);

bool is_there(const std::string& path);

// A copy that ended early. SQLite itself notices a missing page, but reads one of which a part is there as if the rest
// were zeros. While somebody writes, a part may be at the end; then there is a journal or a WAL. The file is not
// opened: closing it would take away the locks that this process has on it.
bool ends_inside_a_page(const std::string& path, std::int64_t page_bytes);

// After the file's last commit something may follow that only its WAL knows.
bool has_wal(const std::string& path);

// The header says that the database is in WAL mode, and there is no WAL: right where it was closed, while a copy of an
// open one lacks what only the WAL knew. To be asked before the database is opened, for the reason above.
bool lacks_wal(const std::string& path);

}  // namespace sqlite
