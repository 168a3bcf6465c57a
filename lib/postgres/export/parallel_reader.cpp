#include "postgres/export/parallel_reader.h"

#include "postgres/export/reader.h"

namespace postgres {
namespace {

constexpr std::uint64_t kRangePages = 256;  // 2 MiB: long enough to hide a round trip, short enough to be kept whole
// Read ahead in all ranges but the current one: less than a range or two, and the workers would only take turns.
constexpr std::size_t kWaitingBytes = std::size_t{4} << 20;
constexpr std::size_t kWaitingBatches = 4;  // of the current range, which goes out meanwhile

// A range scan by ctid, which the server does since version 14. The last range is open, for pages added meanwhile.
std::string range_condition(std::uint64_t number, std::uint64_t ranges) {
  std::string condition = "t.ctid >= '(" + std::to_string(number * kRangePages) + ",0)'";
  if (number + 1 < ranges) condition += " AND t.ctid < '(" + std::to_string((number + 1) * kRangePages) + ",0)'";
  return condition;
}

}  // namespace

ParallelReader::ParallelReader(const std::vector<std::unique_ptr<Connection>>& connections, const TableDetails& table,
                               engine::TableQuery query, std::uint64_t pages)
    : table_(table),
      query_(std::move(query)),
      ranges_((pages + kRangePages - 1) / kRangePages),
      read_ahead_(connections.size() + 1) {
  for (const auto& connection : connections) workers_.emplace_back([this, &connection] { work(*connection); });
}

ParallelReader::~ParallelReader() {
  {
    const std::lock_guard lock(mutex_);
    abandoned_ = true;
  }
  changed_.notify_all();
  for (std::thread& worker : workers_) worker.join();
}

void ParallelReader::work(Connection& connection) {
  try {
    while (true) {
      std::uint64_t number = 0;
      {
        std::unique_lock lock(mutex_);
        changed_.wait(lock, [&] { return abandoned_ || next_ == ranges_ || next_ < current_ + read_ahead_; });
        if (abandoned_ || next_ == ranges_) return;
        number = next_++;
        read_[number];
      }
      read_range(connection, number);
    }
  } catch (...) {
    const std::lock_guard lock(mutex_);
    if (!failure_) failure_ = std::current_exception();
    abandoned_ = true;
    changed_.notify_all();
  }
}

bool ParallelReader::may_add(std::uint64_t number) {
  if (abandoned_ || waiting_bytes_ < kWaitingBytes) return true;
  return number == current_ && read_[number].batches.size() < kWaitingBatches;
}

void ParallelReader::read_range(Connection& connection, std::uint64_t number) {
  engine::TableQuery query = query_;
  const std::string range = range_condition(number, ranges_);
  query.where = query.where.empty() ? range : "(" + query.where + "\n) AND " + range;
  Reader reader(connection, table_, query);
  while (true) {
    auto batch = std::make_unique<Batch>();
    batch->count = reader.read_batch(batch->records);
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return may_add(number); });
    Range& mine = read_[number];
    if (batch->count == 0) mine.complete = true;
    if (batch->count > 0 && !abandoned_) {
      waiting_bytes_ += batch->records.size();
      mine.batches.push_back(std::move(batch));
    }
    changed_.notify_all();
    // An abandoned COPY is read to its end, so that the connection can be used again.
    if (mine.complete) return;
  }
}

std::uint64_t ParallelReader::read_batch(base::ByteBuffer& out) {
  std::unique_lock lock(mutex_);
  while (current_ < ranges_) {
    changed_.wait(lock, [&] {
      const auto range = read_.find(current_);
      return failure_ || (range != read_.end() && (range->second.complete || !range->second.batches.empty()));
    });
    if (failure_) std::rethrow_exception(failure_);
    Range& range = read_[current_];
    if (!range.batches.empty()) {
      const std::unique_ptr<Batch> batch = std::move(range.batches.front());
      range.batches.pop_front();
      waiting_bytes_ -= batch->records.size();
      lock.unlock();
      changed_.notify_all();
      out.append(batch->records.view());
      return batch->count;
    }
    read_.erase(current_++);
    changed_.notify_all();
  }
  return 0;
}

}  // namespace postgres
