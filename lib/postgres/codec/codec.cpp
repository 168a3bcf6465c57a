#include "postgres/codec/codec.h"

#include <fmt/format.h>

#include <algorithm>

#include "postgres/codec/array.h"
#include "postgres/codec/bytes.h"
#include "postgres/codec/interval.h"
#include "postgres/codec/json.h"
#include "postgres/codec/network.h"
#include "postgres/codec/number.h"
#include "postgres/codec/numeric.h"
#include "postgres/codec/text.h"
#include "postgres/codec/time.h"
#include "postgres/codec/wire.h"

namespace postgres {

namespace {

constexpr std::uint32_t kTextOid = 25;

enum class Place { kColumn, kElement };

struct BuiltIn {
  std::uint32_t oid;  // pg_type.dat: these never change
  const CodecFunctions* functions;
  const CodecFunctions* element_functions;  // in an array; null: the same
};

constexpr BuiltIn kBuiltIns[] = {
    {16, &kBoolFunctions, nullptr},
    {17, &kByteaFunctions, nullptr},
    {18, &kCharFunctions, nullptr},
    {19, &kNameFunctions, nullptr},
    {20, &kInt8Functions, nullptr},
    {21, &kInt2Functions, nullptr},
    {23, &kInt4Functions, nullptr},
    {kTextOid, &kTextFunctions, nullptr},
    {26, &kOidFunctions, nullptr},
    {114, &kJsonFunctions, &kJsonElementFunctions},
    {650, &kCidrFunctions, nullptr},
    {700, &kFloat4Functions, nullptr},
    {701, &kFloat8Functions, nullptr},
    {829, &kMacaddrFunctions, nullptr},
    {869, &kInetFunctions, nullptr},
    {1042, &kTextFunctions, nullptr},  // bpchar
    {1043, &kTextFunctions, nullptr},  // varchar
    {1082, &kDateFunctions, nullptr},
    {1083, &kTimeFunctions, nullptr},
    {1114, &kTimestampFunctions, nullptr},
    {1184, &kTimestamptzFunctions, nullptr},
    {1186, &kIntervalFunctions, nullptr},
    {1266, &kTimetzFunctions, nullptr},
    {1560, &kBitFunctions, nullptr},
    {1562, &kVarbitFunctions, nullptr},
    {1700, &kNumericFunctions, nullptr},
    {2950, &kUuidFunctions, nullptr},
    {3802, &kJsonbFunctions, &kJsonbElementFunctions},
};

bool is_limited_text(std::uint32_t oid, std::int32_t typmod) { return (oid == 1042 || oid == 1043) && typmod >= 4; }

// Null: no binary codec, the type travels as text. xml is among those on purpose: its binary form loses the declaration
// ("<?xml version…?>") that the stored text has, its text keeps it.
const CodecFunctions* find_functions(std::uint32_t oid, std::int32_t typmod, const std::string& type_name, char kind,
                                     Place place) {
  if (kind == 'e') return &kEnumFunctions;
  if (kind != 'b') return nullptr;
  if (type_name == "citext") return &kTextFunctions;
  if (is_limited_text(oid, typmod)) return &kLimitedFunctions;
  const auto found = std::ranges::find(kBuiltIns, oid, &BuiltIn::oid);
  if (found == std::end(kBuiltIns)) return nullptr;
  return place == Place::kElement && found->element_functions != nullptr ? found->element_functions : found->functions;
}

// int2vector and oidvector are arrays to the catalog, but not on the wire: they count from 0 and must.
bool is_array(const ColumnType& type) {
  return type.element_oid != 0 && type.kind == 'b' && type.type_name != "int2vector" && type.type_name != "oidvector";
}

const CodecFunctions* element_functions(const ColumnType& type) {
  return find_functions(type.element_oid, type.typmod, type.element_type_name, type.element_kind, Place::kElement);
}

ColumnType element_type(const ColumnType& type) {
  ColumnType element;
  element.oid = type.element_oid;
  element.typmod = type.typmod;
  element.name = type.name.ends_with("[]") ? type.name.substr(0, type.name.size() - 2) : type.element_type_name;
  element.type_name = type.element_type_name;
  element.kind = type.element_kind;
  element.enum_labels = type.enum_labels;
  return element;
}

bool is_shorter(std::string_view left, std::string_view right) {
  return left.size() != right.size() ? left.size() < right.size() : left < right;
}

}  // namespace

Transport transport_of(const ColumnType& type) {
  if (is_array(type)) return element_functions(type) != nullptr ? Transport::kBinary : Transport::kTextArray;
  const auto* functions = find_functions(type.oid, type.typmod, type.type_name, type.kind, Place::kColumn);
  return functions != nullptr ? Transport::kBinary : Transport::kText;
}

Codec::Codec(const ColumnType& type)
    : functions_(kTextFunctions), name_(type.name), typmod_(type.typmod), not_null_(type.not_null) {
  if (is_array(type)) {
    functions_ = kArrayFunctions;
    element_delimiter_ = type.element_delimiter;
    ColumnType element = element_type(type);
    const CodecFunctions* functions = element_functions(type);
    element_oid_ = type.element_wire_oid != 0 ? type.element_wire_oid : type.element_oid;
    if (functions == nullptr) {
      functions = &kTextFunctions;
      element_oid_ = kTextOid;
    }
    Codec element_codec(element);
    element_codec.functions_ = *functions;
    element_ = std::make_shared<const Codec>(std::move(element_codec));
    return;
  }
  if (const auto* functions = find_functions(type.oid, type.typmod, type.type_name, type.kind, Place::kColumn)) {
    functions_ = *functions;
  }
  if (type.kind == 'e') {
    labels_ = type.enum_labels;
    std::ranges::sort(labels_, is_shorter);
  }
}

bool Codec::encode(base::ByteBuffer& out, const format::Value& value, std::string& reason) const {
  if (value.kind == format::ValueKind::kNull) {
    if (not_null_) return refuse(reason, fmt::format("null where {} must have a value", name_));
    store(out.room(4), std::int32_t{-1});
    out.advance(4);
    return true;
  }
  if (value.kind == format::ValueKind::kMissing) return refuse(reason, "missing from this record");
  const std::size_t before = out.size();
  if (functions_.encode(*this, out, value, reason)) return true;
  out.truncate(before);
  return false;
}

bool Codec::has_label(std::string_view label) const {
  const auto at = std::ranges::lower_bound(labels_, label, is_shorter);
  return at != labels_.end() && *at == label;
}

}  // namespace postgres
