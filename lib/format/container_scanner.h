// Finds where a JSON object or array ends, 64 bytes at a time: bit masks tell brackets outside strings from the rest,
// and only those are looked at one by one. Checks that brackets match, nothing else. Keeps no text; one thread.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace format {

class ContainerScanner {
 public:
  static constexpr std::size_t kBlockBytes = 64;
  static constexpr std::size_t kMaxDepth = 1000;
  enum class State { kOpen, kClosed, kTooDeep, kMismatch };

  // The next byte to scan is the opening bracket.
  void start();
  // Scans whole blocks while the container is open and says how many bytes it took. Once the state is not kOpen, those
  // end after the bracket that decided it.
  std::size_t scan(const char* text, std::size_t bytes);
  // The same for less than a block, where no more will come.
  std::size_t scan_rest(const char* text, std::size_t bytes);
  State state() const { return state_; }

 private:
  std::size_t scan_block(const char* block);
  std::uint64_t escaped_bytes(std::uint64_t backslashes);
  void open(char bracket);
  void close(char bracket);

  State state_ = State::kOpen;
  std::size_t depth_ = 0;
  std::uint64_t in_string_ = 0;        // all ones: the last block ended inside a string
  bool escaped_ = false;               // the first byte of the next block comes after a backslash that escapes it
  std::array<char, kMaxDepth> kinds_;  // of the open brackets
};

}  // namespace format
