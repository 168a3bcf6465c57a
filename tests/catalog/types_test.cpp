// Composite types by the names of their attributes; enums, domains and ranges by what they are made of.
#include "catalog/types.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace catalog {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

UserType composite(const std::string& name, std::vector<Attribute> attributes) {
  return {name, TypeKind::kComposite, std::move(attributes), {}, {}, {}};
}
UserType mood(std::vector<std::string> labels) { return {"mood", TypeKind::kEnum, {}, std::move(labels), {}, {}}; }
UserType domain(const std::string& name, const std::string& base) {
  return {name, TypeKind::kDomain, {}, {}, base, {}};
}
UserType range(const std::string& name, const std::string& subtype) {
  return {name, TypeKind::kRange, {}, {}, subtype, {}};
}

const Types kAB{composite("public.pair", {{"a", "integer"}, {"b", "text"}})};
const Types kBA{composite("public.pair", {{"b", "text"}, {"a", "integer"}})};

std::string misfit(const std::string& from, const Types& file, const std::string& to, const Types& target) {
  const TypeFit fit = fit_type(from, file, to, target);
  return fit.misfits.empty() ? "" : fit.misfits.front();
}

std::string attribute_misfit(const std::string& from, const std::string& to) {
  return misfit("p", {composite("p", {{"a", from}})}, "p", {composite("p", {{"a", to}})});
}

TEST(Types, OfTheSameOrderStayAsTheyAre) {
  const TypeFit fit = fit_type("public.pair", kAB, "public.pair", kAB);
  EXPECT_EQ(fit.reshape.kind, Reshape::Kind::kNone);
  EXPECT_THAT(fit.misfits, IsEmpty());
}

TEST(Types, OfAnotherOrderAreMatchedByName) {
  const TypeFit fit = fit_type("public.pair", kAB, "app.pair", {composite("app.pair", kBA[0].attributes)});
  EXPECT_EQ(fit.reshape.kind, Reshape::Kind::kRecord);
  EXPECT_THAT(fit.reshape.attribute, ElementsAre(1, 0));
}

TEST(Types, AreFoundInsideArraysDomainsAndOtherComposites) {
  const auto nested = [](const Types& pair) {
    return Types{pair[0], domain("public.d", "public.pair[]"), composite("public.outer", {{"x", "public.d"}})};
  };
  const TypeFit fit = fit_type("public.outer[]", nested(kAB), "public.outer[]", nested(kBA));
  ASSERT_EQ(fit.reshape.kind, Reshape::Kind::kArray);
  const Reshape& outer = fit.reshape.parts.front();
  ASSERT_EQ(outer.kind, Reshape::Kind::kRecord);
  ASSERT_EQ(outer.parts.front().kind, Reshape::Kind::kArray);
  EXPECT_THAT(outer.parts.front().parts.front().attribute, ElementsAre(1, 0));
}

TEST(Types, ThatLackOrAddAnAttributeDoNotFit) {
  const Types more{composite("public.pair", {{"a", "integer"}, {"b", "text"}, {"c", "text"}})};
  EXPECT_EQ(misfit("public.pair", more, "public.pair", kAB),
            "has the attribute c in the file, which public.pair lacks in the target");
  EXPECT_EQ(misfit("public.pair", kAB, "public.pair", more),
            "has the attribute c of public.pair in the target, which the file lacks");
}

TEST(Types, InsideOfACompositeMustLoseNothing) {
  EXPECT_EQ(attribute_misfit("integer", "bigint"), "");
  EXPECT_EQ(attribute_misfit("smallint", "numeric"), "");
  EXPECT_EQ(attribute_misfit("character varying(5)", "character varying(9)"), "");
  EXPECT_EQ(attribute_misfit("timestamp(3) without time zone", "timestamp without time zone"), "");
  EXPECT_EQ(attribute_misfit("date", "text"), "");
  EXPECT_EQ(attribute_misfit("extensions.citext", "public.citext"), "");
  EXPECT_NE(attribute_misfit("bigint", "integer"), "");
  EXPECT_NE(attribute_misfit("numeric(12,4)", "numeric(12,2)"), "");
  EXPECT_NE(attribute_misfit("timestamp without time zone", "date"), "");
  EXPECT_NE(attribute_misfit("timestamp with time zone", "timestamp without time zone"), "");
  EXPECT_NE(attribute_misfit("integer", "boolean"), "");
  EXPECT_NE(attribute_misfit("text", "integer"), "");
  EXPECT_NE(attribute_misfit("character(1)", "character(2)"), "");
  EXPECT_NE(attribute_misfit("integer[]", "integer"), "");
}

TEST(Types, SayWhereTheMisfitStands) {
  const Types file{composite("o", {{"inner", "i"}}), composite("i", {{"z", "text"}})};
  const Types target{composite("o", {{"inner", "i"}}), composite("i", {{"z", "integer"}})};
  EXPECT_THAT(misfit("o", file, "o", target), HasSubstr("has the attribute inner.z, which is text in the file"));
}

TEST(Types, WhoseAttributesTheFileDoesNotNameAreToldWhereTheOrderMatters) {
  const TypeFit old = fit_type("public.pair", {}, "public.pair", kBA);
  EXPECT_THAT(old.misfits, IsEmpty());
  EXPECT_THAT(old.notes, ElementsAre(HasSubstr("they are taken in the target's order, b, a")));
  EXPECT_THAT(fit_type("p", {}, "p", {composite("p", {{"only", "text"}})}).notes, IsEmpty());
  EXPECT_THAT(misfit("point", {}, "public.pair", kAB), HasSubstr("is point in the file and the composite type"));
}

TEST(Types, EnumsThatLackLabelsAreTold) {
  const Types file{mood({"sad", "ok"})};
  const Types target{mood({"ok", "glad"})};
  EXPECT_THAT(fit_type("mood[]", file, "mood[]", target).notes, ElementsAre(HasSubstr("'sad'")));
  EXPECT_THAT(fit_type("mood", target, "mood", target).notes, IsEmpty());
}

TEST(Types, RangesOfOtherThingsDoNotFit) {
  EXPECT_EQ(misfit("int4range", {}, "int8range", {}), "");
  EXPECT_EQ(misfit("public.r", {range("public.r", "date")}, "public.r", {range("public.r", "date")}), "");
  EXPECT_NE(misfit("int4range", {}, "numrange", {}), "");
  EXPECT_NE(misfit("tsrange", {}, "daterange", {}), "");
  EXPECT_NE(misfit("public.r", {range("public.r", "real")}, "public.r", {range("public.r", "date")}), "");
  EXPECT_NE(misfit("integer", {}, "int4range", {}), "");
  EXPECT_EQ(misfit("text", {}, "int4range", {}), "");
}

TEST(Types, RangesOfTypesOfOneNameSayThatThoseAreOthers) {
  const auto told = [](const UserType& here, const UserType& there) {
    return misfit("public.r", {range("public.r", "public.c"), here}, "public.r",
                  {range("public.r", "public.c"), there});
  };
  const std::string other = "is a range of public.c, which is another type in the target";
  EXPECT_THAT(told(composite("public.c", {{"a", "integer"}}), composite("public.c", {{"b", "integer"}})),
              HasSubstr(other));
  EXPECT_THAT(told(composite("public.c", {{"a", "integer"}}), domain("public.c", "integer")), HasSubstr(other));
  EXPECT_THAT(told(domain("public.c", "text"), domain("public.c", "integer")), HasSubstr(other));
  EXPECT_EQ(told(domain("public.c", "integer"), domain("public.c", "integer")), "");
}

TEST(Types, DomainsAreWhatTheyAreMadeOf) {
  const Types types{domain("public.d", "public.e"), domain("public.e", "numeric(4,1)")};
  EXPECT_EQ(base_of("public.d", types), "numeric(4,1)");
  EXPECT_EQ(base_of("text", types), "text");
}

TEST(Types, ThatHoldThemselvesEnd) {
  const Types loop{composite("p", {{"a", "p"}}), domain("d", "d")};
  EXPECT_NE(misfit("p", loop, "p", loop), "");
  EXPECT_EQ(base_of("d", loop), "d");
}

}  // namespace
}  // namespace catalog
