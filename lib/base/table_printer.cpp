#include "base/table_printer.h"

#include <algorithm>
#include <cstddef>

#include "base/error.h"
#include "base/terminal.h"

namespace base {
namespace {

constexpr std::string_view kGap = "   ";

void append_line(std::string& text, const std::vector<std::string>& cells, const std::vector<Header>& headers,
                 const std::vector<int>& widths) {
  const std::size_t line_start = text.size();
  for (std::size_t i = 0; i < cells.size(); ++i) {
    const std::string padding(static_cast<std::size_t>(widths[i] - display_width(cells[i])), ' ');
    if (i != 0) text += kGap;
    text += headers[i].align == Align::kRight ? padding + cells[i] : cells[i] + padding;
  }
  const std::size_t last = text.find_last_not_of(' ');
  text.resize(last == std::string::npos ? line_start : std::max(line_start, last + 1));
  text += '\n';
}

}  // namespace

TablePrinter::TablePrinter(std::vector<Header> headers) : headers_(std::move(headers)) {
  for (Header& header : headers_) header.title = printable(header.title);
}

void TablePrinter::add_row(std::vector<std::string> cells) {
  if (cells.size() > headers_.size()) throw Error(ErrorKind::kInternal, "a row has more cells than the table columns");
  for (std::string& cell : cells) cell = printable(cell);
  cells.resize(headers_.size());
  rows_.push_back(std::move(cells));
}

std::string TablePrinter::text() const {
  std::vector<std::string> titles;
  std::vector<int> widths;
  for (std::size_t i = 0; i < headers_.size(); ++i) {
    int width = display_width(headers_[i].title);
    for (const auto& row : rows_) width = std::max(width, display_width(row[i]));
    titles.push_back(headers_[i].title);
    widths.push_back(width);
  }
  std::string text;
  append_line(text, titles, headers_, widths);
  for (const auto& row : rows_) append_line(text, row, headers_, widths);
  return text;
}

}  // namespace base
