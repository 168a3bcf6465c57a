#include "base/line_reader.h"

#include <algorithm>

namespace base {
namespace {

constexpr std::size_t kChunkBytes = std::size_t{256} << 10;

}  // namespace

bool LineReader::next(std::string_view& line) {
  while (true) {
    const std::size_t end = buffer_.find('\n', used_);
    if (end != std::string::npos) {
      line = std::string_view(buffer_).substr(used_, end - used_);
      used_ = end + 1;
      return true;
    }
    buffer_.erase(0, used_);
    used_ = 0;
    if (at_ == end_) return false;
    const std::size_t kept = buffer_.size();
    buffer_.resize(kept + static_cast<std::size_t>(std::min<std::uint64_t>(kChunkBytes, end_ - at_)));
    file_->seek(at_);
    const std::size_t bytes = file_->read(buffer_.data() + kept, buffer_.size() - kept);
    buffer_.resize(kept + bytes);
    at_ += bytes;
    if (bytes == 0) return false;
  }
}

}  // namespace base
