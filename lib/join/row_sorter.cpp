#include "join/row_sorter.h"

#include <algorithm>
#include <array>
#include <cstring>

#include "base/error.h"

namespace join {
namespace {

constexpr std::size_t kHeadBytes = 2 * sizeof(std::uint64_t);  // of an entry: the lengths of key and values

[[noreturn]] void fail(const base::ScratchFile::Unusable& unusable) {
  throw base::Error(base::ErrorKind::kInputOutput, std::string(unusable.what()) + " to sort rows on",
                    "set TMPDIR to a folder with enough room, or export with --sorted");
}

template <typename Work>
auto on_file(const Work& work) {
  try {
    return work();
  } catch (const base::ScratchFile::Unusable& unusable) {
    fail(unusable);
  }
}

}  // namespace

std::string_view RowSorter::key_of(const Entry& entry) const {
  return std::string_view(bytes_).substr(entry.begin, entry.key_bytes);
}

std::string_view RowSorter::values_of(const Entry& entry) const {
  return std::string_view(bytes_).substr(entry.begin + entry.key_bytes, entry.value_bytes);
}

// The rows of one sorted part of the file.
class RowSorter::PartRows final : public Rows {
 public:
  PartRows(std::shared_ptr<base::ScratchFile> file, Part part, std::size_t read_bytes)
      : file_(std::move(file)), part_(part), read_bytes_(read_bytes) {}

  bool next(Row& row) override {
    if (left() == 0 && part_.begin == part_.end) return false;
    demand(kHeadBytes);
    std::array<std::uint64_t, 2> lengths{};
    std::memcpy(lengths.data(), buffer_.data() + at_, kHeadBytes);
    at_ += kHeadBytes;
    demand(lengths[0] + lengths[1]);
    row.key.assign(buffer_, at_, lengths[0]);
    row.values.assign(buffer_, at_ + lengths[0], lengths[1]);
    at_ += lengths[0] + lengths[1];
    return true;
  }

 private:
  std::size_t left() const { return buffer_.size() - at_; }

  void demand(std::size_t bytes) {
    if (left() >= bytes) return;
    buffer_.erase(0, at_);
    at_ = 0;
    const std::size_t before = buffer_.size();
    const auto more = static_cast<std::size_t>(
        std::min<std::uint64_t>(std::max(read_bytes_, bytes - before), part_.end - part_.begin));
    buffer_.resize(before + more);
    const std::size_t got = on_file([&] { return file_->read(part_.begin, buffer_.data() + before, more); });
    part_.begin += got;
    if (got != more || buffer_.size() < bytes) fail({});
  }

  std::shared_ptr<base::ScratchFile> file_;
  Part part_;  // what is not read yet
  const std::size_t read_bytes_;
  std::string buffer_;
  std::size_t at_ = 0;
};

// Several parts as one.
class RowSorter::Merge final : public Rows {
 public:
  explicit Merge(std::vector<std::unique_ptr<Rows>> parts) {
    for (auto& part : parts) {
      heads_.push_back({{}, std::move(part)});
      if (!heads_.back().rows->next(heads_.back().row)) heads_.pop_back();
    }
    std::ranges::make_heap(heads_, comes_later);
  }

  bool next(Row& row) override {
    if (heads_.empty()) return false;
    std::ranges::pop_heap(heads_, comes_later);
    std::swap(row, heads_.back().row);
    if (heads_.back().rows->next(heads_.back().row)) {
      std::ranges::push_heap(heads_, comes_later);
    } else {
      heads_.pop_back();
    }
    return true;
  }

 private:
  struct Head {
    Row row;
    std::unique_ptr<Rows> rows;
  };
  static bool comes_later(const Head& a, const Head& b) { return a.row > b.row; }

  std::vector<Head> heads_;
};

class RowSorter::InMemory final : public Rows {
 public:
  InMemory(std::string bytes, std::vector<Entry> entries) : bytes_(std::move(bytes)), entries_(std::move(entries)) {}

  bool next(Row& row) override {
    if (at_ == entries_.size()) return false;
    const Entry& entry = entries_[at_++];
    row.key.assign(bytes_, entry.begin, entry.key_bytes);
    row.values.assign(bytes_, entry.begin + entry.key_bytes, entry.value_bytes);
    return true;
  }

 private:
  std::string bytes_;
  std::vector<Entry> entries_;
  std::size_t at_ = 0;
};

void RowSorter::add(const Row& row) {
  const std::size_t bytes = row.key.size() + row.values.size() + sizeof(Entry);
  if (!entries_.empty() && bytes_.size() + entries_.size() * sizeof(Entry) + bytes > room_.bytes) spill();
  entries_.push_back({bytes_.size(), row.key.size(), row.values.size()});
  bytes_ += row.key;
  bytes_ += row.values;
}

void RowSorter::sort() {
  std::ranges::sort(entries_, [&](const Entry& a, const Entry& b) {
    const int order = key_of(a).compare(key_of(b));
    return order != 0 ? order < 0 : values_of(a) < values_of(b);
  });
}

void RowSorter::spill() {
  sort();
  if (!file_) file_ = on_file([] { return std::make_shared<base::ScratchFile>(); });
  Part part{end_, end_};
  for (const Entry& entry : entries_) append(key_of(entry), values_of(entry));
  flush();
  part.end = end_;
  parts_.push_back(part);
  ++made_;
  entries_.clear();
  bytes_.clear();
}

void RowSorter::append(std::string_view key, std::string_view values) {
  const std::array<std::uint64_t, 2> lengths = {key.size(), values.size()};
  out_.append(reinterpret_cast<const char*>(lengths.data()), kHeadBytes);
  out_.append(key).append(values);
  if (out_.size() >= room_.read_bytes) flush();
}

void RowSorter::flush() {
  on_file([&] { return file_->append(out_); });
  end_ += out_.size();
  out_.clear();
}

std::unique_ptr<Rows> RowSorter::rows_of(std::vector<Part> parts) const {
  std::vector<std::unique_ptr<Rows>> rows;
  for (const Part& part : parts) rows.push_back(std::make_unique<PartRows>(file_, part, room_.read_bytes));
  return std::make_unique<Merge>(std::move(rows));
}

RowSorter::Part RowSorter::merge(std::vector<Part> parts) {
  Part merged{end_, end_};
  const auto rows = rows_of(std::move(parts));
  for (Row row; rows->next(row);) append(row.key, row.values);
  flush();
  merged.end = end_;
  ++made_;
  return merged;
}

std::unique_ptr<Rows> RowSorter::finish() {
  if (parts_.empty()) {
    sort();
    return std::make_unique<InMemory>(std::move(bytes_), std::move(entries_));
  }
  if (!entries_.empty()) spill();
  bytes_ = {};
  entries_ = {};
  const std::size_t most = std::max<std::size_t>(2, room_.bytes / room_.read_bytes);
  while (parts_.size() > most) {
    std::vector<Part> first(parts_.begin(), parts_.begin() + static_cast<std::ptrdiff_t>(most));
    parts_.erase(parts_.begin(), parts_.begin() + static_cast<std::ptrdiff_t>(most));
    parts_.push_back(merge(std::move(first)));
  }
  return rows_of(std::move(parts_));
}

}  // namespace join
