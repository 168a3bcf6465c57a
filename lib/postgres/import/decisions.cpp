#include "postgres/import/decisions.h"

#include <algorithm>
#include <charconv>
#include <string_view>
#include <utility>

#include "base/spool.h"
#include "postgres/import/decision_sql.h"
#include "postgres/import/fingerprints.h"
#include "postgres/session/copy_text.h"
#include "postgres/session/text_array.h"

namespace postgres {
namespace {

// Lines are written to the file a good deal at a time.
constexpr std::size_t kKeptAtOnce = std::size_t{256} << 10;

using Text = std::optional<std::string_view>;

outcome::ShownValue shown_value(const Text& text, bool bare) {
  using Form = outcome::ShownValue::Form;
  if (!text) return {};
  if (bare || text->front() == 'w') {
    const std::string_view whole = bare ? *text : text->substr(1);
    const auto characters = std::ranges::count_if(whole, [](char c) { return (c & 0xC0) != 0x80; });
    return {Form::kWhole, std::string(whole), static_cast<std::uint64_t>(characters)};
  }
  const std::size_t colon = text->find(':');
  std::uint64_t characters = 0;
  std::from_chars(text->data() + 1, text->data() + colon, characters);
  return {text->front() == 'm' ? Form::kMasked : Form::kCut, std::string(text->substr(colon + 1)), characters};
}

// How the values in the lines of one table are written.
struct Shape {
  explicit Shape(const StagedTable& of) : table(of), packed(is_packed(of)), based(tells_base(of)) {
    for (const StagedColumn& column : of.columns) {
      bare.push_back(is_bare(of, column));
      in_base.push_back(based && of.base->has_columns({column.name}));
    }
  }
  const StagedTable& table;
  bool packed;
  bool based;
  std::vector<bool> bare;     // by column
  std::vector<bool> in_base;  // by column
};

// A line of decisions_sql(), read from its beginning on.
class DecisionLine {
 public:
  DecisionLine(const Shape& shape, std::string_view line) : shape_(shape), fields_(line) {}

  // Its digest is still the server's hash: key_digest() makes of it what may be shown.
  outcome::Decision decision() {
    outcome::Decision decision;
    const std::string_view record = text();
    std::from_chars(record.data(), record.data() + record.size(), decision.record);
    decision.missing = shape_.table.deletes_missing() && decision.record > shape_.table.plan.rows;
    decision.verdict = static_cast<outcome::Verdict>(text().front());
    decision.key = text();
    const std::string_view key_bytes = text();
    if (!key_bytes.empty()) decision.key = from_hex(key_bytes);
    decision.reason = from_hex(text());
    decision.constraint = from_hex(text());
    decision.holder = from_hex(text());
    decision.digest = text();
    decision.file_key = from_hex(text());
    if (decision.file_key == decision.key) decision.file_key.clear();
    const std::string_view rewritten = text();
    if (!rewritten.empty()) decision.rewritten = read_names(rewritten);
    return decision;
  }

  // After decision(): what only a line with values has.
  void add_values(outcome::Decision& decision) {
    decision.target_is_newer = text() == "t";
    has_base_ = shape_.based && text() == "t";
    if (shape_.packed) return add_packed(decision);
    for (std::size_t i = 0; i < shape_.bare.size(); ++i) {
      const Text before = fields_.next();
      outcome::ShownValue old = shown_value(before, shape_.bare[i]);
      const bool was_there = before.has_value();
      const Text after = fields_.next();
      const bool told = was_there || after;
      outcome::ShownValue value = shown_value(after, shape_.bare[i]);
      std::optional<outcome::ShownValue> base;
      if (shape_.based) {
        const Text of_base = fields_.next();
        if (has_base_ && shape_.in_base[i]) base = shown_value(of_base, shape_.bare[i]);
      }
      add(decision, i, told || (base && base->form != outcome::ShownValue::Form::kNull), std::move(old),
          std::move(value), std::move(base));
    }
  }

 private:
  std::string_view text() { return fields_.next().value_or(std::string_view{}); }

  void add(outcome::Decision& decision, std::size_t column, bool told, outcome::ShownValue before,
           outcome::ShownValue after, std::optional<outcome::ShownValue> base) const {
    const std::string& name = shape_.table.columns[column].name;
    if (decision.missing) {
      decision.values.push_back({name, std::move(before)});
    } else if (decision.verdict == outcome::Verdict::kInsert) {
      decision.values.push_back({name, std::move(after)});
    } else if (told) {
      decision.changes.push_back({name, std::move(before), std::move(after), std::move(base)});
    }
  }

  void add_packed(outcome::Decision& decision) {
    const auto before = values_of(text());
    const auto after = values_of(text());
    const auto of_base = shape_.based ? values_of(text()) : std::vector<std::optional<std::string>>{};
    for (std::size_t i = 0; i < after.size(); ++i) {
      const Text old = before.empty() ? Text{} : before[i];
      const Text value = after[i];
      std::optional<outcome::ShownValue> base;
      if (has_base_ && shape_.in_base[i] && !of_base.empty()) base = shown_value(of_base[i], false);
      add(decision, i, old || value || (base && base->form != outcome::ShownValue::Form::kNull),
          shown_value(old, false), shown_value(value, false), std::move(base));
    }
  }

  static std::vector<std::optional<std::string>> values_of(std::string_view array) {
    return array.empty() ? std::vector<std::optional<std::string>>{} : read_text_array(array);
  }

  const Shape& shape_;
  CopyFields fields_;
  bool has_base_ = false;
};

// The lines with values that were kept, beside those of now: both are ordered by record.
class KeptLines {
 public:
  KeptLines(const Shape& shape, base::LineReader lines) : shape_(shape), lines_(std::move(lines)) {}

  void add_values(outcome::Decision& decision) {
    while (record_ < decision.record && lines_.next(line_))
      std::from_chars(line_.data(), line_.data() + line_.size(), record_);
    if (record_ != decision.record) return;
    DecisionLine kept(shape_, line_);
    outcome::Decision before = kept.decision();
    const outcome::Verdict then = std::exchange(before.verdict, decision.verdict);
    kept.add_values(before);
    decision.target_is_newer = before.target_is_newer;
    if ((then == outcome::Verdict::kInsert) != (decision.verdict == outcome::Verdict::kInsert)) return;
    decision.changes = std::move(before.changes);
    decision.values = std::move(before.values);
    if (decision.digest.empty()) decision.digest = std::move(before.digest);
  }

 private:
  const Shape& shape_;
  base::LineReader lines_;
  std::string_view line_;
  std::uint64_t record_ = 0;
};

// Makes of the server's hash what may be shown.
void key_digest(const StagedTable& table, outcome::Decision& decision) {
  decision.digest = outcome::may_have_digest(decision.verdict) ? keyed_digest(table, decision.digest) : std::string();
}

bool has_decisions(const StagedTable& table, engine::Decisions which) {
  return table.rejected_rows > 0 ||
         (which == engine::Decisions::kAll && table.may_be_written + table.may_be_deleted > 0);
}

base::InputFile keep(Connection& connection, const std::vector<StagedTable>& tables, std::vector<std::uint64_t>& ends) {
  base::Spool spool;
  std::uint64_t bytes = 0;
  std::string buffer;
  const auto write = [&] {
    spool.write(buffer);
    bytes += buffer.size();
    buffer.clear();
  };
  for (const StagedTable& table : tables) {
    if (has_decisions(table, engine::Decisions::kAll)) {
      connection.begin_copy_out(decisions_sql(table, {.values = true}));
      for (std::string_view line = connection.next_chunk(); !line.empty(); line = connection.next_chunk()) {
        buffer += line;
        if (buffer.size() >= kKeptAtOnce) write();
      }
    }
    write();
    ends.push_back(bytes);
  }
  return spool.finish("what was decided before the merge");
}

}  // namespace

KeptDecisions::KeptDecisions(Connection& connection, const std::vector<StagedTable>& tables)
    : file_(keep(connection, tables, ends_)) {}

void read_decisions(Connection& connection, const StagedTable& table, engine::Decisions which, engine::Detail detail,
                    std::optional<base::LineReader> kept, const std::function<bool(const outcome::Decision&)>& take) {
  if (!has_decisions(table, which)) return;
  const bool full = detail == engine::Detail::kFull;
  const Shape shape(table);
  std::optional<KeptLines> lines;
  if (full && kept) lines.emplace(shape, *std::move(kept));
  WantedDecisions wanted{which, full && !lines, false};
  if (which == engine::Decisions::kAll && detail != engine::Detail::kCounts)
    wanted.rewritten = lists_rewritten(connection);
  connection.begin_copy_out(decisions_sql(table, wanted));
  bool more = true;
  for (std::string_view line = connection.next_chunk(); !line.empty(); line = connection.next_chunk()) {
    if (!more) continue;  // a COPY is read to its end
    DecisionLine read(shape, line);
    outcome::Decision decision = read.decision();
    if (wanted.values) read.add_values(decision);
    if (lines) lines->add_values(decision);
    key_digest(table, decision);
    more = take(decision);
  }
}

void read_kept_decisions(const StagedTable& table, engine::Decisions which, base::LineReader kept,
                         const std::function<bool(const outcome::Decision&)>& take) {
  const Shape shape(table);
  for (std::string_view line; kept.next(line);) {
    DecisionLine read(shape, line);
    outcome::Decision decision = read.decision();
    const bool left_out = decision.verdict == outcome::Verdict::kConflict ||
                          decision.verdict == outcome::Verdict::kInvalid ||
                          decision.verdict == outcome::Verdict::kUnchanged;
    if (which == engine::Decisions::kLeftOut && !left_out) continue;
    read.add_values(decision);
    key_digest(table, decision);
    if (!take(decision)) return;
  }
}

void read_kept_fingerprints(const StagedTable& table, base::LineReader kept,
                            const std::function<void(const outcome::Fingerprint&)>& take) {
  const Shape shape(table);
  for (std::string_view line; kept.next(line);) {
    outcome::Decision decision = DecisionLine(shape, line).decision();
    key_digest(table, decision);
    take({decision.record,
          decision.verdict,
          std::move(decision.digest),
          std::move(decision.constraint),
          std::move(decision.holder),
          {},
          decision.missing ? std::move(decision.key) : std::string{}});
  }
}

}  // namespace postgres
