#!/usr/bin/env python3
"""What tools/bench runs once the programs are built and a server is there: makes the data, measures each work beside its peer, prints the table.

The options are those of tools/bench, where they are explained and checked. Databases of its own on a server that is thrown away afterwards.
"""

import argparse
import dataclasses
import functools
import json
import pathlib
import sys
import time

import results
from contest import Contest
from data_set import HERE, SYSTEM, DataSet
from measure import Failed
from server import Server
from work import Work


class Bench:
    """The data sets, each made when it is first asked for, and what all groups of work share."""

    def __init__(self, options):
        self.options = options
        self.runs = options.runs
        self.folder = options.folder
        self.server = Server(options.server)
        self.contest = Contest(self.server, self.folder, self.runs)
        self.made = []

    def _data(self, *arguments):
        self.made.append(DataSet(self, *arguments))
        return self.made[-1]

    def data_sets(self):
        return self.made

    @functools.cache
    def main(self):
        return self._data("main", self.options.scale, self.options.rows_wide)

    # The Node script and Django take a millisecond or so for a row.
    @functools.cache
    def small(self):
        # The script takes a JSON null for a missing value, and this column must have one.
        return self._data("small", 2000, 4000, "UPDATE configurations SET value = '{}' WHERE value = 'null'")

    # A row of li brings 3/4 of a row of audit, a user about 11 rows: seven eighths of the rows are wide.
    @functools.cache
    def growth_large(self):
        return self._data("large", max(1, self.options.rows_growth // 88), self.options.rows_growth // 2)

    @functools.cache
    def growth_small(self):
        return self._data("tenth", max(1, self.options.rows_growth // 880), self.options.rows_growth // 20)

    @functools.cache
    def prepared(self):
        """The name of a database with all tables and no row."""
        self.server.create("prepared")
        self.server.run(self.server.psql("prepared", "-f", SYSTEM / "001_schema.sql"))
        self.server.run(self.server.psql("prepared", "-v", "rows=0", "-f", HERE / "wide_tables.sql"))
        return "prepared"

    def knows(self, program, option):
        return option in self.server.run([program, "--help"])

    def django_models(self, data):
        """Models of users and of what they refer to, the target that holds the latter, and the environment in which Django finds both."""
        app = self.folder / "django/people"
        app.mkdir(parents=True)
        (app / "__init__.py").touch()
        self.server.environment["PYTHONPATH"] = f"{HERE}:{app.parent}"
        self.server.environment["DJANGO_SETTINGS_MODULE"] = "django_settings"
        inspect = ["env", f"PGDATABASE={data.name}", "/usr/bin/python3", "-m", "django", "inspectdb", "organizations", "users"]
        (app / "models.py").write_text(self.server.run(inspect))
        self.server.create("organizations", self.prepared())
        self.server.run(self.server.psql("organizations", "-c", f"\\copy organizations FROM '{data.file('text')}/organizations'"))
        return {"BENCH_HAS_MODELS": "yes"}


def parse(arguments):
    parser = argparse.ArgumentParser(allow_abbrev=False, add_help=False)
    parser.add_argument("--server", required=True)
    parser.add_argument("--folder", required=True, type=pathlib.Path)
    for number in ("--scale", "--rows-wide", "--rows-growth", "--rows-sqlite", "--runs"):
        parser.add_argument(number, required=True, type=int)
    parser.add_argument("--load", required=True, type=float)
    parser.add_argument("works", nargs="+")
    return parser.parse_args(arguments)


def main():
    options = parse(sys.argv[1:])
    bench = Bench(options)
    lines = []
    for name in options.works:
        print(f"Measuring: {name}", file=sys.stderr)
        start = time.monotonic()
        lines += [results.line(row, bench.contest) for row in getattr(Work(bench), name)()]
        print(f"Measured: {name}, in {time.monotonic() - start:.0f} s with its data", file=sys.stderr)
    if "growth" in options.works:
        lines += results.memory_lines(bench)
    text = results.introduction(bench, options.load) + "\n" + results.table(lines)
    (options.folder / "results.md").write_text(text)
    (options.folder / "results.json").write_text(json.dumps(
        {name: [dataclasses.asdict(each) for each in every] for name, every in bench.contest.measurements.items()}, indent=2) + "\n")
    print(text, end="")


if __name__ == "__main__":
    try:
        main()
    except Failed as failure:
        print(f"The bench failed. {failure}", file=sys.stderr)
        sys.exit(1)
    except KeyboardInterrupt:
        sys.exit(130)
