-- A SQLite database for the bench, the same bytes at every run:
--   sqlite3 -cmd ".parameter set :rows N" FILE < sqlite_tables.sql      N rows of events, a tenth as many of accounts
-- Values as pgloader reads them without being told: one form of time in each column, booleans as 0 and 1.
BEGIN;

CREATE TABLE accounts (
  id INTEGER PRIMARY KEY,
  name VARCHAR(80) NOT NULL,
  email TEXT,
  active BOOLEAN NOT NULL,
  created_at DATETIME NOT NULL
);

CREATE TABLE events (
  id INTEGER PRIMARY KEY,
  account_id INTEGER NOT NULL REFERENCES accounts (id),
  kind VARCHAR(20) NOT NULL,
  details TEXT,
  amount REAL,
  quantity INTEGER,
  happened_at DATETIME NOT NULL
);

WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < :rows / 10)
INSERT INTO accounts
SELECT i, 'Compte n° ' || i, CASE WHEN i % 4 > 0 THEN 'compte' || i || '@bourse.example' END, i % 9 > 0,
       strftime('%Y-%m-%d %H:%M:%S', 1672531200 + i * 7919 % 94608000, 'unixepoch') FROM n;

WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < :rows)
INSERT INTO events
SELECT i, 1 + i * 7919 % (:rows / 10), CASE i % 3 WHEN 0 THEN 'achat' WHEN 1 THEN 'vente' ELSE 'dépôt' END,
       CASE WHEN i % 5 > 0 THEN 'ordre ' || i || ' "au marché" ' || (i * 104729 % 1000003) END, i * 31 % 100000 / 8.0, i * 17 % 1000,
       strftime('%Y-%m-%d %H:%M:%S', 1672531200 + i * 104729 % 94608000, 'unixepoch') FROM n;

COMMIT;
