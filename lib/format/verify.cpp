#include "format/verify.h"

#include <fmt/format.h>

#include "base/error.h"
#include "base/sha256.h"
#include "format/json_check.h"
#include "format/row_splitter.h"

namespace format {
namespace {

// Passes on every byte that is read.
class TeeSource final : public base::ByteSource {
 public:
  TeeSource(base::ByteSource& source, const OnChunk& on_chunk, const OnProgress& on_progress)
      : source_(source), on_chunk_(on_chunk), on_progress_(on_progress) {}

  std::size_t read(char* to, std::size_t bytes) override {
    const std::size_t read = source_.read(to, bytes);
    bytes_ += read;
    if (on_chunk_ && read != 0) on_chunk_({to, read});
    if (on_progress_) on_progress_(bytes_);
    return read;
  }
  void seek(std::uint64_t offset) override { source_.seek(offset); }
  const std::string& name() const override { return source_.name(); }

 private:
  base::ByteSource& source_;
  const OnChunk& on_chunk_;
  const OnProgress& on_progress_;
  std::uint64_t bytes_ = 0;
};

// `take` may be null.
std::uint64_t read_records(RowSplitter& splitter, SealPolicy policy, const std::string& section,
                           const std::string& file, const std::function<void(std::string_view)>& take) {
  if (policy == SealPolicy::kDemand && !take) return splitter.skip_records();
  RawRecord record;
  while (splitter.next_record(record)) {
    if (take) take(record.text);
    if (policy == SealPolicy::kDemand) continue;
    const std::optional<JsonFault> fault = find_json_fault(record.text);
    if (!fault) continue;
    throw base::Error(base::ErrorKind::kFile, fmt::format("{}: table {}, record {}: {} at byte {}", file, section,
                                                          record.number, fault->what, record.offset + fault->offset));
  }
  return record.number;
}

// What of the seal does not fit the document; counts come first, because they name the table. Empty: all of it fits.
std::string difference(const Verified& found, const std::vector<std::string>& sections) {
  const Seal& seal = *found.seal;
  if (seal.tables.size() != sections.size()) {
    return fmt::format("it counts {} tables, the file holds {}", seal.tables.size(), sections.size());
  }
  std::uint64_t rows = 0;
  for (std::size_t i = 0; i < sections.size(); ++i) {
    if (seal.tables[i].first != sections[i])
      return fmt::format("it names table {} where {} is", seal.tables[i].first, sections[i]);
    if (seal.tables[i].second != found.rows[i]) {
      return fmt::format("it counts {} rows in table {}, the file holds {}", seal.tables[i].second, sections[i],
                         found.rows[i]);
    }
    rows += found.rows[i];
  }
  if (seal.rows != rows) return fmt::format("it counts {} rows in all, the file holds {}", seal.rows, rows);
  if (seal.bytes != found.bytes)
    return fmt::format("it covers {} bytes, in the file they are {}", seal.bytes, found.bytes);
  if (seal.sha256 != found.sha256)
    return fmt::format("its sha256 is {}, that of the file {}", seal.sha256, found.sha256);
  return {};
}

[[noreturn]] void refuse(const std::string& file, const std::string& what, std::string_view damage) {
  std::string hint = "copy the file again; if it was edited on purpose: --unsealed";
  if (!damage.empty())
    hint = fmt::format("the file was changed in transfer ({}): copy it again, in binary mode; or --unsealed", damage);
  throw base::Error(base::ErrorKind::kFile, fmt::format("{}: {}", file, what), hint);
}

}  // namespace

Verified verify(base::ByteSource& source, SealPolicy policy, const OnProgress& on_progress, const OnChunk& on_chunk,
                const OnRecord& on_record) {
  TeeSource tee(source, on_chunk, on_progress);
  RowSplitter splitter(tee);
  base::Sha256 sha256;
  Verified found;
  splitter.on_sealed_bytes([&](std::string_view bytes) {
    sha256.update(bytes);
    found.bytes += bytes.size();
  });

  found.header = splitter.read_header();
  std::vector<std::string> sections;
  for (std::string section; splitter.next_table(section);) {
    std::function<void(std::string_view)> take;
    if (on_record) take = [&](std::string_view record) { on_record(sections.size(), record); };
    found.rows.push_back(read_records(splitter, policy, section, source.name(), take));
    sections.push_back(section);
  }
  found.seal = splitter.read_seal();
  found.sha256 = sha256.hex();

  std::string what = "the seal is missing";
  if (found.seal) what = difference(found, sections);
  if (found.seal && !what.empty()) what = "the seal does not match: " + what;
  if (what.empty() && !splitter.ends_as_written()) {
    what = fmt::format("the end of the file, from the seal up to byte {}, is not as it was written", splitter.bytes());
  }
  found.sealed = what.empty();
  if (!found.sealed && policy == SealPolicy::kDemand) refuse(source.name(), what, splitter.transfer_damage());
  return found;
}

}  // namespace format
