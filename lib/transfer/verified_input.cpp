#include "transfer/verified_input.h"

#include <optional>
#include <utility>

#include "base/spool.h"
#include "base/stop.h"
#include "format/byte_source.h"
#include "format/compression.h"

namespace transfer {

VerifiedInput verify_input(const std::string& path, format::SealPolicy seal, base::Progress& progress,
                           const std::stop_token& stop) {
  base::InputFile file = base::InputFile::open(path, stop);
  progress.phase("verify", file.size());
  std::optional<base::Spool> spool;
  if (!file.seekable()) spool.emplace();
  std::uint64_t reported = 0;
  const auto on_progress = [&](std::uint64_t bytes) {
    base::throw_if_stopped(stop);
    progress.advance(0, bytes - reported);
    reported = bytes;
  };
  const auto on_chunk =
      spool ? format::OnChunk([&](std::string_view chunk) { spool->write(chunk); }) : format::OnChunk{};
  format::FileSource<base::InputFile> raw(file);
  const auto source = format::decompress(raw);
  format::Verified verified = format::verify(*source, seal, on_progress, on_chunk);
  if (spool) return {spool->finish(file.name()), std::move(verified)};
  return {std::move(file), std::move(verified)};
}

}  // namespace transfer
