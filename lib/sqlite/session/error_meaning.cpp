#include "sqlite/session/error_meaning.h"

#include <sqlite3.h>

namespace sqlite {
namespace {

using base::ErrorKind;

// Most of what SQLite calls malformed is no damage to the file: a schema that this build cannot read, an index or a
// full-text table that does not go with its rows.
ErrorMeaning meaning_of_corruption(int code, std::string_view message) {
  if (message.starts_with("malformed database schema"))
    return {ErrorKind::kSchema, std::string("the schema holds what SQLite ") + sqlite3_libversion() +
                                    " here cannot read; PRAGMA integrity_check of the sqlite3 that wrote the file "
                                    "tells whether it is sound"};
  if (code == SQLITE_CORRUPT_VTAB)
    return {ErrorKind::kSchema,
            "a full-text or R-tree table does not agree with the rows that it indexes: INSERT INTO t(t) "
            "VALUES('rebuild') rebuilds a full-text table t"};
  if (code == SQLITE_CORRUPT_INDEX) return {ErrorKind::kInputOutput, "an index does not go with its table: REINDEX"};
  return {ErrorKind::kInputOutput,
          "PRAGMA integrity_check tells what is damaged; a backup is best, and sqlite3 FILE .recover may save what is "
          "left of a damaged file"};
}

}  // namespace

int primary_code(int code) { return code & 0xFF; }

ErrorMeaning meaning_of(int code, std::string_view message) {
  switch (primary_code(code)) {
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return {ErrorKind::kLock, "end the program that uses the database, or wait longer with --lock-timeout"};
    case SQLITE_CANTOPEN:
      return {ErrorKind::kConnection, "check that the file and its folder may be read"};
    case SQLITE_NOTADB:
      return {ErrorKind::kConnection, "check the path: this is no SQLite database, or it is encrypted"};
    case SQLITE_CORRUPT:
    case SQLITE_FORMAT:
      return meaning_of_corruption(code, message);
    case SQLITE_READONLY:
    case SQLITE_PERM:
      return {ErrorKind::kPrivilege, "the file and its folder must be writable; the dry run of an import only reads"};
    case SQLITE_AUTH:
      return {ErrorKind::kSchema,
              "a trigger or view of the file asks for what no file may: only plain functions and the file's own "
              "tables"};
    case SQLITE_FULL:
    case SQLITE_IOERR:
    case SQLITE_NOLFS:
      return {ErrorKind::kInputOutput, "check the disk, and TMPDIR for temporary files"};
    case SQLITE_ERROR:
    case SQLITE_SCHEMA:
    case SQLITE_CONSTRAINT:
    case SQLITE_MISMATCH:
    case SQLITE_TOOBIG:
    case SQLITE_RANGE:
      return {ErrorKind::kSchema, ""};
    default:
      return {ErrorKind::kInternal, ""};
  }
}

}  // namespace sqlite
