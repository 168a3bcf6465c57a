#include "transfer/staged_file.h"

#include <optional>
#include <string>
#include <string_view>

#include "base/error.h"
#include "base/sha256.h"
#include "base/stop.h"
#include "format/compression.h"
#include "format/row_parser.h"
#include "format/row_splitter.h"
#include "transfer/constants.h"
#include "transfer/reshape.h"

namespace transfer {

format::Strictness strictness_of(const format::Verified& verified) {
  return verified.sealed ? format::Strictness::kTrusted : format::Strictness::kFull;
}

engine::Staging stage_records(const StagedFile& staged, base::Progress& progress, const std::stop_token& stop,
                              const std::function<bool(std::size_t)>& passes_over,
                              const std::function<engine::Staging(std::size_t, format::TableReader&)>& take) {
  const Plan& plan = staged.plan;
  const format::Header& header = staged.verified.header;
  staged.file.seek(0);
  const auto source = format::decompress(staged.file);
  format::RowSplitter splitter(*source);
  base::Sha256 hash;
  splitter.on_sealed_bytes([&](std::string_view bytes) { hash.update(bytes); });
  splitter.read_header();
  std::string section;
  for (std::size_t i = 0; splitter.next_table(section); ++i) {
    base::throw_if_stopped(stop);
    progress.table(section);
    if (!plan.table_of_section[i] || passes_over(i)) {
      splitter.skip_records();
      continue;
    }
    format::RowParser parser(record_columns(header, i), strictness_of(staged.verified), section);
    format::TableReader records(splitter, parser);
    std::optional<conversion::Conversion>& conversion = staged.conversions.of_section[i];
    Constants constants(own_columns(header.tables[i]), plan.mapped.constants[i]);
    Reshaper reshaper(plan.reshapes[i]);
    if (!constants.empty() || !plan.reshapes[i].empty() || conversion) {
      records.rewrite_values([&](auto values) {
        values = constants.add_to(values);
        if (!plan.reshapes[i].empty()) values = reshaper.reshape(values);
        return conversion ? conversion->convert(values) : values;
      });
    }
    if (take(*plan.table_of_section[i], records) == engine::Staging::kOnceMore) return engine::Staging::kOnceMore;
  }
  splitter.read_seal();
  staged.file.check_unchanged();
  if (hash.hex() != staged.verified.sha256) {
    throw base::Error(base::ErrorKind::kFile, staged.file.name() + ": the file was changed while it was read",
                      "nothing was written; run the import again");
  }
  return engine::Staging::kGoesOn;
}

}  // namespace transfer
