"""How much memory one large value takes: each of text, bytea and json is exported, imported into a table of its own and imported again, and the
peak of each program is set against the size of the record in the file. Started by `tools/bench --large`."""

import argparse
import pathlib
import sys

from measure import Failed, measure
from server import Server

# A value of so many MiB, as SQL.
TEXT = "repeat(E'The quick brown fox\\\\n\"jumps\" over the lazy dog', {mib} * 1048576 / 44)"
VALUES = {
    "text": TEXT,
    "bytea": "convert_to(repeat('a\\b\"', {mib} * 1048576 / 4), 'UTF8')",
    # PostgreSQL holds no jsonb of more than 256 MiB.
    "jsonb": "(SELECT jsonb_agg(jsonb_build_object('id', g, 'name', 'n' || g)) FROM generate_series(100000, 100000 + {mib} * 1048576 / 32) g)",
    "json": "to_json(" + TEXT + ")",
}
PROGRAMS = "export", "import", "same again"


def measure_value(server, folder, kind, mib):
    """The size of the record and the peaks of the three programs, in MiB."""
    source, target = "large_source", "large_target"
    for database in source, target:
        server.create(database)
        server.sql(database, f"CREATE TABLE v (id int PRIMARY KEY, value {kind})", "ALTER TABLE v ALTER value SET STORAGE EXTERNAL")
    server.sql(source, f"INSERT INTO v SELECT 1, {VALUES[kind].format(mib=mib)}")
    file = folder / "large.json"
    file.unlink(missing_ok=True)
    commands = [["db-export", file, "--url", server.url(source), "-q"]] + 2 * [["db-import", file, "--url", server.url(target), "-q"]]
    peaks = [measure([str(word) for word in command], server.environment, folder / "large.log").peak_mib for command in commands]
    return file.stat().st_size / 1048576, peaks


def main():
    parser = argparse.ArgumentParser(prog="tools/bench --large")
    parser.add_argument("--server", required=True)
    parser.add_argument("--folder", required=True, type=pathlib.Path)
    parser.add_argument("sizes", nargs="*", type=int, default=[1, 50, 200, 500], metavar="MIB", help="sizes of the values (default: 1 50 200 500)")
    options = parser.parse_args()
    server = Server(options.server)
    print("| value | record | " + " | ".join(f"{program}, peak" for program in PROGRAMS) + " |")
    print("|---|---|" + "---|" * len(PROGRAMS))
    for kind in VALUES:
        for mib in options.sizes:
            if (kind == "jsonb") != (mib <= 200) and kind in ("json", "jsonb"):
                continue
            try:
                record, peaks = measure_value(server, options.folder, kind, mib)
            except Failed as failure:  # beyond what the server, or one record, can hold
                print(f"| {kind}, {mib} MiB | none: {" ".join(str(failure).split("\n")[1:2])} |", flush=True)
                continue
            print(f"| {kind}, {mib} MiB | {record:,.0f} MiB | " + " | ".join(f"{peak:,.0f} MiB ({peak / record:.1f})" for peak in peaks) + " |", flush=True)


try:
    main()
except Failed as failure:
    sys.exit(str(failure))
