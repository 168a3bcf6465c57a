-- The tables of sqlite.json: every storage class in columns of every affinity, a strict table, and rows without a key.
CREATE TABLE values_of_any_kind(id INTEGER PRIMARY KEY, i INTEGER, t TEXT, b BLOB, n, r REAL, d DECIMAL(10,2), bytes BYTEA);
CREATE TABLE strict_values(id INTEGER PRIMARY KEY, i INT, t TEXT, b BLOB, r REAL, a ANY) STRICT;
CREATE TABLE "the ""child.table"""(id TEXT PRIMARY KEY, parent INTEGER REFERENCES values_of_any_kind(id)) WITHOUT ROWID;
CREATE TABLE no_key(a, b);
CREATE TABLE no_rows(id INTEGER PRIMARY KEY AUTOINCREMENT);
