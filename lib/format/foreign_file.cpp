#include "format/foreign_file.h"

#include <algorithm>
#include <array>
#include <cctype>

namespace format {
namespace {

struct Kind {
  std::string_view begins;
  const char* what;
  const char* hint;
};

using namespace std::string_view_literals;

constexpr const char* kUnpack = "unpack it first, and import the .json file that is in it";
constexpr const char* kUtf16 =
    "PowerShell's > writes UTF-16: let db-export write the file itself (db-export app.json), or convert it to UTF-8 "
    "(iconv -f UTF-16 -t UTF-8)";
constexpr const char* kSql = "psql or sqlite3 runs such a file; db-import reads what db-export writes";
constexpr const char* kEncrypted = "decrypt it first";

constexpr std::array kKinds = {
    Kind{"\xff\xfe\0\0"sv, "is UTF-32 text", kUtf16},
    Kind{"\xff\xfe"sv, "is UTF-16 text", kUtf16},
    Kind{"\xfe\xff"sv, "is UTF-16 text", kUtf16},
    Kind{"{\0"sv, "is UTF-16 text", kUtf16},
    Kind{"\0{"sv, "is UTF-16 text", kUtf16},
    Kind{"PK\x03\x04"sv, "is a zip archive", kUnpack},
    Kind{"PK\x05\x06"sv, "is an empty zip archive", "make it again"},
    Kind{"7z\xbc\xaf\x27\x1c"sv, "is a 7z archive", kUnpack},
    Kind{"Rar!"sv, "is a RAR archive", kUnpack},
    Kind{"\xfd"
         "7zXZ\0"sv,
         "is compressed with xz",
         "decompress it on the way: xz -dc FILE | db-import -; .gz and .zst are read as they are"},
    Kind{"BZh"sv, "is compressed with bzip2",
         "decompress it on the way: bzip2 -dc FILE | db-import -; .gz and .zst are read as they are"},
    Kind{"\x04\x22\x4d\x18"sv, "is compressed with lz4",
         "decompress it on the way: lz4 -dc FILE | db-import -; .gz and .zst are read as they are"},
    Kind{"PGDMP"sv, "is a dump of pg_dump", "pg_restore reads it; db-import reads what db-export writes"},
    Kind{"SQLite format 3\0"sv, "is an SQLite database, not an export of it",
         "make an export of it: db-export app.json --url sqlite:FILE"},
    Kind{"version https://git-lfs"sv, "is a pointer of Git LFS in the place of the file",
         "fetch the file: git lfs pull"},
    Kind{"/annex/objects/"sv, "is a pointer of git-annex in the place of the file",
         "fetch the file: git annex get FILE"},
    Kind{"-----BEGIN PGP"sv, "is encrypted (PGP)", kEncrypted},
    Kind{"age-encryption.org"sv, "is encrypted (age)", kEncrypted},
    Kind{"-----BEGIN AGE"sv, "is encrypted (age)", kEncrypted},
    Kind{"%PDF"sv, "is a PDF", "name the .json file of db-export"},
};

constexpr std::array kTexts = {
    Kind{"<!doctype html"sv, "is a web page",
         "the download gave a page (a login, an error) instead of the file: fetch it again"},
    Kind{"<html"sv, "is a web page",
         "the download gave a page (a login, an error) instead of the file: fetch it again"},
    Kind{"<?xml"sv, "is XML", "name the .json file of db-export"},
    Kind{"-- postgresql database dump"sv, "is an SQL dump of pg_dump", kSql},
    Kind{"--\n-- postgresql database"sv, "is an SQL dump of pg_dump", kSql},
    Kind{"--\r\n-- postgresql database"sv, "is an SQL dump of pg_dump", kSql},
    Kind{"-- mysql dump"sv, "is an SQL dump of mysqldump", kSql},
    Kind{"-- "sv, "is SQL", kSql},
    Kind{"--\n"sv, "is SQL", kSql},
    Kind{"pragma "sv, "is SQL, as sqlite3's .dump writes it", kSql},
    Kind{"begin"sv, "is SQL", kSql},
    Kind{"create "sv, "is SQL", kSql},
    Kind{"insert "sv, "is SQL", kSql},
    Kind{"set "sv, "is SQL", kSql},
    Kind{"["sv, "is a JSON list, not an export",
         "db-import reads what db-export writes: one object with \"format\" at its beginning"},
};

bool begins_with(std::string_view text, std::string_view lower) {
  if (text.size() < lower.size()) return false;
  return std::equal(lower.begin(), lower.end(), text.begin(),
                    [](char wanted, char found) { return wanted == std::tolower(static_cast<unsigned char>(found)); });
}

// "id,name": words, a separator between them, a line end; no piece of JSON.
bool is_of_separated_values(std::string_view text) {
  constexpr std::string_view kMark = "\xef\xbb\xbf";
  if (text.starts_with(kMark)) text.remove_prefix(kMark.size());
  const std::string_view line = text.substr(0, text.find_first_of("\r\n"));
  if (line.empty() || line.size() == text.size() || line.find_first_of("{}[]") != std::string_view::npos) return false;
  const bool begins = std::isalnum(static_cast<unsigned char>(line.front())) != 0 || line.front() == '"' ||
                      line.front() == '_' || (static_cast<unsigned char>(line.front()) & 0x80) != 0;
  const bool printable =
      std::ranges::all_of(line, [](char c) { return c == '\t' || static_cast<unsigned char>(c) >= ' '; });
  return begins && printable && line.find_first_of(",;\t") != std::string_view::npos &&
         line.find("\":") == std::string_view::npos;
}

}  // namespace

std::optional<ForeignFile> foreign_file(std::string_view first) {
  for (const Kind& kind : kKinds) {
    if (first.starts_with(kind.begins)) return ForeignFile{kind.what, kind.hint};
  }
  constexpr std::size_t kTarMagic = 257;
  if (first.size() > kTarMagic && first.substr(kTarMagic).starts_with("ustar"))
    return ForeignFile{"is a tar archive", "unpack it first: tar -xf FILE, and import the .json file that was in it"};
  const std::size_t text = std::min(first.find_first_not_of(" \t\r\n"), first.size());
  for (const Kind& kind : kTexts) {
    if (begins_with(first.substr(text), kind.begins)) return ForeignFile{kind.what, kind.hint};
  }
  if (is_of_separated_values(first.substr(text)))
    return ForeignFile{"is a table of separated values (CSV), not an export",
                       "psql's \\copy or sqlite3's .import reads such a file; db-import reads what db-export writes"};
  return std::nullopt;
}

}  // namespace format
