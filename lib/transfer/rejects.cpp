#include "transfer/rejects.h"

#include <algorithm>
#include <utility>

#include "base/error.h"
#include "base/terminal.h"
#include "format/json_text.h"
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
  writer_ = std::make_unique<format::Writer>(file_, header);
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
}

std::string default_rejects_path(const std::string& input, OutputFiles& files) {
  std::string stem = input == "-" ? "import" : input;
  for (const std::string_view ending : {".gz", ".zst", ".json"}) {
    if (stem.ends_with(ending)) stem.erase(stem.size() - ending.size());
  }
  stem += ".rejects";
  std::string path = stem + ".json";
  for (int number = 2; files.is_taken(path); ++number) path = stem + "-" + std::to_string(number) + ".json";
  files.add(path, "the file of rows left out", OutputFiles::Existing::kStays);
  return path;
}

}  // namespace transfer
