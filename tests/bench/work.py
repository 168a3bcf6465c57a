"""What is measured: a group of commands for each kind of work, with the empty targets and the checks that they need."""

import json
import os
import shlex

import refused
import reviewed
import scripts
from contest import Command, Row, nothing
from data_set import HERE
from measure import Failed
from traffic import beside_traffic


def end_of(file, size):
    with open(file, "rb") as stream:
        stream.seek(-min(size, file.stat().st_size), os.SEEK_END)
        return stream.read()


def check_seal(file, rows):
    line = end_of(file, 1 << 16).decode(errors="replace").rpartition('\n"seal": ')[2]
    seal, _ = json.JSONDecoder().raw_decode(line)
    if seal["rows"] != sum(rows.values()):
        raise Failed(f"{file} holds {seal['rows']} rows, the database {sum(rows.values())}.")


def check_lines(folder, rows):
    """COPY's text has a line a row."""
    for table, count in rows.items():
        with open(folder / table, "rb") as lines:
            found = sum(1 for _ in lines)
        if found != count:
            raise Failed(f"{folder / table} holds {found} rows, the table {count}.")


def check_binary(folder, rows):
    """The end that COPY writes behind the last row."""
    for table in rows:
        if end_of(folder / table, 2) != b"\xff\xff":
            raise Failed(f"{folder / table} is cut short.")


class Work:
    def __init__(self, bench):
        self.bench = bench
        self.server = bench.server
        self.contest = bench.contest

    def into(self, template):
        return lambda: self.server.create("target", template)

    def check(self, data, writes, contents=None):
        """Of a target: every row is there, and so many were inserted and updated; after the first run also each value."""
        expected = contents or data.contents
        check_rows = self.check_rows({table: rows for table, (rows, _) in expected.items()}, writes)

        def check(first):
            check_rows(first)
            if first and self.server.contents("target") != expected:
                raise Failed("The target does not hold what it should.")
        return check

    def check_rows(self, expected, writes=None):
        def check(_):
            if writes and self.server.writes("target") != (*writes, 0):
                raise Failed(f"Inserted, updated and deleted were {self.server.writes('target')} rows instead of {(*writes, 0)}.")
            if self.server.rows("target") != expected:
                raise Failed(f"The target holds {self.server.rows('target')} rows instead of {expected}.")
        return check

    def import_command(self, name, data, template, check, *options):
        file = data.file("export.json")
        return Command(name, ["db-import", file, "--url", self.server.url("target"), *options], self.into(template), check)

    def merge_command(self, name, data):
        """What another hundredth of the rows became, with the export that both sides had in common."""
        file = data.folder / "merged.json"
        self.server.run(["db-export", file, "--force", "--quiet", "--url", self.server.url(data.touched(50))])
        words = ["db-import", file, "--base", data.file("export.json"), "--url", self.server.url("target")]
        return Command(name, words, self.into(data.touched()), self.check_rows(data.rows))

    def upsert_command(self, name, data, template):
        script = data.script("upsert.sql", scripts.upsert(data.tables, data.file("text")))
        return Command(name, self.server.psql("target", "-f", script), self.into(template), self.check(data, (0, data.changed_rows())))

    def export_command(self, name, data, *options):
        file = data.folder / "export.json"
        return Command(name, [*data.command_of("export.json"), *options], lambda: data.clear("export.json"), lambda _: check_seal(file, data.rows))

    def copy_command(self, name, data, form):
        check = check_binary if form == "binary" else check_lines
        return Command(name, data.command_of(form), lambda: data.clear(form), lambda _: check(data.folder / form, data.rows))

    def dump_command(self, name, data, file):
        return Command(name, data.command_of(file), lambda: data.clear(file))

    def export(self):
        data = self.bench.main()
        commands = [self.export_command("db-export", data), self.copy_command("psql \\copy, text", data, "text")]
        if self.bench.knows("db-export", "--jobs"):
            commands.append(self.export_command("db-export --jobs 2", data, "--jobs", "2"))
        commands += [self.copy_command("psql \\copy, binary", data, "binary"), self.copy_command("psql row_to_json", data, "row_to_json"),
                     self.dump_command("pg_dump --data-only", data, "data.sql"), self.dump_command("pg_dump -Fc", data, "full.dump")]
        self.contest.run(commands)
        return [Row("export, one job", "psql \\copy, text", "db-export", "psql \\copy, text", 0.90),
                Row("export, two jobs", "psql \\copy, text", "db-export --jobs 2", "psql \\copy, text", 0.75),
                Row("export", "psql \\copy, binary", "db-export", "psql \\copy, binary"),
                Row("export", "row_to_json through psql", "db-export", "psql row_to_json", 0.33),
                Row("export", "pg_dump --data-only", "db-export", "pg_dump --data-only"),
                Row("export", "pg_dump -Fc, schema and data", "db-export", "pg_dump -Fc")]

    def load(self):
        data, prepared, check = self.bench.main(), self.bench.prepared(), self.check(self.bench.main(), (self.bench.main().total, 0))
        restore = ["pg_restore", "--exit-on-error", "-d", self.server.url("target"), data.file("full.dump")]
        self.contest.run([self.import_command("first load", data, prepared, check),
                          Command("psql of a data-only dump", self.server.psql("target", "-f", data.file("data.sql")), self.into(prepared), check),
                          Command("pg_restore of a full dump", restore, self.into("template0"), check)])
        return [Row("first load into an empty schema", "psql of pg_dump --data-only", "first load", "psql of a data-only dump", 0.45),
                Row("first load into an empty schema", "pg_restore of a full dump", "first load", "pg_restore of a full dump", 1.1)]

    def upsert(self):
        data, changed = self.bench.main(), self.bench.main().changed()
        unchanged = self.check(data, (0, 0), self.server.contents(changed))
        self.contest.run([self.import_command("upsert", data, changed, self.check(data, (0, data.changed_rows()))),
                          self.upsert_command("hand-written upsert", data, changed),
                          self.import_command("dry run", data, changed, unchanged, "--dry-run")])
        return [Row("upsert, every row changed", "hand-written upsert in SQL", "upsert", "hand-written upsert", 1.0),
                Row("dry run, every row changed", "the import itself", "dry run", "upsert", 0.5)]

    def identical(self):
        data, touched = self.bench.main(), self.bench.main().touched()
        data.file("export.json")
        export = [*data.command_of("export.json"), "--force"]
        unchanged = self.check(data, (0, 0), self.server.contents(touched))
        self.contest.run([self.import_command("identical", data, data.name, self.check(data, (0, 0))),
                          Command("export of the same", export, nothing, lambda _: check_seal(data.file("export.json"), data.rows)),
                          self.import_command("dry run, 1 % changed", data, touched, unchanged, "--dry-run"),
                          self.import_command("import, 1 % changed", data, touched, nothing),
                          self.merge_command("merge with a base, 1 % changed on either side", data),
                          self.upsert_command("hand-written upsert, identical", data, data.name)])
        return [Row("import of an identical file (no row written)", "hand-written upsert in SQL", "identical", "hand-written upsert, identical",
                    0.18),
                Row("import of an identical file", "an export of the same tables", "identical", "export of the same", 1.4),
                Row("dry run, one row of a hundred changed", "an export of the same tables", "dry run, 1 % changed", "export of the same", 1.6),
                Row("import, one row of a hundred changed", "an export of the same tables", "import, 1 % changed", "export of the same"),
                Row("merge with a base, one row of a hundred changed on either side", "import of an identical file",
                    "merge with a base, 1 % changed on either side", "identical", 1.3)]

    def traffic(self):
        """What an application on the target notices of an import."""
        data, rows = self.bench.main(), []
        for name, options in (("an import", []), ("a dry run", ["--dry-run"])):
            command = self.import_command(name, data, data.changed(), nothing, *options)
            for _ in range(self.bench.runs):
                command.prepare()
                times = beside_traffic(self.server, "target", data.rows["users"], lambda: self.server.run(command.words))
                for when, seconds in zip(("before", "during"), times):
                    self.contest.note(f"traffic {when} {name}", seconds)
            rows.append(Row(f"an application's 99th percentile during {name}, every row changed", "before it", f"traffic during {name}",
                            f"traffic before {name}"))
        return rows

    def sqlite(self):
        """From a SQLite file to tables with keys that were not there: ours in three commands, pgloader in one."""
        rows = self.bench.options.rows_sqlite
        source, file = self.bench.folder / "source.db", self.bench.folder / "sqlite.json"
        parameters = f".parameter set :rows {rows}"
        self.server.run(["sh", "-c", 'sqlite3 -cmd "$1" "$2" <"$3"', "sh", parameters, source, HERE / "sqlite_tables.sql"])
        schema = self.server.psql("target", "-f", HERE / "sqlite_target.sql")
        script = f'{shlex.join(schema)} && db-export "$1" --url "sqlite:$2" && db-import "$1" --url "$3"'
        at = self.server.environment
        peer = f"pgsql://{at['PGUSER']}@unix:{at['PGHOST']}:{at['PGPORT']}/target"
        check = self.check_rows({"accounts": rows // 10, "events": rows})
        self.contest.run([Command("export and import of SQLite", ["sh", "-c", script, "sh", file, source, self.server.url("target")],
                                  lambda: (file.unlink(missing_ok=True), self.into("template0")()), check),
                          Command("pgloader", ["pgloader", "--quiet", f"sqlite://{source}", peer], self.into("template0"), check)])
        return [Row(f"SQLite to PostgreSQL, {rows + rows // 10:,} rows", "pgloader", "export and import of SQLite", "pgloader", 0.33)]

    # The script would take minutes to import the large data set.
    def node(self):
        large, data, prepared = self.bench.main(), self.bench.small(), self.bench.prepared()
        file = data.file("node.json")
        script = ["node", HERE / "node_peer.js", "import", file, data.table_list()]
        self.contest.run([self.export_command("export beside Node", large),
                          Command("Node export", large.command_of("node.json"), lambda: large.clear("node.json"))])
        self.contest.run([self.import_command("first load, small", data, prepared, self.check(data, (data.total, 0))),
                          # Its rows are only counted: it loses microseconds, takes a JSON null for none, and inserts some rows in vain.
                          Command("Node import", script, self.into(prepared), self.check_rows(data.rows), {"PGDATABASE": "target"})])
        return [Row(f"export of {large.total:,} rows", "Node script", "export beside Node", "Node export", 0.1),
                Row(f"import of {data.total:,} rows", "Node script", "first load, small", "Node import", 0.04)]

    def django(self):
        data = self.bench.main()
        models = self.bench.django_models(data)
        file, ours = data.folder / "django.json", data.folder / "users.json"
        program = ["/usr/bin/python3", "-m", "django"]
        users = {**{table: (0, "0") for table in data.contents}, **{table: data.contents[table] for table in ("organizations", "users")}}
        loaded = self.check(data, (data.rows["users"], 0), users)
        counts = {table: rows for table, (rows, _) in users.items()}
        self.contest.run([Command("export, users", ["db-export", ours, "--url", data.url(), "-t", "users"], lambda: data.clear(ours.name),
                                  lambda _: check_seal(ours, {"users": data.rows["users"]})),
                          Command("dumpdata", [*program, "dumpdata", "people.Users", f"--output={file}"], lambda: data.clear(file.name),
                                  environment={**models, "PGDATABASE": data.name}),
                          Command("first load, users", ["db-import", ours, "--url", self.server.url("target")],
                                  self.into("organizations"), loaded),
                          # Takes a JSON null for none as well.
                          Command("loaddata", [*program, "loaddata", str(file)], self.into("organizations"),
                                  self.check_rows(counts, (data.rows["users"], 0)), {**models, "PGDATABASE": "target"})])
        size = f"{data.rows['users']:,} users"
        return [Row(f"export of {size}", "Django dumpdata", "export, users", "dumpdata"),
                Row(f"import of {size}", "Django loaddata", "first load, users", "loaddata")]

    def refused(self):
        commands, rows = refused.imports(self, self.bench.options.rows_wide * 2)
        self.contest.run(commands)
        return rows

    def reviewed(self):
        commands, rows = reviewed.imports(self, self.bench.options.rows_wide * 2)
        self.contest.run(commands)
        return rows

    def growth(self):
        prepared, commands = self.bench.prepared(), []
        for data in (self.bench.growth_small(), self.bench.growth_large()):
            changed = data.changed()
            data.file("export.json")
            commands += [self.export_command(f"export, {data.name}", data),
                         self.import_command(f"first load, {data.name}", data, prepared, self.check(data, (data.total, 0))),
                         self.import_command(f"upsert, {data.name}", data, changed, self.check(data, (0, data.changed_rows()))),
                         self.import_command(f"dry run, {data.name}", data, changed,
                                             self.check(data, (0, 0), self.server.contents(changed)), "--dry-run")]
        self.contest.run(commands)
        small, large = self.bench.growth_small(), self.bench.growth_large()
        return [Row(f"{work} of {large.total:,} rows", f"the same of {small.total:,} rows", f"{work}, {large.name}", f"{work}, {small.name}",
                    11, 9) for work in ("export", "first load", "upsert", "dry run")]
