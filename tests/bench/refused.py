"""Rows that the target refuses: an import with them against the same import of as many rows that it takes."""

from contest import Command, Row, nothing

GUARD = """
CREATE FUNCTION guard() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN IF NEW.bad THEN RAISE 'refused'; END IF; RETURN NEW; END$$;
CREATE TRIGGER guard {when} INSERT ON t FOR EACH ROW EXECUTE FUNCTION guard()
"""
PLAIN = "CREATE TABLE t (id int PRIMARY KEY, up int, text text, bad bool NOT NULL)"
TREE = "CREATE TABLE t (id int PRIMARY KEY, up int REFERENCES t, text text, bad bool NOT NULL)"
PARTS = "CREATE TABLE t (id int, up int, text text, bad bool NOT NULL, PRIMARY KEY (id, bad)) PARTITION BY LIST (bad)"
FILL = "INSERT INTO t SELECT n, nullif(n / 10, 0), md5(n::text), {bad} FROM generate_series(1, {rows}) n"
NONE, PERCENT, ALL, ONE = "false", "n % 100 = 7", "true", "n = 15"

# Name, schema of both sides, what the target has beside it, which rows are refused, and the largest ratio that is good enough.
KINDS = [
    ("a trigger before the row refuses 1 %", PLAIN, GUARD.format(when="BEFORE"), PERCENT, 3),
    ("a trigger before the row refuses all", PLAIN, GUARD.format(when="BEFORE"), ALL, 10),
    ("a trigger behind the row refuses 1 %", PLAIN, GUARD.format(when="AFTER"), PERCENT, 3),
    ("a CHECK refuses 1 %", PLAIN, "ALTER TABLE t ADD CHECK (NOT bad)", PERCENT, 3),
    ("no partition for 1 %", PARTS, "CREATE TABLE good PARTITION OF t FOR VALUES IN (false)", PERCENT, 3),
    ("a tree, of which a trigger refuses one row", TREE, GUARD.format(when="BEFORE"), ONE, 3),
]


def imports(work, rows):
    """The commands of all kinds and the lines of the table."""
    bench, server = work.bench, work.server
    commands, lines = [], []

    def command(name, schema, target, bad):
        number = len(commands)
        file, template = bench.folder / f"refused-{number}.json", f"refused_{number}"
        server.create(template)
        server.sql(template, schema, *([] if "PARTITION" not in schema else ["CREATE TABLE rest PARTITION OF t DEFAULT"]),
                   FILL.format(bad=bad, rows=rows))
        server.run(["db-export", file, "--force", "--quiet", "--url", server.url(template)])
        server.create(template)
        server.sql(template, schema, *(statement for statement in target.strip().split(";\n")))
        taken = rows if bad == NONE else None
        script = 'db-import "$1" --quiet --rejects "$1.rejects" --force --url "$2" >"$1.log"; test $? -eq "$3"'
        words = ["sh", "-c", script, "sh", file, server.url("target"), 0 if taken else 4]
        commands.append(Command(name, words, work.into(template), work.check_rows({"t": rows}) if taken and "PARTITION" not in schema else nothing))

    for name, schema, target, bad, goal in KINDS:
        command(name, schema, target, bad)
        command(f"none: {name}", schema, target, NONE)
        lines.append(Row(f"import of {rows:,} rows, {name}", "the same, none refused", name, f"none: {name}", goal))
    return commands, lines
