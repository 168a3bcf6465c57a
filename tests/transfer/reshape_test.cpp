// Records and arrays in PostgreSQL's own text, attribute by attribute into another order.
#include "transfer/reshape.h"

#include <gtest/gtest.h>

namespace transfer {
namespace {

using catalog::Reshape;
using format::Value;
using format::ValueKind;

Reshape swapped() { return {Reshape::Kind::kRecord, {1, 0}, {{}, {}}}; }
Reshape array_of(Reshape element) { return {Reshape::Kind::kArray, {}, {std::move(element)}}; }

std::string reshaped(const Reshape& shape, const std::string& text) {
  std::string out;
  return reshape_text(shape, text, out) ? out : "refused";
}

TEST(Reshape, PutsAttributesIntoTheirOrder) {
  EXPECT_EQ(reshaped(swapped(), "(1,x)"), R"x(("x","1"))x");
  EXPECT_EQ(reshaped(swapped(), R"x((1,"a b, (c)"))x"), R"x(("a b, (c)","1"))x");
}

TEST(Reshape, KeepsNullAndTheEmptyTextApart) {
  EXPECT_EQ(reshaped(swapped(), "(,)"), "(,)");
  EXPECT_EQ(reshaped(swapped(), R"x((,""))x"), R"x(("",))x");
}

TEST(Reshape, ReadsQuotesAndBackslashesHoweverTheyStand) {
  EXPECT_EQ(reshaped(swapped(), R"x((a"b""c"d,\,\"\\))x"), R"x((",""\\","ab""cd"))x");
  EXPECT_EQ(reshaped(swapped(), R"x(  ( x ,y)  )x"), R"x(("y"," x "))x");
}

TEST(Reshape, GoesIntoRecordsInRecords) {
  const Reshape outer{Reshape::Kind::kRecord, {1, 0}, {swapped(), {}}};
  EXPECT_EQ(reshaped(outer, R"x((o,"(1,""a """"q"""" b"")"))x"), R"x(("(""a """"q"""" b"",""1"")","o"))x");
}

TEST(Reshape, GoesIntoArrays) {
  EXPECT_EQ(reshaped(array_of(swapped()), R"x({"(1,x)",NULL,"(2,\"a\\\\b\")"})x"),
            R"x({"(\"x\",\"1\")",NULL,"(\"a\\\\b\",\"2\")"})x");
  EXPECT_EQ(reshaped(array_of(swapped()), R"x([2:2][0:1]={{"(1,x)","(2,y)"}})x"),
            R"x([2:2][0:1]={{"(\"x\",\"1\")","(\"y\",\"2\")"}})x");
  EXPECT_EQ(reshaped(array_of(swapped()), "{}"), "{}");
  const Reshape one{Reshape::Kind::kRecord, {0}, {{}}};
  EXPECT_EQ(reshaped(array_of(one), "{ (1) , null}"), R"x({"(\"1\")",NULL})x");
}

TEST(Reshape, RefusesWhatIsNoRecord) {
  for (const char* text : {"", "(", "(1", "(1,2,3)", "(1)", "1,2", "(1,2)x", "(1,\"2)", "(1,\\"})
    EXPECT_EQ(reshaped(swapped(), text), "refused") << text;
  for (const char* text : {"{", "{(1,2}", "{\"(1,2)\"", "{\"(1,2)\"}x", "[1:2]", "{{{{{{{}}}}}}}"})
    EXPECT_EQ(reshaped(array_of(swapped()), text), "refused") << text;
}

TEST(Reshaper, RewritesTextsAndJsonArraysAndNothingElse) {
  Reshaper reshaper({{}, swapped(), array_of(swapped()), swapped()});
  const std::vector<Value> record{{ValueKind::kString, "(1,x)"},
                                  {ValueKind::kString, "(1,x)"},
                                  {ValueKind::kArray, R"x([["(1,\"x\\u00e9\")", null]])x"},
                                  {ValueKind::kNull, "null"}};

  const auto values = reshaper.reshape(record);

  EXPECT_EQ(values[0].text, "(1,x)");
  EXPECT_EQ(values[1].text, R"x(("x","1"))x");
  EXPECT_EQ(values[2].text, R"x([["(\"xu00e9\",\"1\")",null]])x");
  EXPECT_EQ(values[3].kind, ValueKind::kNull);
}

TEST(Reshaper, MakesWhatIsNoRecordUnreadable) {
  Reshaper reshaper({swapped(), array_of(swapped())});
  const std::vector<Value> record{{ValueKind::kString, "(1,2,3)"}, {ValueKind::kArray, R"x(["x"])x"}};

  const auto values = reshaper.reshape(record);

  EXPECT_EQ(values[0].text, "!(1,2,3)");
  EXPECT_EQ(values[1].kind, ValueKind::kString);
  EXPECT_EQ(values[1].text, R"x(!["x"])x");
}

}  // namespace
}  // namespace transfer
