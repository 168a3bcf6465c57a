#include "digests/record_digests.h"

#include <cstdlib>
#include <memory>
#include <utility>

#include "base/error.h"

namespace digests {

Tries tries() {
  const char* value = std::getenv("DB_TRANSFER_DIGESTS");
  const std::string_view said = value == nullptr ? "" : value;
  return said == "always" ? Tries::kAlways : said == "never" ? Tries::kNever : Tries::kWhereWorthIt;
}

std::uint64_t records_of(const RecordParts::Chains& section) {
  std::uint64_t records = 0;
  for (const RecordParts::Chain& part : section) records += part.entries;
  return records;
}

std::optional<RecordDigests> RecordDigests::begin(std::vector<bool> wanted, std::uint64_t file_bytes) {
  RecordDigests digests;
  try {
    digests.file_ = std::make_shared<base::ScratchFile>();
    digests.digest_ = std::make_shared<base::KeyedDigest>();
  } catch (const base::ScratchFile::Unusable&) {
    return std::nullopt;
  } catch (const base::Error&) {  // a library without this function
    return std::nullopt;
  }
  return digests.beside(std::move(wanted), file_bytes);
}

std::optional<RecordDigests> RecordDigests::beside(std::vector<bool> wanted, std::uint64_t file_bytes) const {
  // An entry of a record and two of its row take less than a record of some columns does.
  constexpr std::uint64_t kAtLeast = std::uint64_t{64} << 20;
  if (!file_ || (tries() != Tries::kAlways && !file_->has_room(2 * file_bytes + kAtLeast))) return std::nullopt;
  RecordDigests digests;
  digests.file_ = file_;
  digests.digest_ = digest_;
  digests.parts_ = std::make_unique<RecordParts>(*file_);
  digests.chains_.resize(wanted.size());
  digests.wanted_ = std::move(wanted);
  return digests;
}

void RecordDigests::take(std::size_t section, std::string_view record) {
  if (!parts_ || section >= wanted_.size() || !wanted_[section]) return;
  try {
    if (section != section_) end_section();
    section_ = section;
    const base::Digest128 digest = digest_->of(record);
    parts_->add(part_of(digest), {digest, ++records_});
  } catch (const base::ScratchFile::Unusable&) {
    give_up();
  }
}

void RecordDigests::finish() {
  if (!parts_) return;
  try {
    end_section();
    parts_.reset();
  } catch (const base::ScratchFile::Unusable&) {
    give_up();
  }
}

void RecordDigests::end_section() {
  if (records_ == 0) return;
  if (records_ >= kFewestRecords || tries() == Tries::kAlways) {
    chains_[section_] = std::make_unique<RecordParts::Chains>(parts_->finish());
  } else {
    parts_->drop();
  }
  records_ = 0;
}

// A section without its last records would let two of them be taken for one.
void RecordDigests::give_up() {
  parts_.reset();
  file_.reset();
  for (auto& chains : chains_) chains.reset();
  forget_equal();
}

const RecordParts::Chains* RecordDigests::section(std::size_t section) const {
  return section < chains_.size() ? chains_[section].get() : nullptr;
}

void RecordDigests::note_equal(const RecordParts::Chains& section, const DigestParts::Chains& digests) {
  equal_.resize(chains_.size());
  for (std::size_t i = 0; i < chains_.size(); ++i) {
    if (chains_[i].get() == &section) equal_[i] = std::make_unique<DigestParts::Chains>(digests);
  }
}

const DigestParts::Chains* RecordDigests::equal(std::size_t section) const {
  return section < equal_.size() ? equal_[section].get() : nullptr;
}

void RecordDigests::forget_equal() { equal_.clear(); }

}  // namespace digests
