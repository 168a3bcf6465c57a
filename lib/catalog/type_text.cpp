#include "catalog/type_text.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>
#include <vector>

namespace catalog {
namespace {

// "timestamp(3) without time zone": "timestamp without time zone" and {3}. No numbers: no limit.
struct Parts {
  std::string name;
  std::vector<int> limits;
};

Parts parts_of(std::string_view type) {
  Parts parts{std::string(type), {}};
  const std::size_t open = parts.name.find('(');
  const std::size_t close = parts.name.find(')', open);
  if (open == std::string::npos || close == std::string::npos || parts.name.find('"') != std::string::npos)
    return parts;
  const char* at = parts.name.data() + open + 1;
  const char* const end = parts.name.data() + close;
  while (at < end) {
    int limit = 0;
    const auto [next, error] = std::from_chars(at, end, limit);
    if (error != std::errc()) return {std::string(type), {}};
    parts.limits.push_back(limit);
    at = next + 1;
  }
  parts.name.erase(open, close - open + 1);
  return parts;
}

// Without the schema, which may differ for an extension's type: "public.citext", "extensions.citext".
std::string_view bare(std::string_view type) {
  const std::size_t dot = type.find('"') == std::string_view::npos ? type.rfind('.') : std::string_view::npos;
  return dot == std::string_view::npos ? type : type.substr(dot + 1);
}

bool holds_limits(const Parts& from, const Parts& to) {
  constexpr std::array<std::string_view, 7> kGrow{"character varying",
                                                  "bit varying",
                                                  "timestamp without time zone",
                                                  "timestamp with time zone",
                                                  "time without time zone",
                                                  "time with time zone",
                                                  "interval"};
  if (from.limits == to.limits) return true;
  if (to.limits.empty()) return to.name == "numeric" || std::ranges::find(kGrow, to.name) != kGrow.end();
  if (from.limits.empty()) return false;
  // Digits before the point must not become fewer, nor may those after it.
  if (to.name == "numeric" && from.limits.size() == 2 && to.limits.size() == 2)
    return from.limits[1] == to.limits[1] && from.limits[0] <= to.limits[0];
  return from.limits.size() == 1 && to.limits.size() == 1 && std::ranges::find(kGrow, to.name) != kGrow.end() &&
         from.limits[0] <= to.limits[0];
}

}  // namespace

bool is_text(std::string_view type) { return type == "text" || type == "character varying" || bare(type) == "citext"; }

bool holds_text(std::string_view type) { return is_text(type) || type.starts_with("character") || type == "bpchar"; }

bool is_same_or_wider(std::string_view from, std::string_view to) {
  constexpr std::array<std::string_view, 3> kWhole{"smallint", "integer", "bigint"};
  const auto narrow = std::ranges::find(kWhole, from);
  const auto wide = std::ranges::find(kWhole, to);
  if (narrow != kWhole.end() && wide != kWhole.end()) return narrow <= wide;
  const Parts a = parts_of(from);
  const Parts b = parts_of(to);
  return (a.name == b.name || bare(a.name) == bare(b.name)) && holds_limits(a, b);
}

bool loses_nothing(std::string_view from, std::string_view to) {
  if (is_text(to) || is_same_or_wider(from, to)) return true;
  if (from.ends_with("[]") != to.ends_with("[]")) return false;
  if (from == "real" && to == "double precision") return true;
  return to == "numeric" && (from == "smallint" || from == "integer" || from == "bigint");
}

std::string_view subtype_of_built_in(std::string_view type) {
  constexpr std::array<std::pair<std::string_view, std::string_view>, 12> kRanges{{
      {"int4range", "integer"},
      {"int8range", "bigint"},
      {"numrange", "numeric"},
      {"daterange", "date"},
      {"tsrange", "timestamp without time zone"},
      {"tstzrange", "timestamp with time zone"},
      {"int4multirange", "integer"},
      {"int8multirange", "bigint"},
      {"nummultirange", "numeric"},
      {"datemultirange", "date"},
      {"tsmultirange", "timestamp without time zone"},
      {"tstzmultirange", "timestamp with time zone"},
  }};
  for (const auto& [range, subtype] : kRanges) {
    if (range == type) return subtype;
  }
  return {};
}

}  // namespace catalog
