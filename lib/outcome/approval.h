// What binds an import to the dry run that somebody approved: the plan beside the decisions (README "Approve"). Plain
// values, made by a target and a job, written and read by report.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "outcome/verdict.h"

namespace outcome {

// One thing that must be as it was, in words for people: "host" and "/run/postgresql", or "the trigger t of
// public.users" and a digest of it.
struct Fact {
  std::string name;
  std::string value;
  bool operator==(const Fact&) const = default;
};

// What the seal of a file covers.
struct ApprovedFile {
  std::uint64_t bytes = 0;
  std::string sha256;  // empty: there is no such file
  bool operator==(const ApprovedFile&) const = default;
};

struct Approval {
  std::string id;  // SHA-256 over all below and every decision; empty: not known before the last decision
  ApprovedFile file;
  ApprovedFile base;
  ApprovedFile base_rejects;    // what was left out of the base
  std::vector<Fact> target;     // where: host, port, database, ...
  std::vector<Fact> objects;    // of the target's catalog, as far as the import uses it
  std::vector<Fact> followers;  // rows that the updates change by way of foreign keys
  std::string settled = "{}";   // JSON object: the options that decide, resolved
  std::string expires_at;       // ISO 8601, UTC; empty: never
  std::string key_digest;       // tells the key of the digests from another one
};

// Which plan an import was held to.
struct AppliedPlan {
  std::string id;
  std::string signer;  // empty: nobody was asked for
};

// What an approval holds of one decision, beside what it shows.
struct Fingerprint {
  std::uint64_t record = 0;
  Verdict verdict = Verdict::kInvalid;
  // Update, conflict, a missing row: of the target's whole row as it was. With --match, whose ids the target decides,
  // of what is written, too, and also of an insert. Empty: there is none.
  std::string digest;
  std::string constraint;  // as of Decision
  std::string holder;
  std::vector<std::string> rewritten;  // columns that do not hold the file's values after the merge
  std::string key = {};                // of a row that the file lacks
};

// The order of rows that the file lacks, by their keys: short ones first, then by bytes.
inline bool comes_before(std::string_view a, std::string_view b) {
  return a.size() != b.size() ? a.size() < b.size() : a < b;
}

// Of which decisions an approval holds a digest.
inline bool may_have_digest(Verdict verdict) {
  return verdict == Verdict::kInsert || verdict == Verdict::kUpdate || verdict == Verdict::kConflict ||
         verdict == Verdict::kDelete;
}

// Of which moment fingerprints are: kBefore the merge with digests, kAfter it with what it changed.
enum class Merged { kBefore, kAfter };

}  // namespace outcome
