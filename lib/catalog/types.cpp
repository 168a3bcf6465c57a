#include "catalog/types.h"

#include <algorithm>
#include <string_view>

#include "catalog/type_text.h"

namespace catalog {
namespace {

constexpr int kMaxDepth = 32;  // of types inside types: no server lets a type hold itself, but a file may say anything

const UserType* find(const std::string& name, const Types& types) {
  const auto found = std::ranges::find(types, name, &UserType::name);
  return found == types.end() ? nullptr : &*found;
}

const UserType* find_multirange(const std::string& name, const Types& types) {
  const auto found = std::ranges::find_if(types, [&](const UserType& type) { return type.multirange == name; });
  return name.empty() || found == types.end() ? nullptr : &*found;
}

// What a range, or a multirange, is made of; empty: it is none.
std::string subtype_of(const std::string& name, const Types& types) {
  const UserType* type = find(name, types);
  if (type == nullptr) type = find_multirange(name, types);
  if (type != nullptr) return type->kind == TypeKind::kRange ? type->base : std::string{};
  return std::string(subtype_of_built_in(name));
}

class Fitter {
 public:
  Fitter(const Types& file, const Types& target) : file_(file), target_(target) {}

  // `place` is empty for the column itself, else the path to an attribute: "address.zip".
  Reshape fit(const std::string& from_type, const std::string& to_type, const std::string& place, int depth) {
    const std::string from = base_of(from_type, file_);
    const std::string to = base_of(to_type, target_);
    if (depth > kMaxDepth) return misfit(place, "is made of types that go too deep");
    if (from.ends_with("[]") && to.ends_with("[]")) {
      const auto element = [](const std::string& array) { return array.substr(0, array.size() - 2); };
      Reshape inner = fit(element(from), element(to), place, depth + 1);
      if (inner.kind == Reshape::Kind::kNone) return inner;
      return {Reshape::Kind::kArray, {}, {std::move(inner)}};
    }
    const UserType* there = find(to, target_);
    const UserType* here = find(from, file_);
    if (there != nullptr && there->kind == TypeKind::kComposite) return fit_composite(here, from, *there, place, depth);
    if (here != nullptr && here->kind == TypeKind::kComposite && !holds_text(to))
      return misfit(place, "is the composite type " + from + " in the file and " + to_type + " in the target");
    if (there != nullptr && there->kind == TypeKind::kEnum) return fit_enum(here, from, *there, place);
    if (const std::string subtype = subtype_of(from, file_); !subtype.empty() && !holds_text(to))
      return fit_range(subtype, from, to, place);
    if (const std::string subtype = subtype_of(to, target_); !subtype.empty() && !holds_text(from))
      return misfit(place, "is " + from + " in the file and the range " + to + " in the target");
    if (!place.empty() && !loses_nothing(from, to)) {
      return misfit(place, "is " + from + " in the file and " + to + " in the target, which may not keep every value");
    }
    return {};
  }

  TypeFit take(Reshape reshape) { return {std::move(reshape), std::move(misfits_), std::move(notes_)}; }

 private:
  static std::string at(const std::string& place, const std::string& what) {
    return place.empty() ? what : "has the attribute " + place + ", which " + what;
  }

  Reshape misfit(const std::string& place, const std::string& what) {
    misfits_.push_back(at(place, what));
    return {};
  }

  Reshape fit_composite(const UserType* here, const std::string& from, const UserType& there, const std::string& place,
                        int depth) {
    if (here == nullptr || here->kind != TypeKind::kComposite) {
      // The file of an older release, or a text.
      const bool may_be_one =
          place.empty() && here == nullptr && (holds_text(from) || from.find('.') != std::string::npos);
      if (!may_be_one)
        return misfit(place, "is " + from + " in the file and the composite type " + there.name + " in the target");
      if (there.attributes.size() > 1)
        notes_.push_back("goes into the composite type " + there.name +
                         ", and the file does not name the attributes: "
                         "they are taken in the target's order, " +
                         names_of(there));
      return {};
    }
    Reshape reshape{Reshape::Kind::kRecord, {}, {}};
    bool same = here->attributes.size() == there.attributes.size();
    for (const Attribute& attribute : here->attributes) {
      if (std::ranges::find(there.attributes, attribute.name, &Attribute::name) == there.attributes.end())
        misfit(place,
               "has the attribute " + attribute.name + " in the file, which " + there.name + " lacks in the target");
    }
    for (std::size_t i = 0; i < there.attributes.size(); ++i) {
      const Attribute& wanted = there.attributes[i];
      const auto found = std::ranges::find(here->attributes, wanted.name, &Attribute::name);
      if (found == here->attributes.end()) {
        misfit(place,
               "has the attribute " + wanted.name + " of " + there.name + " in the target, which the file lacks");
        continue;
      }
      const auto in_file = static_cast<std::size_t>(found - here->attributes.begin());
      reshape.attribute.push_back(in_file);
      reshape.parts.push_back(
          fit(found->type, wanted.type, (place.empty() ? "" : place + ".") + wanted.name, depth + 1));
      same = same && in_file == i && reshape.parts.back().kind == Reshape::Kind::kNone;
    }
    return same ? Reshape{} : reshape;
  }

  Reshape fit_enum(const UserType* here, const std::string& from, const UserType& there, const std::string& place) {
    if (here == nullptr || here->kind != TypeKind::kEnum) {
      if (!place.empty() && !holds_text(from))
        return misfit(place, "is " + from + " in the file and " + there.name + " in the target");
      return {};
    }
    std::string lacking;
    for (const std::string& label : here->labels) {
      if (std::ranges::find(there.labels, label) == there.labels.end())
        lacking += (lacking.empty() ? "'" : ", '") + label + "'";
    }
    if (!lacking.empty())
      notes_.push_back(at(place, "is of the enum " + there.name + ", which lacks labels of the file in the target: " +
                                     lacking + "; a row that holds one is invalid"));
    return {};
  }

  Reshape fit_range(const std::string& subtype, const std::string& from, const std::string& to,
                    const std::string& place) {
    const std::string of_target = subtype_of(to, target_);
    const bool both_multi = is_multirange(from, file_) == is_multirange(to, target_);
    if (of_target.empty() || !both_multi)
      return misfit(place, "is the range " + from + " in the file and " + to + " in the target");
    const std::string inner_from = base_of(subtype, file_);
    const std::string inner_to = base_of(of_target, target_);
    const UserType* here = find(inner_from, file_);
    const UserType* there = find(inner_to, target_);
    const bool same =
        here != nullptr || there != nullptr ? same_inside(here, there) : is_same_or_wider(inner_from, inner_to);
    if (same) return {};
    if (subtype == of_target)
      return misfit(place, "is a range of " + subtype + ", which is another type in the target");
    return misfit(place, "is a range of " + subtype + " in the file and a range of " + of_target + " in the target");
  }

  static bool same_inside(const UserType* here, const UserType* there) {
    return here != nullptr && there != nullptr && here->kind == there->kind && here->attributes == there->attributes &&
           here->labels == there->labels;
  }

  static bool is_multirange(const std::string& name, const Types& types) {
    return find_multirange(name, types) != nullptr || name.ends_with("multirange");
  }

  static std::string names_of(const UserType& type) {
    std::string names;
    for (const Attribute& attribute : type.attributes) names += (names.empty() ? "" : ", ") + attribute.name;
    return names;
  }

  const Types& file_;
  const Types& target_;
  std::vector<std::string> misfits_;
  std::vector<std::string> notes_;
};

}  // namespace

std::string base_of(const std::string& type, const Types& types) {
  std::string base = type;
  for (int depth = 0; depth < kMaxDepth; ++depth) {
    const UserType* domain = find(base, types);
    if (domain == nullptr || domain->kind != TypeKind::kDomain) break;
    base = domain->base;
  }
  return base;
}

TypeFit fit_type(const std::string& file_type, const Types& file_types, const std::string& target_type,
                 const Types& target_types) {
  Fitter fitter(file_types, target_types);
  Reshape reshape = fitter.fit(file_type, target_type, "", 0);
  return fitter.take(std::move(reshape));
}

}  // namespace catalog
