// Which sequences the columns of tables draw from, as far as the catalog knows: owned ones, identities, those that a
// default names in whatever expression, through functions with a body of SQL standard form and through the default of a
// domain; also of partitions. A function whose body is a text may draw from any: those are told as such.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "catalog/sequence.h"
#include "engine/source.h"
#include "postgres/session/connection.h"

namespace postgres {

struct SequenceRange {
  std::int64_t increment = 1;
  std::int64_t least = 0;
  std::int64_t most = 0;
  bool may_be_set = true;  // by this role, which may also read it
};

struct ColumnSequence {
  std::uint32_t table = 0;  // pg_class.oid of the root
  std::string column;
  std::uint32_t oid = 0;
  catalog::TableName name;
  std::string expression;
  SequenceRange range;
};

// By table, column and name of the sequence.
std::vector<ColumnSequence> read_column_sequences(Connection& connection, const std::vector<std::uint32_t>& tables);

// What may draw from a sequence without the catalog knowing.
struct UnknownDraw {
  std::uint32_t table = 0;
  std::string column;  // empty: a trigger of the table does
  std::string what;    // "takes its default from public.next_no(), whose body is a text"
};
std::vector<UnknownDraw> read_unknown_draws(Connection& connection, const std::vector<std::uint32_t>& tables);

// The sequences of `uses`, each once, with how far it has come where the role may read that.
std::vector<catalog::Sequence> read_positions(Connection& connection, const std::vector<ColumnSequence>& uses,
                                              const std::vector<std::pair<std::uint32_t, catalog::TableName>>& tables);

}  // namespace postgres
