"""The throw-away server of a bench: its databases, what they hold and what was written to them. All through psql; nothing here is timed."""

import graphlib
import json
import os
import subprocess
import time

from measure import Failed

# One object a table: its columns, the key an upsert goes by, its json columns, and the tables that it refers to.
TABLES = """
SELECT coalesce(json_agg(json_build_object(
  'name', c.relname,
  'columns', (SELECT json_agg(attname ORDER BY attnum) FROM pg_attribute
              WHERE attrelid = c.oid AND attnum > 0 AND NOT attisdropped AND attgenerated = ''),
  'json', (SELECT coalesce(json_agg(attname), '[]') FROM pg_attribute WHERE attrelid = c.oid AND atttypid IN ('json'::regtype, 'jsonb'::regtype)),
  'key', (SELECT json_agg(a.attname ORDER BY a.attnum) FROM pg_attribute AS a
          WHERE a.attrelid = c.oid AND a.attnum = ANY ((SELECT i.indkey FROM pg_index AS i WHERE i.indrelid = c.oid AND i.indisunique
                                                        ORDER BY i.indisprimary DESC, i.indexrelid LIMIT 1)::int2[])),
  'parents', (SELECT coalesce(json_agg(f.confrelid::regclass::text), '[]') FROM pg_constraint AS f
              WHERE f.conrelid = c.oid AND f.contype = 'f' AND f.confrelid <> c.oid)
)), '[]') FROM pg_class AS c WHERE c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace
"""


def quoted(name):
    return '"' + name.replace('"', '""') + '"'


class Server:
    def __init__(self, connection):
        """`connection`: "host=… port=… user=…", as tests/support/cluster.sh gives it."""
        words = dict(word.split("=", 1) for word in connection.split())
        self.environment = {**os.environ, "PGHOST": words["host"], "PGPORT": words["port"], "PGUSER": words["user"], "TZ": "UTC"}
        for variable in ("DATABASE_URL", "PGDATABASE", "PGOPTIONS"):
            self.environment.pop(variable, None)
        self.version = self.sql("postgres", "SHOW server_version").split()[0]
        self.version_number = int(self.sql("postgres", "SHOW server_version_num"))

    def url(self, database):
        at = self.environment
        return f"postgresql://{at['PGUSER']}@/{database}?host={at['PGHOST']}&port={at['PGPORT']}"

    def psql(self, database, *arguments):
        """The command that runs a script as fast and as strictly as psql can."""
        return ["psql", "-X", "--quiet", "-v", "ON_ERROR_STOP=1", "-d", self.url(database), *map(str, arguments)]

    def run(self, command):
        """Returns what the command printed."""
        done = subprocess.run([str(word) for word in command], env=self.environment, stdin=subprocess.DEVNULL, text=True, capture_output=True)
        if done.returncode != 0:
            raise Failed(f"This command ended with {done.returncode}: {' '.join(map(str, command))}\n{done.stderr[-4000:]}")
        return done.stdout

    def sql(self, database, *statements):
        return self.run([*self.psql(database, "-At"), *(f"--command={statement}" for statement in statements)]).strip()

    def create(self, database, template="template0"):
        """A database afresh, with all that the template holds."""
        for each in (database, template):
            self.wait_until_alone(each)
        # Copying the files is the quicker way for large templates; before version 15 it was the only one.
        strategy = " STRATEGY file_copy" if self.version_number >= 150000 else ""
        self.sql("postgres", f"DROP DATABASE IF EXISTS {quoted(database)}",
                 f"CREATE DATABASE {quoted(database)} TEMPLATE {quoted(template)}{strategy}")

    def checkpoint(self):
        self.sql("postgres", "CHECKPOINT")

    def wait_until_alone(self, database):
        """A session ends a moment after its client; only then its counts are there and its database can be copied."""
        for _ in range(600):
            if self.sql("postgres", f"SELECT count(*) FROM pg_stat_activity WHERE datname = '{database}'") == "0":
                return
            time.sleep(0.05)
        raise Failed(f"Somebody is still connected to the database {database}.")

    def tables(self, database):
        """Parents first; tables that know nothing of each other by name."""
        tables = {table["name"]: table for table in json.loads(self.sql(database, TABLES))}
        # The catalog quotes the names of parents where SQL must.
        graph = {name: sorted(parent.strip('"') for parent in tables[name]["parents"]) for name in sorted(tables)}
        return [tables[name] for name in graphlib.TopologicalSorter(graph).static_order()]

    def rows(self, database):
        """{table: rows}"""
        return {name: count for name, (count, _) in self._contents(database, "0").items()}

    def contents(self, database):
        """{table: (rows, sum of the rows' hashes)}: equal for equal rows in any order."""
        return self._contents(database, "coalesce(sum(hashtextextended(t::text, 0)), 0)")

    def _contents(self, database, figure):
        names = [table["name"] for table in self.tables(database)]
        select = " UNION ALL ".join(f"SELECT {position} AS place, count(*), {figure} FROM {quoted(name)} AS t" for position, name in enumerate(names))
        lines = self.sql(database, f"{select} ORDER BY place").splitlines()
        return {name: (int(line.split("|")[1]), line.split("|")[2]) for name, line in zip(names, lines, strict=True)}

    def writes(self, database):
        """Rows inserted, updated and deleted since the database was created."""
        self.wait_until_alone(database)
        sums = self.sql(database, "SELECT sum(n_tup_ins), sum(n_tup_upd), sum(n_tup_del) FROM pg_stat_user_tables WHERE schemaname = 'public'")
        return tuple(int(word) for word in sums.split("|"))
