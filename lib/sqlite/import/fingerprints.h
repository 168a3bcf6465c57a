// What an approval holds of each decision (outcome/approval.h). Digests of the target's rows are taken before the merge
// into digest_N (record, digest); what does not hold the file's values after it is listed in rewritten_N (record,
// column). Both are there only for an approval, that is with a row key. One thread, that of the connection.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "outcome/approval.h"
#include "sqlite/catalog/introspect.h"
#include "sqlite/import/staged_table.h"
#include "sqlite/session/connection.h"

namespace sqlite {

inline bool has_digests(const StagedTable& table) { return !table.plan.row_key.empty(); }

void create_digests(Connection& connection, const StagedTable& table);

// After the classification and before the merge.
void gather_digests(Connection& connection, const StagedTable& table);

// After the merge.
void note_rewritten(Connection& connection, const StagedTable& table);

// As engine::Target::for_each_fingerprint says.
void read_fingerprints(Connection& connection, const StagedTable& table,
                       const std::function<void(const outcome::Fingerprint&)>& take);

// The digest of the row that a decision on `record` is about; columns that were rewritten. Only where has_digests().
class KeptDigests {
 public:
  KeptDigests(Connection& connection, const StagedTable& table);

  std::string digest(std::int64_t record);
  std::vector<std::string> rewritten(std::int64_t record);

 private:
  const StagedTable& table_;
  Statement digest_;
  Statement rewritten_;
};

std::vector<outcome::Fact> whereabouts_of(Connection& connection);

// Every table, index, trigger and view of the file, each with a digest of its definition.
std::vector<outcome::Fact> used_catalog_of(Connection& connection);

}  // namespace sqlite
