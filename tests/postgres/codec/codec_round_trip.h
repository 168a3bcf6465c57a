// One column's way through the codec against a real server: literals → table → binary COPY → JSON → binary COPY → a
// second table, which the server compares with the first by record image (*<>), so that not a bit may differ.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/byte_buffer.h"
#include "format/value.h"
#include "postgres/codec/codec.h"
#include "support/server.h"

namespace postgres_test {

using Literals = std::vector<std::optional<std::string>>;  // nullopt: NULL

class RoundTrip {
 public:
  // `preparation` runs before the column's type is used: CREATE TYPE and the like.
  explicit RoundTrip(const std::string& type, const std::string& preparation = "");
  ~RoundTrip();
  RoundTrip(const RoundTrip&) = delete;
  RoundTrip& operator=(const RoundTrip&) = delete;

  const postgres::ColumnType& type() const { return type_; }
  // The server reads the literals.
  void insert(const Literals& literals);
  // As the wire carries them, for values that have no literal of their own.
  void insert_fields(const std::vector<std::string>& fields);
  // The JSON of every value in order of insertion; "null" for NULL. Fails the test for text that is not JSON.
  std::vector<std::string> json();
  // PostgreSQL's own text of every value under the pinned settings.
  std::vector<std::string> text();
  // Encodes every JSON into a second table and returns a line for each value that did not come back as it was.
  std::vector<std::string> differences(const std::vector<std::string>& json);
  std::vector<std::string> differences() { return differences(json()); }

  // The server's view of one encoded value: its text, or "refused: …".
  std::string stored(const std::string& json);

 private:
  void use_schema();
  void describe_type();
  void copy_in(const std::string& sql, const std::string& bytes);

  support::Database& database_;
  std::string schema_;
  PGconn* connection_;
  postgres::ColumnType type_;
  std::size_t rows_ = 0;
};

// A parsed field: keeps the text that the value views.
struct ParsedJson {
  explicit ParsedJson(const std::string& json);
  std::string text;
  format::Value value;
};

// "refused: …" or the hex of the field without its length ("NULL" for -1).
std::string encoded(const postgres::Codec& codec, const std::string& json);
std::string decoded(const postgres::Codec& codec, std::string_view field);

}  // namespace postgres_test
