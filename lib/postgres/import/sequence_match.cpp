#include "postgres/import/sequence_match.h"

#include <fmt/format.h>

#include <algorithm>

#include "postgres/session/sql_text.h"

namespace postgres {
namespace {

using Sources = std::vector<const catalog::Sequence*>;
using Uses = std::vector<const SequenceUse*>;

bool is_integer(const ColumnType& type) {
  return type.type_name == "int2" || type.type_name == "int4" || type.type_name == "int8";
}

class SequenceMatcher {
 public:
  SequenceMatcher(Connection& connection, const StagedTable& table) : connection_(connection), table_(table) {}

  SequenceMatch match() {
    std::vector<std::string> columns;
    const auto add = [&](const std::string& column) {
      if (table_.has_columns({column}) && std::ranges::find(columns, column) == columns.end())
        columns.push_back(column);
    };
    for (const SequenceUse& use : table_.details.sequences) add(use.column);
    for (const engine::SourceSequence& source : table_.plan.sequences) add(source.column);
    for (const std::string& column : columns) match_column(column);
    for (const std::string& draw : table_.details.unknown_draws)
      match_.unknown.push_back(draw + ": see to it that its next value is free");
    return std::move(match_);
  }

 private:
  // Where the column draws from one sequence on either side, the two are the same, whatever they are called; of
  // several, those of the same name, then the two that are left.
  void match_column(const std::string& column) {
    Sources sources;
    for (const engine::SourceSequence& source : table_.plan.sequences) {
      if (source.column == column) sources.push_back(&source.sequence);
    }
    Uses uses;
    for (const SequenceUse& use : table_.details.sequences) {
      if (use.column == column) uses.push_back(&use);
    }
    for (std::size_t i = sources.size(); i-- > 0;) {
      const auto same =
          std::ranges::find_if(uses, [&](const SequenceUse* use) { return use->name.name == sources[i]->name.name; });
      if (same == uses.end()) continue;
      add_draw(column, (*same)->sequence, (*same)->range, sources[i]);
      uses.erase(same);
      sources.erase(sources.begin() + static_cast<std::ptrdiff_t>(i));
    }
    if (sources.size() == 1 && uses.size() == 1) {
      add_draw(column, uses.front()->sequence, uses.front()->range, sources.front());
      return;
    }
    for (const SequenceUse* use : uses) add_draw(column, use->sequence, use->range, nullptr);
    for (const catalog::Sequence* source : sources) match_by_name(column, *source);
  }

  void add_draw(const std::string& column, const std::string& sequence, const SequenceRange& range,
                const catalog::Sequence* source) {
    Draw draw{column, sequence, is_integer(table_.details.details_of(column).type), {}, range};
    if (source != nullptr) take_position(draw, *source);
    if (!draw.plain && (source == nullptr || !source->last_value))
      match_.unknown.push_back(name_of(column) + " draws from " + sequence +
                               " in an expression, and the file does not say "
                               "how far the source's sequence had come: see to it that its next value is free");
    match_.draws.push_back(std::move(draw));
  }

  // Nothing that the catalog of the target knows says that the column draws from any sequence.
  void match_by_name(const std::string& column, const catalog::Sequence& source) {
    constexpr const char* kFind = R"sql(
SELECT n.nspname, c.relname, p.seqincrement, p.seqmin, p.seqmax
FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
JOIN pg_catalog.pg_sequence p ON p.seqrelid = c.oid
WHERE c.relkind = 'S' AND c.relname = {name} AND n.nspname IN ({schema}, {source_schema})
  AND CASE WHEN c.relkind = 'S'  -- asked of a table of the same name, it would be an error
    THEN pg_catalog.has_sequence_privilege(c.oid, 'SELECT') AND pg_catalog.has_sequence_privilege(c.oid, 'UPDATE')
    ELSE false END
ORDER BY n.nspname = {schema} DESC LIMIT 1
)sql";
    const pqxx::result found =
        connection_.query(fmt::format(kFind, fmt::arg("name", quote_literal(source.name.name)),
                                      fmt::arg("schema", quote_literal(table_.details.table.name.schema)),
                                      fmt::arg("source_schema", quote_literal(source.name.schema))));
    if (!found.empty()) {
      const pqxx::row row = found[0];
      const SequenceRange range{row["seqincrement"].as<std::int64_t>(), row["seqmin"].as<std::int64_t>(),
                                row["seqmax"].as<std::int64_t>(), true};
      add_draw(column, quote_name(catalog::TableName{row["nspname"].c_str(), row["relname"].c_str()}), range, &source);
      return;
    }
    match_.unknown.push_back(name_of(column) + " drew from " + source.name.name + position(source) +
                             " in the source, and nothing tells which sequence of the target that is: see to it that "
                             "its next value is free");
  }

  // A position that the target's sequence cannot take says nothing of it.
  void take_position(Draw& draw, const catalog::Sequence& source) {
    const std::optional<std::int64_t> given = catalog::given_by(source);
    if (!given) return;
    if ((source.increment > 0) != (draw.range.increment > 0)) {
      match_.unknown.push_back("sequence " + draw.sequence + " runs the other way than the source's " +
                               source.name.name + position(source) + ": where that had come says nothing of it");
    } else if (*given >= draw.range.least && *given <= draw.range.most) {
      draw.given = given;
    } else if (source.is_called) {
      match_.unknown.push_back(
          fmt::format("sequence {} goes from {} to {}, and the source's {} was at {}: it was not "
                      "raised to there",
                      draw.sequence, draw.range.least, draw.range.most, source.name.name, *given));
    }
  }

  static std::string position(const catalog::Sequence& source) {
    return source.last_value ? " (at " + std::to_string(*source.last_value) + ")" : "";
  }

  std::string name_of(const std::string& column) const { return table_.details.table.name.name + "." + column; }

  Connection& connection_;
  const StagedTable& table_;
  SequenceMatch match_;
};

}  // namespace

SequenceMatch match_sequences(Connection& connection, const StagedTable& table) {
  return SequenceMatcher(connection, table).match();
}

}  // namespace postgres
