// A comparison of two exports as one JSON object, for programs (schema/difference.schema.json): ASCII, ended with a
// newline. Member names are part of the interface, only ever added.
#pragma once

#include <string>

#include "base/byte_sink.h"
#include "outcome/difference.h"

namespace report {

// With the rows that the outcome keeps.
std::string difference_json(const outcome::Difference& difference);

// The same with every differing row: they are written as they come, one a line, before the rest. The sink gets large
// chunks and is finished by its owner. One thread.
class DifferenceJsonWriter {
 public:
  explicit DifferenceJsonWriter(base::ByteSink& sink) : sink_(sink) {}

  void write(const std::string& table, const outcome::DifferingRow& row);
  // After all rows.
  void finish(const outcome::Difference& difference);

 private:
  void append(std::string_view text);

  base::ByteSink& sink_;
  std::string buffer_;
  bool first_ = true;
};

}  // namespace report
