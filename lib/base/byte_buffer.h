// A growing run of bytes that codecs append to. Unlike std::string it can hand out room that is not
// zeroed first: `room(n)` returns a place for n bytes, `advance(k)` says how many of them were written.
// It never shrinks; owned by one thread.
#pragma once

#include <cstddef>
#include <cstring>
#include <memory>
#include <string_view>

namespace base {

class ByteBuffer {
 public:
  ByteBuffer() = default;
  explicit ByteBuffer(std::size_t capacity) { grow(capacity); }

  // At least `bytes` writable bytes behind the end; valid until the next call that may grow the buffer.
  char* room(std::size_t bytes) {
    if (capacity_ - size_ < bytes) grow(bytes);
    return bytes_.get() + size_;
  }
  void advance(std::size_t bytes) { size_ += bytes; }

  void append(std::string_view text) {
    if (text.empty()) return;  // an empty view may have no data() for memcpy
    std::memcpy(room(text.size() + 1), text.data(), text.size());
    size_ += text.size();
  }
  void append(char byte) {
    *room(1) = byte;
    ++size_;
  }

  char* data() { return bytes_.get(); }
  const char* data() const { return bytes_.get(); }
  std::size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }
  std::string_view view() const { return {bytes_.get(), size_}; }

  // Drops everything from `size` on (size <= size()).
  void truncate(std::size_t size) { size_ = size; }
  void clear() { size_ = 0; }

  // Drops the first `bytes` bytes and moves the rest to the front.
  void drop_front(std::size_t bytes) {
    std::memmove(bytes_.get(), bytes_.get() + bytes, size_ - bytes);
    size_ -= bytes;
  }

 private:
  void grow(std::size_t bytes) {
    std::size_t capacity = capacity_ < 256 ? 256 : capacity_ * 2;
    while (capacity - size_ < bytes) capacity *= 2;
    std::unique_ptr<char[]> bigger(new char[capacity]);
    if (size_ != 0) std::memcpy(bigger.get(), bytes_.get(), size_);
    bytes_ = std::move(bigger);
    capacity_ = capacity;
  }

  std::unique_ptr<char[]> bytes_;
  std::size_t size_ = 0;
  std::size_t capacity_ = 0;
};

}  // namespace base
