"""What a reviewer's import costs beside a plain one: reports, a plan that is applied, an undo file, taking back."""

from contest import Command, Row
from measure import Failed

TABLE = "CREATE TABLE t (id int PRIMARY KEY, name text NOT NULL, amount numeric(12,2), at timestamptz, note text)"
FILL = "INSERT INTO t SELECT n, md5(n::text), n * {factor}, '2025-01-01'::timestamptz + n * interval '1 min', {note} FROM generate_series(1, {rows}) n"

# Name, goal: the largest ratio to the plain import that is good enough.
KINDS = [
    ("dry run with HTML and JSON", 1.5),
    ("rehearsal with HTML and JSON", 1.5),
    ("import that a plan is applied to", 1.15),
    ("import that saves an undo file", 1.25),
    ("taking it back", 2),
]


def imports(work, rows):
    """The commands of all kinds and the lines of the table. All rows are updated, in two of five columns."""
    bench, server = work.bench, work.server
    file, plan, page, undo = (bench.folder / name for name in ("reviewed.json", "plan.json", "plan.html", "undo.json"))
    server.create("reviewed")
    server.sql("reviewed", TABLE, FILL.format(factor=2, note="'new ' || n", rows=rows))
    server.run(["db-export", file, "--force", "--quiet", "--url", server.url("reviewed")])
    server.create("reviewed")
    server.sql("reviewed", TABLE, FILL.format(factor=1, note="'old ' || n", rows=rows), "ANALYZE t")

    imported = ["db-import", file, "--quiet", "--url", server.url("target")]
    reported = [*imported, "--report", plan, "--report", page]

    def fresh(*before):
        def prepare():
            for old in (plan, plan.with_name(plan.name + ".key"), page, undo):
                old.unlink(missing_ok=True)
            server.create("target", "reviewed")
            for words in before:
                server.run(words)
        return prepare

    def check(updated):
        def run(_):
            found = int(server.sql("target", "SELECT count(*) FROM t WHERE note LIKE 'new %'"))
            if found != (rows if updated else 0):
                raise Failed(f"{found} of {rows} rows are as the file has them.")
        return run

    commands = [
        Command("plain import", imported, fresh(), check(True)),
        Command(KINDS[0][0], [*reported, "--dry-run"], fresh(), check(False)),
        Command(KINDS[1][0], [*reported, "--rehearse"], fresh(), check(False)),
        Command(KINDS[2][0], [*imported, "--apply", plan], fresh([*reported, "--dry-run"]), check(True)),
        Command(KINDS[3][0], [*imported, "--save-undo", undo], fresh(), check(True)),
        Command(KINDS[4][0], ["db-import", "--undo", undo, "--quiet", "--url", server.url("target")],
                fresh([*imported, "--save-undo", undo]), check(False)),
    ]
    return commands, [Row(f"{name}, {rows:,} rows updated", "the plain import", name, "plain import", goal) for name, goal in KINDS]
