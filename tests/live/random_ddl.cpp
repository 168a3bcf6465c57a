#include "live/random_ddl.h"

#include <algorithm>

namespace live {
namespace {

constexpr const char* kSchema = R"sql(
CREATE SCHEMA harness;
CREATE TYPE mood AS ENUM ('sad', 'ok', 'gay');
CREATE TYPE pair AS (x int, y int);
CREATE DOMAIN code AS int CHECK (VALUE >= 0);
CREATE TABLE plain (id int PRIMARY KEY, n int, m mood, c code);
CREATE TABLE pairs (id int PRIMARY KEY, p pair, label mood);
CREATE TABLE parted (id int PRIMARY KEY, v text) PARTITION BY RANGE (id);
CREATE TABLE parted_1 PARTITION OF parted FOR VALUES FROM (0) TO (1000);
CREATE TABLE parted_2 PARTITION OF parted FOR VALUES FROM (1000) TO (2000);
CREATE TABLE child (id int PRIMARY KEY, plain int REFERENCES plain, v text);
CREATE TABLE bag (v text, n int);
CREATE TABLE base (id int PRIMARY KEY, v text);
CREATE TABLE heir () INHERITS (base);
CREATE FUNCTION changed() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN NEW.v := NEW.v || ''!''; RETURN NEW; END';
CREATE FUNCTION harness.content() RETURNS SETOF text LANGUAGE plpgsql AS $$
DECLARE
  t record;
BEGIN
  FOR t IN
    SELECT c.oid, c.oid::regclass AS name, c.relkind,
      (SELECT string_agg(format('%L || coalesce(%I::text, ''NULL'')', ' ' || a.attname || '=', a.attname), ' || '
        ORDER BY a.attname)
      FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped AND a.attname <> 'stamp')
      AS columns
    FROM pg_class c
    WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') AND NOT c.relispartition
  LOOP
    RETURN QUERY EXECUTE format('SELECT %L || %s FROM %s %s', t.name, t.columns,
      CASE t.relkind WHEN 'r' THEN 'ONLY' ELSE '' END, t.name);
  END LOOP;
END $$;
)sql";

constexpr const char* kRows = R"sql(
INSERT INTO plain SELECT n, n / 2, (ARRAY['sad', 'ok', 'gay'])[1 + n % 3]::mood, n FROM generate_series(1, 1500) n;
INSERT INTO pairs SELECT n, ROW(n, -n)::pair, 'sad' FROM generate_series(1, 300) n;
INSERT INTO parted SELECT n, 'row ' || n FROM generate_series(0, 1999) n;
INSERT INTO child SELECT n, n, 'v' FROM generate_series(1, 1500) n;
INSERT INTO bag SELECT 'x', n % 7 FROM generate_series(1, 500) n;
INSERT INTO base SELECT n, 'base' FROM generate_series(1, 50) n;
INSERT INTO heir SELECT n, 'heir' FROM generate_series(51, 99) n;
)sql";

constexpr const char* kFewRows = R"sql(
INSERT INTO plain SELECT n, n / 2, 'ok', n FROM generate_series(1, 1500, 3) n;
INSERT INTO pairs SELECT n, ROW(n, n)::pair, 'ok' FROM generate_series(1, 300, 7) n;
INSERT INTO parted SELECT n, 'old ' || n FROM generate_series(0, 1999, 4) n;
INSERT INTO bag SELECT 'x', n % 7 FROM generate_series(1, 500, 5) n;
INSERT INTO base SELECT n, 'old' FROM generate_series(1, 50, 2) n;
)sql";

// A statement of each changes something; where it does not apply at the moment the server refuses it, and nothing
// happens.
const std::vector<std::vector<std::string>>& changes_of_both() {
  static const std::vector<std::vector<std::string>> changes = {
      {"ALTER TABLE plain ALTER n TYPE bigint"},
      {"ALTER TABLE plain ALTER n TYPE int"},
      {"ALTER TABLE plain ADD COLUMN stamp timestamptz DEFAULT clock_timestamp()"},
      {"ALTER TABLE plain DROP COLUMN stamp"},
      {"ALTER TABLE bag ADD COLUMN stamp timestamptz DEFAULT clock_timestamp()"},
      {"ALTER TABLE bag DROP COLUMN stamp"},
      {"ALTER TABLE parted DETACH PARTITION parted_2"},
      {"ALTER TABLE parted DETACH PARTITION parted_2 CONCURRENTLY"},
      {"ALTER TABLE parted ATTACH PARTITION parted_2 FOR VALUES FROM (1000) TO (2000)"},
      {"DROP TABLE bag", "CREATE TABLE bag (n int, v text)",
       "INSERT INTO bag SELECT n, 'new' FROM generate_series(1, 9) n"},
      {"TRUNCATE bag", "INSERT INTO bag SELECT 'refilled', n FROM generate_series(1, 99) n"},
      {"TRUNCATE base"},
      {"VACUUM FULL plain"},
      {"VACUUM FULL bag"},
      {"CLUSTER child USING child_pkey"},
      {"ALTER TYPE mood ADD VALUE 'new'"},
      {"ALTER TYPE mood RENAME VALUE 'gay' TO 'glad'"},
      {"ALTER TYPE mood RENAME VALUE 'glad' TO 'gay'"},
      {"ALTER TYPE mood RENAME VALUE 'sad' TO '?'", "ALTER TYPE mood RENAME VALUE 'ok' TO 'sad'",
       "ALTER TYPE mood RENAME VALUE '?' TO 'ok'"},
      {"ALTER TYPE pair RENAME ATTRIBUTE x TO z"},
      {"ALTER TYPE pair RENAME ATTRIBUTE z TO x"},
      {"ALTER TYPE pair ADD ATTRIBUTE w int"},
      {"ALTER TYPE pair DROP ATTRIBUTE w"},
      {"CREATE INDEX plain_n ON plain (n)"},
      {"CREATE INDEX CONCURRENTLY plain_n ON plain (n)"},
      {"DROP INDEX plain_n"},
      {"DROP INDEX CONCURRENTLY plain_n"},
      {"CREATE TABLE child_old AS SELECT * FROM child WHERE id <= 700", "DELETE FROM child WHERE id <= 700"},
      {"INSERT INTO child SELECT * FROM child_old", "DROP TABLE child_old"},
      {"ALTER TABLE bag RENAME TO bag_old", "CREATE TABLE bag (v text, n int)"},
      {"DROP TABLE bag_old"},
      {"ALTER TABLE child DROP CONSTRAINT child_plain_fkey"},
      {"ALTER TABLE child ADD CONSTRAINT child_plain_fkey FOREIGN KEY (plain) REFERENCES plain"},
      {"ALTER TABLE heir NO INHERIT base"},
      {"ALTER TABLE heir INHERIT base"},
  };
  return changes;
}

// What only a target minds.
const std::vector<std::vector<std::string>>& changes_of_targets() {
  static const std::vector<std::vector<std::string>> changes = {
      {"CREATE UNIQUE INDEX only_n ON plain (n)"},
      {"CREATE UNIQUE INDEX CONCURRENTLY only_n ON plain (n)"},
      {"DROP INDEX only_n"},
      {"DROP INDEX CONCURRENTLY only_n"},
      {"CREATE TRIGGER change BEFORE INSERT ON child FOR EACH ROW EXECUTE FUNCTION changed()"},
      {"DROP TRIGGER change ON child"},
      {"CREATE TRIGGER change BEFORE INSERT OR UPDATE ON parted FOR EACH ROW EXECUTE FUNCTION changed()"},
      {"DROP TRIGGER change ON parted"},
      {"CREATE OR REPLACE FUNCTION changed() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN NEW.v := NEW.v || ''?''; "
       "RETURN "
       "NEW; END'"},
      {"CREATE OR REPLACE FUNCTION changed() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'"},
      {"ALTER DOMAIN code ADD CONSTRAINT small CHECK (VALUE < 1000) NOT VALID"},
      {"ALTER DOMAIN code DROP CONSTRAINT small"},
      {"ALTER TABLE plain ADD CONSTRAINT n_small CHECK (n < 600) NOT VALID"},
      {"ALTER TABLE plain DROP CONSTRAINT n_small"},
      {"DELETE FROM child", "DELETE FROM plain WHERE id > 1000"},
  };
  return changes;
}

}  // namespace

std::string schema_of_ddl_rounds(Side side) {
  return std::string(kSchema) + (side == Side::kSource ? kRows : kFewRows);
}

std::vector<std::string> content(support::Database& database) {
  std::vector<std::string> lines;
  for (const auto& row : database.rows("SELECT harness.content()")) lines.push_back(row[0].value_or(""));
  std::ranges::sort(lines);
  return lines;
}

std::vector<std::string> RandomDdl::next() {
  const auto& both = changes_of_both();
  const auto& targets = changes_of_targets();
  const std::size_t n = below(both.size() + (side_ == Side::kTarget ? targets.size() : 0));
  return n < both.size() ? both[n] : targets[n - both.size()];
}

}  // namespace live
