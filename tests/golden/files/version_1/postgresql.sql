-- The tables of postgresql.json: every type that the export spells in a way of its own, and some that travel as text.
CREATE TYPE mood AS ENUM ('sad', 'ok', 'très "happy"');
CREATE TYPE pair AS (n int, label text);
CREATE DOMAIN year AS int CHECK (VALUE BETWEEN 1901 AND 2155);

CREATE TABLE numbers (
  id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  a_bool bool, an_int2 int2, an_int4 int4, an_int8 int8, an_oid oid, a_float4 float4, a_float8 float8, a_numeric numeric, a_price numeric(10, 2),
  a_year year, a_bit bit(5), a_varbit varbit, doubled numeric GENERATED ALWAYS AS (a_price * 2) STORED
);
CREATE TABLE texts (
  name text PRIMARY KEY,
  a_varchar varchar(10), a_char char(5), a_name name, an_internal "char", a_mood mood, a_uuid uuid, a_bytea bytea, a_json json, a_jsonb jsonb,
  a_pair pair, a_range int4range, a_point point, a_tsvector tsvector
);
CREATE TABLE times (
  id bigserial PRIMARY KEY,
  a_date date, a_time time, a_timetz timetz, a_timestamp timestamp, a_second timestamp(0), a_timestamptz timestamptz, an_interval interval,
  an_inet inet, a_cidr cidr, a_macaddr macaddr
);
CREATE SCHEMA "Other.Schema";
CREATE TABLE "Other.Schema"."the ""lists""" (
  id int PRIMARY KEY, text_name text REFERENCES texts,
  some_ints int[], some_texts text[], some_numerics numeric[], some_jsonb jsonb[], some_moods mood[], some_bytes bytea[], some_times timestamptz[],
  some_pairs pair[]
);
CREATE TABLE no_key (a int, b text);
CREATE TABLE no_rows (id int PRIMARY KEY);
CREATE TABLE no_columns ();
