#include "format/source_buffer.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/error.h"

namespace format {

bool SourceBuffer::more() {
  const std::size_t kept = held_ == kNothing ? at_ : held_;
  pass(window_offset_ + kept);
  if (kept != 0) {
    bytes_.drop_front(kept);
    window_offset_ += kept;
    at_ -= kept;
    if (held_ != kNothing) held_ = 0;
  }
  if (held_ != kNothing && bytes_.size() > limit_bytes_) fail_too_long();
  char* const room = bytes_.room(chunk_bytes_ + kPaddingBytes);
  const std::size_t read = source_.read(room, chunk_bytes_);
  bytes_.advance(read);
  return read != 0;
}

void SourceBuffer::check_held() const {
  if (at_ - held_ > limit_bytes_) fail_too_long();
}

void SourceBuffer::fail_too_long() const {
  throw base::Error(base::ErrorKind::kFile, fmt::format("{}: what begins at byte {} is longer than {} MiB", name(),
                                                        held_offset(), limit_bytes_ >> 20));
}

std::optional<char> SourceBuffer::skip_space() {
  while (const std::optional<char> byte = peek()) {
    if (*byte != ' ' && *byte != '\n' && *byte != '\r' && *byte != '\t') return byte;
    advance(1);
  }
  return std::nullopt;
}

void SourceBuffer::hold(std::size_t limit_bytes) {
  held_ = at_;
  limit_bytes_ = limit_bytes;
}

void SourceBuffer::end_passing(std::uint64_t offset) {
  pass(offset);
  take_passed_ = nullptr;
}

void SourceBuffer::seek(std::uint64_t offset) {
  pass(window_offset_ + at_);
  source_.seek(offset);
  bytes_.clear();
  at_ = 0;
  held_ = kNothing;
  window_offset_ = offset;
  passed_ = std::max(passed_, offset);
}

void SourceBuffer::pass(std::uint64_t offset) {
  if (offset <= passed_) return;
  if (take_passed_) take_passed_(bytes_.view().substr(passed_ - window_offset_, offset - passed_));
  passed_ = offset;
}

}  // namespace format
