#include "format/compression.h"

#include <fmt/format.h>
#include <zlib.h>
#include <zstd.h>

#include <algorithm>
#include <array>
#include <condition_variable>
#include <cstring>
#include <deque>
#include <exception>
#include <mutex>
#include <string>
#include <thread>
#include <utility>

#include "base/error.h"
#include "base/terminal.h"

namespace format {
namespace {

using base::Error;
using base::ErrorKind;

constexpr std::size_t kBlockBytes = std::size_t{256} << 10;
constexpr std::size_t kWaitingBlocks = 4;  // between the threads
constexpr int kZstdLevel = 3;              // the library's own choice: faster than the writer, a fifth of the size
constexpr int kGzipLevel = 1;              // still the slower one by far
constexpr int kGzipWindow = 15 + 16;       // zlib: the largest window, gzip's frame
constexpr int kLargestZstdWindowLog = 23;  // 8 MiB: all levels but --ultra and --long

constexpr std::string_view kGzipMagic{"\x1f\x8b", 2};
constexpr std::string_view kZstdMagic{"\x28\xb5\x2f\xfd", 4};

// One direction of one library. step() moves bytes from `in` to `out`, from where both are.
struct Block {
  const char* in = nullptr;
  std::size_t in_bytes = 0;
  char* out = nullptr;
  std::size_t out_bytes = 0;
};

class Compressor {
 public:
  Compressor() = default;
  Compressor(const Compressor&) = delete;
  Compressor& operator=(const Compressor&) = delete;
  virtual ~Compressor() = default;
  enum class Goal { kGoOn, kEnd };
  // True when everything given is out; with kEnd: when the stream is complete.
  virtual bool step(Block& block, Goal goal) = 0;
};

class GzipCompressor final : public Compressor {
 public:
  GzipCompressor() {
    if (deflateInit2(&stream_, kGzipLevel, Z_DEFLATED, kGzipWindow, 8, Z_DEFAULT_STRATEGY) != Z_OK)
      throw std::bad_alloc();
  }
  ~GzipCompressor() override { deflateEnd(&stream_); }

  bool step(Block& block, Goal goal) override {
    stream_.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(block.in));  // zlib's old interface; not written to
    stream_.avail_in = static_cast<uInt>(block.in_bytes);
    stream_.next_out = reinterpret_cast<Bytef*>(block.out);
    stream_.avail_out = static_cast<uInt>(block.out_bytes);
    const int state = deflate(&stream_, goal == Goal::kEnd ? Z_FINISH : Z_NO_FLUSH);
    block.in += block.in_bytes - stream_.avail_in;
    block.in_bytes = stream_.avail_in;
    block.out += block.out_bytes - stream_.avail_out;
    block.out_bytes = stream_.avail_out;
    return goal == Goal::kEnd ? state == Z_STREAM_END : block.in_bytes == 0 && block.out_bytes > 0;
  }

 private:
  z_stream stream_{};
};

class ZstdCompressor final : public Compressor {
 public:
  ZstdCompressor() : stream_(ZSTD_createCCtx()) {
    if (stream_ == nullptr) throw std::bad_alloc();
    ZSTD_CCtx_setParameter(stream_, ZSTD_c_compressionLevel, kZstdLevel);
    ZSTD_CCtx_setParameter(stream_, ZSTD_c_checksumFlag, 1);
  }
  ~ZstdCompressor() override { ZSTD_freeCCtx(stream_); }

  bool step(Block& block, Goal goal) override {
    ZSTD_inBuffer in{block.in, block.in_bytes, 0};
    ZSTD_outBuffer out{block.out, block.out_bytes, 0};
    const std::size_t left =
        ZSTD_compressStream2(stream_, &out, &in, goal == Goal::kEnd ? ZSTD_e_end : ZSTD_e_continue);
    if (ZSTD_isError(left) != 0) throw Error(ErrorKind::kInternal, fmt::format("zstd: {}", ZSTD_getErrorName(left)));
    block.in += in.pos;
    block.in_bytes -= in.pos;
    block.out += out.pos;
    block.out_bytes -= out.pos;
    return goal == Goal::kEnd ? left == 0 : block.in_bytes == 0;
  }

 private:
  ZSTD_CCtx* stream_;
};

// Members in the order: of the caller's thread, of the worker, shared under mutex_.
class CompressedSink final : public base::ByteSink {
 public:
  CompressedSink(std::unique_ptr<base::ByteSink> sink, std::unique_ptr<Compressor> compressor)
      : sink_(std::move(sink)), compressor_(std::move(compressor)), worker_([this] { work(); }) {}
  ~CompressedSink() override { end(End::kAbandon); }

  void write(std::string_view bytes) override {
    while (!bytes.empty()) {
      const std::string_view piece = bytes.substr(0, kBlockBytes);
      std::unique_lock lock(mutex_);
      changed_.wait(lock, [&] { return waiting_.size() < kWaitingBlocks || failure_; });
      if (failure_) std::rethrow_exception(failure_);
      waiting_.emplace_back(piece);
      changed_.notify_all();
      bytes.remove_prefix(piece.size());
    }
  }

  void finish() override {
    end(End::kComplete);
    if (failure_) std::rethrow_exception(failure_);
    sink_->finish();
  }

 private:
  enum class End { kNotYet, kComplete, kAbandon };

  void end(End how) {
    {
      const std::lock_guard lock(mutex_);
      if (end_ == End::kNotYet) end_ = how;
    }
    changed_.notify_all();
    if (worker_.joinable()) worker_.join();
  }

  void work() {
    try {
      while (true) {
        std::string piece;
        {
          std::unique_lock lock(mutex_);
          changed_.wait(lock, [&] { return !waiting_.empty() || end_ != End::kNotYet; });
          if (end_ == End::kAbandon) return;
          if (waiting_.empty()) break;
          piece = std::move(waiting_.front());
          waiting_.pop_front();
        }
        changed_.notify_all();
        put(piece, Compressor::Goal::kGoOn);
      }
      put({}, Compressor::Goal::kEnd);
      if (used_ > 0) sink_->write({out_.data(), used_});
    } catch (...) {
      const std::lock_guard lock(mutex_);
      failure_ = std::current_exception();
      changed_.notify_all();
    }
  }

  void put(std::string_view piece, Compressor::Goal goal) {
    Block block{piece.data(), piece.size(), nullptr, 0};
    bool done = false;
    while (!done) {
      block.out = out_.data() + used_;
      block.out_bytes = out_.size() - used_;
      done = compressor_->step(block, goal);
      used_ = out_.size() - block.out_bytes;
      if (used_ < out_.size()) continue;
      sink_->write({out_.data(), used_});
      used_ = 0;
    }
  }

  std::unique_ptr<base::ByteSink> sink_;  // the caller's again once the worker has ended
  std::unique_ptr<Compressor> compressor_;
  std::string out_ = std::string(kBlockBytes, '\0');
  std::size_t used_ = 0;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<std::string> waiting_;
  End end_ = End::kNotYet;
  std::exception_ptr failure_;
  std::thread worker_;  // last: it uses all of them
};

class Decompressor {
 public:
  Decompressor() = default;
  Decompressor(const Decompressor&) = delete;
  Decompressor& operator=(const Decompressor&) = delete;
  virtual ~Decompressor() = default;
  // What is wrong with the data; nullptr: nothing. `between` says whether a whole stream has just ended.
  virtual const char* step(Block& block, bool& between) = 0;
};

class GzipDecompressor final : public Decompressor {
 public:
  GzipDecompressor() {
    if (inflateInit2(&stream_, kGzipWindow) != Z_OK) throw std::bad_alloc();
  }
  ~GzipDecompressor() override { inflateEnd(&stream_); }

  const char* step(Block& block, bool& between) override {
    if (between && block.in_bytes > 0) inflateReset(&stream_);  // files put one after the other are one file
    stream_.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(block.in));
    stream_.avail_in = static_cast<uInt>(block.in_bytes);
    stream_.next_out = reinterpret_cast<Bytef*>(block.out);
    stream_.avail_out = static_cast<uInt>(block.out_bytes);
    const int state = inflate(&stream_, Z_NO_FLUSH);
    block.in += block.in_bytes - stream_.avail_in;
    block.in_bytes = stream_.avail_in;
    block.out += block.out_bytes - stream_.avail_out;
    block.out_bytes = stream_.avail_out;
    between = state == Z_STREAM_END;
    if (state == Z_OK || state == Z_STREAM_END || state == Z_BUF_ERROR) return nullptr;
    return stream_.msg == nullptr ? "damaged" : stream_.msg;
  }

 private:
  z_stream stream_{};
};

class ZstdDecompressor final : public Decompressor {
 public:
  ZstdDecompressor() : stream_(ZSTD_createDCtx()) {
    if (stream_ == nullptr) throw std::bad_alloc();
    ZSTD_DCtx_setParameter(stream_, ZSTD_d_windowLogMax, kLargestZstdWindowLog);
  }
  ~ZstdDecompressor() override { ZSTD_freeDCtx(stream_); }

  const char* step(Block& block, bool& between) override {
    ZSTD_inBuffer in{block.in, block.in_bytes, 0};
    ZSTD_outBuffer out{block.out, block.out_bytes, 0};
    const std::size_t left = ZSTD_decompressStream(stream_, &out, &in);
    block.in += in.pos;
    block.in_bytes -= in.pos;
    block.out += out.pos;
    block.out_bytes -= out.pos;
    between = left == 0;
    return ZSTD_isError(left) != 0 ? ZSTD_getErrorName(left) : nullptr;
  }

 private:
  ZSTD_DCtx* stream_;
};

class DocumentSource final : public base::ByteSource {
 public:
  explicit DocumentSource(base::ByteSource& raw) : raw_(raw) { start(); }

  std::size_t read(char* to, std::size_t bytes) override {
    if (bytes == 0) return 0;
    const std::size_t got = decompressor_ ? read_compressed(to, bytes) : read_plain(to, bytes);
    offset_ += got;
    return got;
  }

  void seek(std::uint64_t offset) override {
    if (!decompressor_) {
      raw_.seek(offset);
      begin_ = end_ = 0;
      offset_ = offset;
      return;
    }
    if (offset < offset_) {
      raw_.seek(0);
      start();
    }
    std::array<char, 16384> passed;
    while (offset_ < offset) {
      if (read(passed.data(), std::min<std::uint64_t>(passed.size(), offset - offset_)) == 0) return;
    }
  }

  const std::string& name() const override { return raw_.name(); }

 private:
  void start() {
    begin_ = end_ = 0;
    offset_ = 0;
    between_ = false;
    while (end_ < kZstdMagic.size()) {
      const std::size_t got = raw_.read(in_.data() + end_, in_.size() - end_);
      if (got == 0) break;
      end_ += got;
    }
    const std::string_view first(in_.data(), end_);
    decompressor_.reset();
    if (first.starts_with(kGzipMagic)) decompressor_ = std::make_unique<GzipDecompressor>();
    if (first.starts_with(kZstdMagic)) decompressor_ = std::make_unique<ZstdDecompressor>();
  }

  std::size_t read_plain(char* to, std::size_t bytes) {
    if (begin_ == end_) return raw_.read(to, bytes);
    const std::size_t got = std::min(bytes, end_ - begin_);
    std::memcpy(to, in_.data() + begin_, got);
    begin_ += got;
    return got;
  }

  std::size_t read_compressed(char* to, std::size_t bytes) {
    Block block{in_.data() + begin_, end_ - begin_, to, bytes};
    while (block.out_bytes == bytes) {
      if (block.in_bytes == 0) {
        begin_ = 0;
        end_ = raw_.read(in_.data(), in_.size());
        if (end_ == 0) {
          if (between_) return 0;
          throw Error(ErrorKind::kFile,
                      fmt::format("{}: the compressed data ends early, after byte {} of the document",
                                  base::printable(name()), offset_),
                      "copy the file again");
        }
        block.in = in_.data();
        block.in_bytes = end_;
      }
      if (const char* fault = decompressor_->step(block, between_)) {
        throw Error(ErrorKind::kFile,
                    fmt::format("{}: the compressed data is damaged after byte {} of the document: {}",
                                base::printable(name()), offset_, fault),
                    "copy the file again; a file made with zstd --long or --ultra must be decompressed first");
      }
    }
    begin_ = end_ - block.in_bytes;
    return bytes - block.out_bytes;
  }

  base::ByteSource& raw_;
  std::unique_ptr<Decompressor> decompressor_;  // none: the document is not compressed
  std::string in_ = std::string(kBlockBytes, '\0');
  std::size_t begin_ = 0;  // of the bytes of in_ that are still to be read
  std::size_t end_ = 0;
  std::uint64_t offset_ = 0;  // in the document
  bool between_ = false;      // a whole stream has ended, so the data may end here
};

}  // namespace

Compression compression_of(std::string_view file_name) {
  if (file_name.ends_with(".gz")) return Compression::kGzip;
  if (file_name.ends_with(".zst")) return Compression::kZstd;
  return Compression::kNone;
}

std::string_view ending_of(Compression compression) {
  switch (compression) {
    case Compression::kGzip:
      return ".gz";
    case Compression::kZstd:
      return ".zst";
    case Compression::kNone:
      break;
  }
  return {};
}

std::unique_ptr<base::ByteSink> compress(std::unique_ptr<base::ByteSink> sink, Compression compression) {
  switch (compression) {
    case Compression::kGzip:
      return std::make_unique<CompressedSink>(std::move(sink), std::make_unique<GzipCompressor>());
    case Compression::kZstd:
      return std::make_unique<CompressedSink>(std::move(sink), std::make_unique<ZstdCompressor>());
    case Compression::kNone:
      break;
  }
  return sink;
}

std::unique_ptr<base::ByteSource> decompress(base::ByteSource& raw) { return std::make_unique<DocumentSource>(raw); }

}  // namespace format
