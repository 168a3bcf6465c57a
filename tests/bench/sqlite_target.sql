-- The tables of sqlite_tables.sql as pgloader makes them.
CREATE TABLE accounts (
  id bigint PRIMARY KEY,
  name text NOT NULL,
  email text,
  active boolean NOT NULL,
  created_at timestamptz NOT NULL
);

CREATE TABLE events (
  id bigint PRIMARY KEY,
  account_id bigint NOT NULL REFERENCES accounts (id),
  kind text NOT NULL,
  details text,
  amount double precision,
  quantity bigint,
  happened_at timestamptz NOT NULL
);
