// Reads one large table over several connections that see one snapshot, and hands its records on in the order of one
// connection: the table is cut into ranges of pages, each worker takes the next range, and what is read ahead waits in
// bounded memory. Owns its threads; each uses its connection alone until the reader is destroyed, so the next table may
// use it again.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <exception>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "base/byte_buffer.h"
#include "engine/source.h"
#include "postgres/catalog/introspect.h"
#include "postgres/session/connection.h"

namespace postgres {

class ParallelReader : public engine::RowReader {
 public:
  // `pages` of the table are read; whatever follows them belongs to the last range. All but the query outlive it.
  ParallelReader(const std::vector<std::unique_ptr<Connection>>& connections, const TableDetails& table,
                 engine::TableQuery query, std::uint64_t pages);
  ~ParallelReader() override;

  std::uint64_t read_batch(base::ByteBuffer& out) override;

 private:
  struct Batch {
    base::ByteBuffer records;
    std::uint64_t count = 0;
  };
  struct Range {
    std::deque<std::unique_ptr<Batch>> batches;
    bool complete = false;
  };

  void work(Connection& connection);
  void read_range(Connection& connection, std::uint64_t number);
  bool may_add(std::uint64_t number);

  const TableDetails& table_;
  const engine::TableQuery query_;
  const std::uint64_t ranges_;
  const std::size_t read_ahead_;  // ranges
  std::mutex mutex_;
  // Guarded by mutex_.
  std::condition_variable changed_;
  std::map<std::uint64_t, Range> read_;  // by number, from current_ on
  std::uint64_t current_ = 0;            // the range whose records go out
  std::uint64_t next_ = 0;               // the range that nobody has taken yet
  std::size_t waiting_bytes_ = 0;        // in all batches
  bool abandoned_ = false;
  std::exception_ptr failure_;
  std::vector<std::thread> workers_;  // last: they use all of it
};

}  // namespace postgres
