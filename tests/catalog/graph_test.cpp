// The order of tables, against a plain reference: reachability by brute force.
#include "catalog/graph.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <string>
#include <vector>

namespace catalog {
namespace {

using Parents = std::vector<std::string>;

Table table(const std::string& name, const Parents& parents = {}, const std::string& schema = "public") {
  Table made;
  made.name = {schema, name};
  for (const std::string& parent : parents)
    made.foreign_keys.push_back({"fk_" + parent, {"p"}, {schema, parent}, {"id"}});
  return made;
}

// "a b | c": components apart by a bar.
std::string order_of(const std::vector<Table>& tables, const std::vector<std::string>& preferred = {}) {
  std::string text;
  for (const auto& group : dependency_components(tables, preferred)) {
    if (!text.empty()) text += " |";
    for (const std::size_t i : group) text += (text.empty() ? "" : " ") + tables[i].name.name;
  }
  return text;
}

TEST(Graph, PutsParentsBeforeChildren) {
  EXPECT_EQ(order_of({table("a", {"b"}), table("b", {"c"}), table("c")}), "c | b | a");
}

TEST(Graph, LetsThePreferredOrderDecideThenTheName) {
  const std::vector<Table> tables = {table("d"), table("a"), table("c"), table("b", {"d"})};
  EXPECT_EQ(order_of(tables), "a | c | d | b");
  EXPECT_EQ(order_of(tables, {"b", "c", "nowhere", "d"}), "c | d | b | a");
}

TEST(Graph, AQualifiedPreferenceMeansOneSchema) {
  std::vector<Table> tables = {table("a"), table("b"), table("b", {}, "x")};
  const auto order = dependency_order(tables, {"x.b", "a"});
  EXPECT_EQ(order, (std::vector<std::size_t>{2, 0, 1}));
}

TEST(Graph, ASelfReferenceAndAParentOutsideDoNotCount) {
  EXPECT_EQ(order_of({table("b", {"b", "gone"}), table("a", {"a"})}), "a | b");
}

TEST(Graph, KeepsTheTablesOfACycleTogether) {
  EXPECT_EQ(order_of({table("z"), table("c", {"b"}), table("b", {"a", "z"}), table("a", {"c"}), table("after", {"b"})}),
            "z | a b c | after");
}

TEST(Graph, TheSameNameInTwoSchemasIsTwoTables) {
  std::vector<Table> tables = {table("a"), table("a", {}, "x")};
  tables[0].foreign_keys.push_back({"fk", {"p"}, {"x", "a"}, {"id"}});
  EXPECT_EQ(dependency_order(tables, {}), (std::vector<std::size_t>{1, 0}));
}

TEST(Graph, NothingComesOfNothing) { EXPECT_TRUE(dependency_components({}, {"a"}).empty()); }

TEST(Graph, TakesAChainAndACycleOfAHundredThousandTables) {
  constexpr std::size_t kTables = 100000;
  std::vector<Table> tables;
  for (std::size_t i = 0; i < kTables; ++i) {
    tables.push_back(table("t" + std::to_string(i), i == 0 ? Parents{} : Parents{"t" + std::to_string(i - 1)}));
  }
  const auto chain = dependency_order(tables, {});
  EXPECT_TRUE(std::is_sorted(chain.begin(), chain.end()));
  tables[0] = table("t0", {"t" + std::to_string(kTables - 1)});
  EXPECT_EQ(dependency_components(tables, {}).size(), 1U);
}

class RandomGraph {
 public:
  explicit RandomGraph(unsigned seed) : random_(seed) {
    const std::size_t count = 1 + random_() % 9;
    reaches_.assign(count, std::vector<bool>(count));
    for (std::size_t i = 0; i < count; ++i) tables.push_back(table("t" + std::to_string(i)));
    for (std::size_t edges = random_() % (2 * count + 1); edges > 0; --edges) {
      const std::size_t child = random_() % count;
      const std::size_t parent = random_() % count;
      tables[child].foreign_keys.push_back({"fk", {"p"}, tables[parent].name, {"id"}});
      reaches_[child][parent] = true;
    }
    for (std::size_t k = 0; k < count; ++k) {
      for (std::size_t i = 0; i < count; ++i) {
        for (std::size_t j = 0; j < count; ++j) reaches_[i][j] = reaches_[i][j] || (reaches_[i][k] && reaches_[k][j]);
      }
    }
  }
  bool reaches(std::size_t child, std::size_t parent) const { return reaches_[child][parent]; }

  std::vector<Table> tables;

 private:
  std::mt19937 random_;
  std::vector<std::vector<bool>> reaches_;
};

TEST(Graph, AgreesWithBruteForceOnRandomGraphs) {
  for (unsigned seed = 0; seed < 3000; ++seed) {
    const RandomGraph graph(seed);
    const std::size_t count = graph.tables.size();
    std::vector<std::size_t> place(count, count);
    const auto components = dependency_components(graph.tables, {});
    for (std::size_t c = 0; c < components.size(); ++c) {
      for (const std::size_t i : components[c]) place[i] = c;
    }
    for (std::size_t child = 0; child < count; ++child) {
      ASSERT_LT(place[child], count) << "seed " << seed;
      for (std::size_t parent = 0; parent < count; ++parent) {
        if (child == parent) continue;
        const bool together = graph.reaches(child, parent) && graph.reaches(parent, child);
        ASSERT_EQ(place[child] == place[parent], together) << "seed " << seed;
        if (graph.reaches(child, parent)) {
          ASSERT_LE(place[parent], place[child]) << "seed " << seed;
        }
      }
    }
  }
}

TEST(Graph, TheOrderOfTheTablesGivenDoesNotMatter) {
  for (unsigned seed = 0; seed < 300; ++seed) {
    RandomGraph graph(seed);
    const std::string expected = order_of(graph.tables);
    std::shuffle(graph.tables.begin(), graph.tables.end(), std::mt19937(seed));
    ASSERT_EQ(order_of(graph.tables), expected) << "seed " << seed;
  }
}

}  // namespace
}  // namespace catalog
