#include "postgres/session/copy_spool.h"

#include <cstdint>
#include <cstring>

#include "base/error.h"
#include "base/spool.h"

namespace postgres {
namespace {

constexpr std::size_t kChunkBytes = std::size_t{256} << 10;

using Length = std::uint32_t;  // before each message

}  // namespace

CopySpool::CopySpool(Connection& connection, const std::string& sql) {
  base::Spool spool;
  std::string buffer;
  connection.begin_copy_out(sql);
  for (std::string_view chunk = connection.next_chunk(); !chunk.empty(); chunk = connection.next_chunk()) {
    const auto length = static_cast<Length>(chunk.size());
    buffer.append(reinterpret_cast<const char*>(&length), sizeof length);
    const bool is_large = chunk.size() >= kChunkBytes;
    if (!is_large) buffer += chunk;
    if (buffer.size() < kChunkBytes && !is_large) continue;
    spool.write(buffer);
    buffer.clear();
    if (is_large) spool.write(chunk);
  }
  spool.write(buffer);
  file_.emplace(spool.finish("what the server sent"));
}

std::string_view CopySpool::next_chunk() {
  if (!fill(sizeof(Length))) return {};
  Length length = 0;
  std::memcpy(&length, buffer_.data() + used_, sizeof length);
  used_ += sizeof length;
  if (!fill(length)) throw base::Error(base::ErrorKind::kInputOutput, file_->name() + " is cut short");
  used_ += length;
  return std::string_view(buffer_).substr(used_ - length, length);
}

void CopySpool::rewind() {
  file_->seek(0);
  buffer_.clear();
  used_ = 0;
}

// So many unused bytes are in the buffer; false: the file has no more.
bool CopySpool::fill(std::size_t bytes) {
  if (buffer_.size() - used_ >= bytes) return true;
  buffer_.erase(0, used_);
  used_ = 0;
  while (buffer_.size() < bytes) {
    const std::size_t kept = buffer_.size();
    buffer_.resize(kept + kChunkBytes);
    const std::size_t read = file_->read(buffer_.data() + kept, kChunkBytes);
    buffer_.resize(kept + read);
    if (read == 0) return false;
  }
  return true;
}

}  // namespace postgres
