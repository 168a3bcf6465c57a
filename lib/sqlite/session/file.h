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

// Whether the file is a copy that was cut off inside a page: SQLite reads what is missing of a page as zeros (it
// notices a page that is missing as a whole). False while there is a journal or a WAL: a writer may have come so far
// only. Does not open the file: closing it would take away the locks that this process has on it.
bool ends_inside_a_page(const std::string& path, std::int64_t page_bytes);

// Whether there is a WAL that is not empty: it may hold commits that the file lacks.
bool has_wal(const std::string& path);

// Whether the header says WAL mode and there is no WAL: right for a database that was closed, while a copy of an open
// one lacks the commits that only the WAL held. Opens the file: to be asked before the database is opened, for the
// reason above.
bool lacks_wal(const std::string& path);

}  // namespace sqlite
