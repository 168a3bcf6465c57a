// A growing run of bytes that codecs append to. Unlike std::string it can hand out room that is not zeroed first:
// `room(n)` returns a place for n bytes, `advance(k)` says how many of them were written. It never shrinks; owned by
// one thread. For large values it need not hold them: spill() offers what is there to whoever takes it away, and lend()
// notes a text of the caller's instead of copying it. Both act only where they were asked for; elsewhere all bytes stay
// here.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <functional>
#include <limits>
#include <memory>
#include <new>
#include <string_view>
#include <utility>
#include <vector>

namespace base {

class ByteBuffer {
 public:
  static constexpr std::size_t kLargeBytes = std::size_t{1} << 20;

  // Thrown by spill() beyond the limit that was set.
  struct LimitPassed {};

  // A text that belongs between the bytes before `place` and those from there on.
  struct Lent {
    std::size_t place;
    std::string_view text;
  };

  ByteBuffer() = default;
  explicit ByteBuffer(std::size_t capacity) { grow(capacity); }

  // At least `bytes` writable bytes after the end; valid until the next call that may grow the buffer.
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
  // The same for what may be large.
  void append_in_pieces(std::string_view text) {
    for (; text.size() > kLargeBytes; text.remove_prefix(kLargeBytes)) {
      append(text.substr(0, kLargeBytes));
      spill();
    }
    append(text);
  }

  // From now on spill() has `take` called once there is a large value's worth of bytes; it may drop them.
  void on_spill(std::function<void()> take) { take_ = std::move(take); }
  // From now on spill() throws LimitPassed once end() is beyond `end`.
  void limit_end(std::uint64_t end) { limit_end_ = end; }
  // Between two pieces of a value.
  void spill() {
    if (size_ < kLargeBytes) return;
    if (end() > limit_end_) throw LimitPassed();
    if (take_) take_();
  }

  // From now on lend() notes large texts instead of appending them; they must last until clear() or truncate().
  void borrow_large_texts() { borrows_ = true; }
  void lend(std::string_view text) {
    if (borrows_ && text.size() >= kLargeBytes) {
      lent_.push_back({size_, text});
    } else {
      append(text);
    }
  }
  const std::vector<Lent>& lent() const { return lent_; }
  // As long as it lives, lend() appends: for texts that do not last.
  class Copying {
   public:
    explicit Copying(ByteBuffer& buffer) : buffer_(buffer), before_(std::exchange(buffer.borrows_, false)) {}
    ~Copying() { buffer_.borrows_ = before_; }
    Copying(const Copying&) = delete;
    Copying& operator=(const Copying&) = delete;

   private:
    ByteBuffer& buffer_;
    bool before_;
  };

  char* data() { return bytes_.get(); }
  const char* data() const { return bytes_.get(); }
  std::size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }
  // From `place` to the end, lent texts included.
  std::size_t bytes_from(std::size_t place) const {
    std::size_t bytes = size_ - place;
    for (const Lent& lent : lent_) bytes += lent.place >= place ? lent.text.size() : 0;
    return bytes;
  }
  std::string_view view() const { return {bytes_.get(), size_}; }
  // How many bytes were appended ever, those dropped from the front included.
  std::uint64_t end() const { return dropped_ + size_; }

  // Drops everything from `size` on (size <= size()).
  void truncate(std::size_t size) {
    size_ = size;
    while (!lent_.empty() && lent_.back().place >= size) lent_.pop_back();
  }
  void clear() { truncate(0); }

  // Drops the first `bytes` bytes and moves the rest to the front.
  void drop_front(std::size_t bytes) {
    std::memmove(bytes_.get(), bytes_.get() + bytes, size_ - bytes);
    size_ -= bytes;
    dropped_ += bytes;
  }

 private:
  struct Free {
    void operator()(char* bytes) const { std::free(bytes); }
  };

  // realloc moves a large block without touching it: there are never two copies, and room that nobody wrote to costs
  // nothing.
  void grow(std::size_t bytes) {
    std::size_t capacity = capacity_ < 256 ? 256 : capacity_ * 2;
    while (capacity - size_ < bytes) capacity *= 2;
    void* const bigger = std::realloc(bytes_.get(), capacity);
    if (bigger == nullptr) throw std::bad_alloc();
    static_cast<void>(bytes_.release());
    bytes_.reset(static_cast<char*>(bigger));
    capacity_ = capacity;
  }

  std::unique_ptr<char, Free> bytes_;
  std::size_t size_ = 0;
  std::size_t capacity_ = 0;
  std::uint64_t dropped_ = 0;
  std::uint64_t limit_end_ = std::numeric_limits<std::uint64_t>::max();
  std::function<void()> take_;
  bool borrows_ = false;
  std::vector<Lent> lent_;
};

}  // namespace base
