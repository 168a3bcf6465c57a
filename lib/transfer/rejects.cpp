#include "transfer/rejects.h"

#include <algorithm>
#include <filesystem>
#include <system_error>
#include <utility>

#include "base/error.h"
#include "base/input_file.h"
#include "base/terminal.h"
#include "format/json_string.h"
#include "format/json_text.h"
#include "format/object_members.h"
#include "format/record_limit.h"
#include "transfer/identity.h"
#include "transfer/options.h"

namespace transfer {
namespace {

std::string free_key(std::string key, const std::vector<catalog::Table>& tables) {
  const auto is_column = [&](const catalog::Table& table) { return table.find_column(key) != nullptr; };
  while (std::any_of(tables.begin(), tables.end(), is_column)) key += '_';
  return key;
}

}  // namespace

Rejects::Rejects(const std::string& path, base::MayReplace may_replace, format::Header header,
                 const std::vector<std::size_t>& sections, Conflicts conflicts)
    : sections_(sections), file_(path, std::move(may_replace)) {
  std::vector<catalog::Table> tables;
  tables.reserve(sections.size());
  for (const std::size_t section : sections) tables.push_back(header.tables[section]);
  header.tables = std::move(tables);
  header.generator = std::string("db-import ") + kVersion;
  for (const std::string& key : {header.annotation, header.conflict}) {
    if (!key.empty()) keys_before_.push_back(key);
  }
  header.annotation = annotation_ = free_key("$rejected", header.tables);
  if (conflicts != Conflicts::kNone) conflict_ = free_key("$conflict", header.tables);
  header.conflict = conflict_;
  header.settled = conflicts == Conflicts::kSettled;
  writer_ = std::make_unique<format::Writer>(output_, header);
}

void Rejects::Output::write(std::string_view bytes) {
  file_.write(bytes);
  hash_.update(bytes);
  bytes_ += bytes.size();
}

bool Rejects::is_same_as(const std::string& path) const {
  std::error_code none;
  if (!std::filesystem::is_regular_file(path, none)) return false;
  try {
    base::InputFile file = base::InputFile::open(path);
    if (file.size() != output_.bytes()) return false;
    outcome::FileIdentity found;
    found.path = path;
    identify_whole(file, found);
    return found.whole_sha256 == digest_;
  } catch (const base::Error&) {
    return false;  // what cannot be read is as good as another
  }
}

void Rejects::go_to(std::size_t section) {
  while (begun_ == 0 || sections_[begun_ - 1] != section) {
    if (begun_ == sections_.size())
      throw base::Error(base::ErrorKind::kInternal, "a row left out belongs to no table of its file");
    if (begun_ > 0) writer_->end_table();
    writer_->begin_table(begun_++);
  }
}

void Rejects::add(std::size_t section, std::string_view record, const std::string& reason,
                  const std::optional<ConflictSides>& conflict) {
  go_to(section);
  base::ByteBuffer& out = writer_->buffer();
  out.append(append_own_members(record) ? "," : "");
  format::append_json_string(out, annotation_);
  out.append(":");
  format::append_json_string(out, base::printable(reason));
  if (conflict && !conflict_.empty()) append_conflict(*conflict, record.size());
  out.append("},\n");
  writer_->end_batch(1);
}

// "{" and the members. False: there are none.
bool Rejects::append_own_members(std::string_view record) {
  base::ByteBuffer& out = writer_->buffer();
  if (keys_before_.empty()) {
    const std::string_view fields = record.substr(0, record.rfind('}'));
    out.append(fields);
    return fields.find_first_not_of("{ \n\r\t") != std::string_view::npos;
  }
  out.append("{");
  bool any = false;
  base::ByteBuffer key;
  format::ObjectMembers members(record);
  for (format::ObjectMember member; members.next(member);) {
    key.clear();
    format::append_unescaped(key, member.key);
    if (std::ranges::find(keys_before_, key.view()) != keys_before_.end()) continue;
    out.append(any ? "," : "");
    out.append(member.text);
    any = true;
  }
  return any;
}

// Of rows that would make the record too long to be read nothing is told.
void Rejects::append_conflict(const ConflictSides& conflict, std::uint64_t record_bytes) {
  constexpr std::uint64_t kBeside = std::uint64_t{1} << 20;  // for the reason
  base::ByteBuffer& out = writer_->buffer();
  const std::uint64_t bytes = record_bytes + conflict.base.value_or("").size() + conflict.target.value_or("").size();
  const auto append = [&](const std::optional<std::string_view>& side) {
    if (side && bytes + kBeside > format::kMaxRecordBytes) return out.append("{}");
    out.append(side.value_or("null"));
  };
  out.append(",");
  format::append_json_string(out, conflict_);
  out.append(":{\"base\":");
  append(conflict.base);
  out.append(",\"target\":");
  append(conflict.target);
  out.append("}");
}

void Rejects::finish() {
  if (begun_ > 0) writer_->end_table();
  for (; begun_ < sections_.size(); ++begun_) {
    writer_->begin_table(begun_);
    writer_->end_table();
  }
  writer_->finish();
  digest_ = output_.digest();
}

std::string default_rejects_path(const std::string& input, int number) {
  std::string stem = input == "-" ? "import" : input;
  for (const std::string_view ending : {".gz", ".zst", ".json"}) {
    if (stem.ends_with(ending)) stem.erase(stem.size() - ending.size());
  }
  return stem + ".rejects" + (number < 2 ? "" : "-" + std::to_string(number)) + ".json";
}

std::string free_rejects_path(const std::string& input, OutputFiles& files) {
  int number = 1;
  while (files.is_taken(default_rejects_path(input, number))) ++number;
  files.add(default_rejects_path(input, number), "the file of rows left out", OutputFiles::Existing::kStays);
  return default_rejects_path(input, number);
}

std::string same_rejects(const Rejects& rejects, const std::string& input) {
  for (int number = 1;; ++number) {
    std::string path = default_rejects_path(input, number);
    if (path == rejects.path()) return {};
    if (rejects.is_same_as(path)) return path;
  }
}

}  // namespace transfer
