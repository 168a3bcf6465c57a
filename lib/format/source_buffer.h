// A window on a ByteSource: the bytes that are being looked at, refilled chunk by chunk. Grows only while something is
// held. Whoever wants the bytes that were passed (to hash them) gets each exactly once, in order, in large pieces. One
// thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "base/byte_buffer.h"
#include "base/byte_source.h"
#include "format/record_limit.h"

namespace format {

class SourceBuffer {
 public:
  static constexpr std::size_t kPaddingBytes = 64;  // readable after the window, whatever they hold

  SourceBuffer(base::ByteSource& source, std::size_t chunk_bytes) : source_(source), chunk_bytes_(chunk_bytes) {}

  const std::string& name() const { return source_.name(); }
  void on_passed(std::function<void(std::string_view)> take) { take_passed_ = std::move(take); }

  // The window, from the current byte on.
  const char* here() const { return bytes_.data() + at_; }
  std::size_t left() const { return bytes_.size() - at_; }
  // Of the current byte in the source.
  std::uint64_t offset() const { return window_offset_ + at_; }
  void advance(std::size_t bytes) { at_ += bytes; }

  // Makes the window longer; false at the end of the source. Pointers and views are no longer good.
  bool more();
  // The current byte, or empty at the end.
  std::optional<char> peek() { return left() != 0 || more() ? std::optional<char>(*here()) : std::nullopt; }
  // The current byte once JSON's white space is skipped.
  std::optional<char> skip_space();

  // Keeps the bytes from here on in the window until release; longer than `limit_bytes` is Error(kFile), at the latest
  // when more() is called.
  void hold(std::size_t limit_bytes = kMaxRecordBytes);
  // Throws that error when what is held is too long already.
  void check_held() const;
  void release() { held_ = kNothing; }
  std::uint64_t held_offset() const { return window_offset_ + held_; }
  // From the held byte up to the current one.
  std::string_view held() const { return bytes_.view().substr(held_, at_ - held_); }

  // Hands over what was passed up to `offset` (inside the window), and from then on nothing.
  void end_passing(std::uint64_t offset);
  // Goes on at `offset`; nothing is held.
  void seek(std::uint64_t offset);

 private:
  static constexpr std::size_t kNothing = static_cast<std::size_t>(-1);

  void pass(std::uint64_t offset);
  [[noreturn]] void fail_too_long() const;

  base::ByteSource& source_;
  std::size_t chunk_bytes_;
  std::function<void(std::string_view)> take_passed_;
  base::ByteBuffer bytes_;
  std::size_t at_ = 0;
  std::size_t held_ = kNothing;
  std::size_t limit_bytes_ = kMaxRecordBytes;
  std::uint64_t window_offset_ = 0;
  std::uint64_t passed_ = 0;  // offset up to which bytes were handed over
};

}  // namespace format
