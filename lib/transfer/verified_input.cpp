#include "transfer/verified_input.h"

#include <array>
#include <optional>
#include <string_view>
#include <utility>

#include "base/error.h"
#include "base/spool.h"
#include "base/stop.h"
#include "format/compression.h"
#include "format/row_splitter.h"

namespace transfer {

base::InputFile open_input(const ImportOptions& options, const std::stop_token& stop) {
  constexpr const char* kPipe = "standard input";
  if (options.spooled) return options.spooled->again(options.input == "-" ? kPipe : options.input);
  return base::InputFile::open(options.input, stop);
}

namespace {

// As every JSON document that has its end does; of a compressed one this says nothing.
bool seems_to_have_its_end(base::InputFile& file) {
  std::array<char, 512> bytes{};
  file.seek(0);
  if (file.read(bytes.data(), 1) == 0) return false;
  const bool compressed = bytes[0] == '\x1f' || bytes[0] == '\x28';
  if (compressed || file.size() < bytes.size()) return true;
  file.seek(file.size() - bytes.size());
  const std::string_view tail(bytes.data(), file.read(bytes.data(), bytes.size()));
  const std::size_t last = tail.find_last_not_of(" \t\r\n");
  return last == std::string_view::npos || tail[last] == '}';
}

}  // namespace

std::optional<format::Header> read_ahead(base::InputFile& file) {
  if (!file.seekable()) return std::nullopt;
  const bool whole = seems_to_have_its_end(file);
  file.seek(0);
  if (!whole) return std::nullopt;
  std::optional<format::Header> header;
  try {
    const auto source = format::decompress(file);
    format::RowSplitter splitter(*source);
    header = splitter.read_header();
    if (!splitter.transfer_damage().empty()) header.reset();  // no seal will match
  } catch (const base::Error& error) {
    if (error.kind() == base::ErrorKind::kInterrupted) throw;
  }
  file.seek(0);
  return header;
}

VerifiedInput verify_input(base::InputFile file, format::SealPolicy seal, base::Progress& progress,
                           const std::stop_token& stop, const format::OnRecord& on_record) {
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
  const auto source = format::decompress(file);
  format::Verified verified = format::verify(*source, seal, on_progress, on_chunk, on_record);
  if (spool) return {spool->finish(file.name()), std::move(verified)};
  return {std::move(file), std::move(verified)};
}

}  // namespace transfer
