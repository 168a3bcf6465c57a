// Files for git: exports of equal rows are equal bytes, whenever and wherever they were made.
#include <gmock/gmock.h>

#include <fstream>

#include "transfer_fixture.h"

namespace cli {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

class Reproducible : public Transfer {
 protected:
  Reproducible() {
    schema(
        "CREATE TABLE parents(id serial PRIMARY KEY, name text UNIQUE);"
        "CREATE TABLE children(parent int REFERENCES parents, n numeric, t text);"
        "CREATE TABLE pairs(a text COLLATE \"C\", b timestamptz, PRIMARY KEY (b, a))");
  }
  std::string export_of(const support::Database& database) {
    const std::string path = folder.file("of_" + database.name() + ".json");
    const support::Run run =
        support::run_program({PROGRAM_DIR "/db-export", path, "--url", database.url(), "--reproducible", "--force"});
    EXPECT_EQ(run.status, 0) << run.err;
    EXPECT_THAT(run.out, HasSubstr("not how far sequences had come"));
    return support::read_file(path);
  }
};

TEST_F(Reproducible, ExportsOfEqualRowsAreEqualBytes) {
  source.run(
      "INSERT INTO parents(name) SELECT 'p' || i FROM generate_series(1, 50) i;"
      "INSERT INTO children SELECT i, i / 3.0, NULLIF('t' || i % 7, 't3') FROM generate_series(1, 50) i;"
      "INSERT INTO pairs SELECT 'a' || i % 5, to_timestamp(i) FROM generate_series(1, 50) i");
  target.run(
      "INSERT INTO parents(id, name) SELECT i, 'p' || i FROM generate_series(50, 1, -1) i; SELECT "
      "nextval('parents_id_seq');"
      "INSERT INTO children SELECT i, i / 3.0, NULLIF('t' || i % 7, 't3') FROM generate_series(50, 1, -1) i;"
      "INSERT INTO pairs SELECT 'a' || i % 5, to_timestamp(i) FROM generate_series(50, 1, -1) i; UPDATE pairs SET a = "
      "a;");

  EXPECT_EQ(export_of(source), export_of(target));
  EXPECT_EQ(export_of(source), export_of(source));
}

TEST_F(Reproducible, AFileDiffersByTheLinesOfTheRowsThatDiffer) {
  source.run("INSERT INTO parents(name) VALUES ('a'), ('b'), ('c')");
  const std::string before = export_of(source);
  source.run("UPDATE parents SET name = 'B' WHERE id = 2");
  const std::string after = export_of(source);

  const std::string a = folder.write("a", before);
  const std::string b = folder.write("b", after);
  const std::string changed = support::run_program({"diff", a, b}).out;
  EXPECT_THAT(changed, HasSubstr("< {\"id\":2,\"name\":\"b\"}"));
  EXPECT_THAT(changed, HasSubstr("> {\"id\":2,\"name\":\"B\"}"));
  EXPECT_EQ(std::count(changed.begin(), changed.end(), '<'), 2) << "the row and the seal\n" << changed;
}

TEST_F(Reproducible, AFileTellsNothingOfItsOriginAndImportsAsAnyOther) {
  source.run("INSERT INTO parents(name) VALUES ('a'), ('b'), ('c')");
  const std::string text = export_of(source);
  for (const char* word : {"exported_at", "\"host\"", "\"user\"", "system_identifier", "last_value"})
    EXPECT_THAT(text, Not(HasSubstr(word)));
  file = folder.write("r.json", text);

  EXPECT_EQ(run_import().status, 0);
  EXPECT_EQ(target.value("SELECT nextval('parents_id_seq')"), "4") << "raised from the rows";
}

}  // namespace
}  // namespace cli
