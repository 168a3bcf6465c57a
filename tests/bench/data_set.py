"""One source database of a bench, and the files that are made of it."""

import json
import pathlib
import shutil
import sys

import scripts

HERE = pathlib.Path(__file__).resolve().parent
SYSTEM = HERE.parents[1] / "schema/document-sharing"


class DataSet:
    """A source database and the files that are made of it, each the first time that somebody asks for it."""

    def __init__(self, bench, name, scale, wide_rows, adjustment=None):
        """`adjustment`: SQL, after the sample data is there."""
        self.server = bench.server
        self.name = name
        self.folder = bench.folder / name
        self.folder.mkdir()
        print(f"Making the data set {name}: {scale:,} users, {wide_rows:,} rows of li", file=sys.stderr)
        self.server.create(name)
        self.server.run(self.server.psql(name, "-f", SYSTEM / "001_schema.sql"))
        self.server.run(self.server.psql(name, "-v", f"scale={scale}", "-f", SYSTEM / "sample.sql"))
        self.server.run(self.server.psql(name, "-v", f"rows={wide_rows}", "-f", HERE / "wide_tables.sql"))
        if adjustment:
            self.server.sql(name, adjustment)
        self.server.sql(name, "VACUUM (ANALYZE)")
        self.tables = self.server.tables(name)
        self.contents = self.server.contents(name)
        self.rows = {table: rows for table, (rows, _) in self.contents.items()}
        self.total = sum(self.rows.values())

    def url(self):
        return self.server.url(self.name)

    def changed(self):
        """The name of a database with the same keys where every row is another, and how many rows that are."""
        name = f"{self.name}_changed"
        if not self.server.sql("postgres", f"SELECT 1 FROM pg_database WHERE datname = '{name}'"):
            self.server.create(name, self.name)
            self.server.run(self.server.psql(name, "-f", HERE / "change_rows.sql"))
        return name

    def touched(self, first=0):
        """The name of a database where one row of a hundred is another; which one, tells `first`."""
        name = f"{self.name}_touched_{first}"
        if not self.server.sql("postgres", f"SELECT 1 FROM pg_database WHERE datname = '{name}'"):
            self.server.create(name, self.name)
            self.server.run(self.server.psql(name, "-v", "percent=1", "-v", f"first={first}", "-f", HERE / "change_rows.sql"))
        return name

    def changed_rows(self):
        """All but those of tables that are nothing but their key."""
        return sum(self.rows[table["name"]] for table in self.tables if len(table["key"]) < len(table["columns"]))

    def file(self, name):
        """Makes it unless it is there."""
        path = self.folder / name
        if not path.exists():
            self.clear(name)
            self.server.run(self.command_of(name))
        return path

    def clear(self, name):
        path = self.folder / name
        if path.is_dir():
            shutil.rmtree(path)
        path.unlink(missing_ok=True)
        if not path.suffix:
            path.mkdir()

    def command_of(self, name):
        path = self.folder / name
        if name == "export.json":
            return ["db-export", path, "--url", self.url()]
        if name == "data.sql":
            return ["pg_dump", "--data-only", f"--file={path}", "-d", self.url()]
        if name == "full.dump":
            return ["pg_dump", "--format=custom", f"--file={path}", "-d", self.url()]
        if name == "node.json":
            return ["env", f"PGDATABASE={self.name}", "node", HERE / "node_peer.js", "export", path, self.table_list()]
        return self.server.psql(self.name, "-f", self.script(f"{name}.sql", scripts.copy_out(self.tables, path, name)))

    def table_list(self):
        """What node_peer.js takes for the tables."""
        return self.script("tables.json", json.dumps(self.tables))

    def script(self, name, text):
        path = self.folder / name
        path.write_text(text)
        return path
