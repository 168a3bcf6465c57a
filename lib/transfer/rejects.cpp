#include "transfer/rejects.h"

#include <algorithm>
#include <filesystem>
#include <system_error>
#include <utility>

#include "base/error.h"
#include "base/input_file.h"
#include "base/terminal.h"
#include "format/json_text.h"
#include "transfer/identity.h"
#include "transfer/options.h"

namespace transfer {
namespace {

std::string free_key(const std::vector<catalog::Table>& tables) {
  std::string key = "$rejected";
  const auto is_column = [&](const catalog::Table& table) { return table.find_column(key) != nullptr; };
  while (std::any_of(tables.begin(), tables.end(), is_column)) key += '_';
  return key;
}

}  // namespace

Rejects::Rejects(const std::string& path, base::MayReplace may_replace, format::Header header,
                 const std::vector<std::size_t>& sections)
    : sections_(sections), file_(path, std::move(may_replace)) {
  std::vector<catalog::Table> tables;
  for (const std::size_t section : sections) tables.push_back(header.tables[section]);
  header.tables = std::move(tables);
  header.generator = std::string("db-import ") + kVersion;
  header.annotation = annotation_ = free_key(header.tables);
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

void Rejects::add(std::size_t section, std::string_view record, const std::string& reason) {
  go_to(section);
  base::ByteBuffer& out = writer_->buffer();
  const std::string_view fields = record.substr(0, record.rfind('}'));
  const bool empty = fields.find_first_not_of("{ \n\r\t") == std::string_view::npos;
  out.append(fields);
  out.append(empty ? "" : ",");
  format::append_json_string(out, annotation_);
  out.append(":");
  format::append_json_string(out, base::printable(reason));
  out.append("},\n");
  writer_->end_batch(1);
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
    const std::string path = default_rejects_path(input, number);
    if (path == rejects.path()) return {};
    if (rejects.is_same_as(path)) return path;
  }
}

}  // namespace transfer
