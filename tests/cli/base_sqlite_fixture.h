// Two databases of SQLite that had an export in common, and what becomes of them.
#pragma once

#include <fstream>
#include <sstream>
#include <string>

#include "cli/undo_sqlite_fixture.h"

namespace cli {

class BaseInSqlite : public UndoInSqlite {
 protected:
  void common(const std::string& sql) {
    for (const char* database : {"dev.db", "prod.db"}) shell(database, sql);
    exported("last.json");
  }
  void exported(const std::string& name) {
    const support::Run run = support::run_program({PROGRAM_DIR "/db-export", name, "--url", "sqlite:dev.db", "--force"},
                                                  {.folder = folder.path()});
    ASSERT_EQ(run.status, 0) << run.err;
  }
  std::string text_of(const std::string& name) const {
    std::ifstream in(folder.file(name));
    std::stringstream text;
    text << in.rdbuf();
    return text.str();
  }
  // Merges what both did; there is something to settle.
  void leave_out(const std::string& source, const std::string& target) {
    shell("dev.db", source);
    shell("prod.db", target);
    exported("out.json");
    const support::Run run = db_import({"out.json", "--base", "last.json", "--rejects", "r.json", "--force"});
    ASSERT_EQ(run.status, 4) << run.out << run.err;
  }
};

}  // namespace cli
