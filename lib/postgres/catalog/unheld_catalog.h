// What the rows of tables depend on and no lock on a table holds: types with their labels, attributes and checks, names
// of schemas, functions; and what a lock that lets others write does not hold: indexes, triggers, foreign keys,
// attached partitions. Whoever reads or writes over a time looks in the end whether they are still what they were.
#pragma once

#include <chrono>
#include <cstdint>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "postgres/session/connection.h"

namespace postgres {

// Of whom reading rows depends, or writing them as well.
enum class Dependence { kOfReading, kOfWriting };

// In the transaction that has read or written `tables`, before its end: what others have changed and committed since
// its snapshot, in words ("the function public.f"); empty: nothing. What is new or gone is not seen: of that, only the
// checks of domains may be without a lock (CatalogImage::newest).
std::string changed_since_snapshot(Connection& connection, const std::vector<std::uint32_t>& tables,
                                   Dependence dependence);

// "WITH RECURSIVE …": of `tables` and their partitions tables(oid), named_types(oid, typrelid, name) of the user's own
// that their columns are of, and functions(oid) that their triggers, rules, checks, defaults and indexes call, and
// those in turn, as far as pg_depend and names in their text tell; types_of_code(oid, name) that these name.
std::string dependences_sql(const Connection& connection, const std::vector<std::uint32_t>& tables);

// `tables` and those that this code may write or read, as far as the same tells, and so on.
std::vector<std::uint32_t> with_tables_of_code(Connection& connection, std::vector<std::uint32_t> tables);

// A partition that was attached after the snapshot and whose rows this transaction has read all the same, since the
// server plans with the newest catalog; empty: none.
std::string partition_read_behind_snapshot(Connection& connection, const std::vector<std::uint32_t>& tables);

// All of it as the transaction sees it, new objects included: to be compared with what another transaction sees.
class CatalogImage {
 public:
  CatalogImage(Connection& connection, const std::vector<std::uint32_t>& tables);
  // As a transaction of its own on an idle connection sees it, so that also what is new or gone shows.
  static CatalogImage newest(Connection& connection, const std::vector<std::uint32_t>& tables,
                             std::chrono::milliseconds lock_timeout);
  // Their checks come and go without a lock on a table, and without a trace in what a snapshot shows.
  bool holds_domains() const;
  // What differs, in words; empty: nothing.
  std::string difference_to(const CatalogImage& other) const;

 private:
  std::set<std::pair<std::string, std::string>> objects_;  // in words, version
};

}  // namespace postgres
