#!/usr/bin/env python3
"""Runs the commands that README.md and schema/README.md show, in their order, each document's in a folder of its own and on databases
made for it. Prints those that end otherwise than with 0 or, as the sample data has rows in conflict, 4. Standard library only.

Usage: readme_commands_test.py PROGRAMS      PROGRAMS: the folder of db-export, db-import, db-migrate and db-diff
DB_TRANSFER_TEST_SERVER names the server ("host=… port=… user=postgres"); tests/run starts one.
"""

import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

TOP = Path(__file__).resolve().parent.parent
SYSTEM = "schema/document-sharing"
OURS = re.compile(r"(?:db-export|db-import|db-migrate|db-diff|psql|sqlite3) ")
# What a document takes for granted when it names a file.
GIVEN = {"app.json": "db-export app.json --url postgresql:///app_dev", "boursa.db": "cp dev.db boursa.db"}
LOAD = f"psql -v scale=20 -d %s -f {SYSTEM}/001_schema.sql -f {SYSTEM}/sample.sql"
# Document, its databases, what makes them ready, the database of .env.
DOCUMENTS = (
    ("README.md", ("app_dev", "app_production"), (LOAD % "app_dev", LOAD % "app_production" + f" -f {SYSTEM}/production.sql"), "app_dev"),
    ("schema/README.md", ("app_dev", "app_production", "boursa", "messenger"), (), "messenger"),
)


def commands(document):
    """The lines of the code blocks that run one of the programs, without the comments after them."""
    for block in re.findall(r"^```(?:sh)?\n(.*?)^```", document, re.MULTILINE | re.DOTALL):
        yield from (re.sub(r"\s+# .*", "", line) for line in block.splitlines() if OURS.match(line))


class Run:
    """A folder in which the programs find what a reader would have: schema/, .env, .env.production, targets."""

    def __init__(self, programs, folder, server, database):
        self.folder = folder
        self.said = ""
        self.environment = {name: value for name, value in os.environ.items() if not name.startswith(("PG", "DATABASE"))}
        self.environment |= {"PATH": f"{programs}:{os.environ['PATH']}", "PGHOST": server["host"], "PGPORT": server["port"],
                             "PGUSER": server["user"], "PGOPTIONS": "--client-min-messages=warning"}
        (folder / "schema").symlink_to(TOP / "schema")
        for name, holds in ((".env", database), (".env.production", "app_production")):
            (folder / name).write_text(f'DATABASE_URL="postgresql:///{holds}"\n', encoding="utf-8")
            (folder / name).chmod(0o600)
        (folder / "db-transfer.json").write_text('{"targets": {"production": {"env_file": ".env.production"}}}\n', encoding="utf-8")

    def status(self, command):
        done = subprocess.run(["bash", "-c", command], cwd=self.folder, env=self.environment, stdin=subprocess.DEVNULL, text=True,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
        self.said = done.stdout
        return done.returncode

    def must(self, command):
        if self.status(command) != 0:
            raise RuntimeError(f"{command}\n{self.said}")


def breaches_of(run, document):
    looked = 0
    for command in commands((TOP / document).read_text(encoding="utf-8")):
        looked += 1
        for name, made_by in GIVEN.items():
            if re.search(rf"(?:import |sqlite:){name}", command) and not (run.folder / name).exists():
                run.must(made_by)
        status = run.status(command.replace("postgresql://…/", "postgresql:///"))
        if status not in (0, 4):
            yield f"{document}: {command}\nends with {status}: {run.said[-2000:]}"
    if looked < 5:
        yield f"{document}: hardly a command was found, so nothing was run"


def main():
    if "DB_TRANSFER_TEST_SERVER" not in os.environ:
        print("no server: run it by tests/run readme_commands")
        return 77
    programs = Path(sys.argv[1]).resolve()
    server = dict(part.split("=", 1) for part in os.environ["DB_TRANSFER_TEST_SERVER"].split())
    breaches = []
    for document, databases, ready, own in DOCUMENTS:
        with tempfile.TemporaryDirectory() as folder:
            run = Run(programs, Path(folder), server, own)
            try:
                for database in databases:
                    run.must(f"psql -X -q -d postgres -c 'CREATE DATABASE {database} TEMPLATE template0'")
                for command in ready:
                    run.must(command)
                breaches += breaches_of(run, document)
            finally:
                for database in databases:
                    run.status(f"psql -X -q -d postgres -c 'DROP DATABASE IF EXISTS {database} WITH (FORCE)'")
    for breach in breaches:
        print(breach)
    print(f"{len(breaches)} breaches")
    return 1 if breaches else 0


if __name__ == "__main__":
    sys.exit(main())
