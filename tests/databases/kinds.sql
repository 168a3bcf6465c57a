-- A little of everything that PostgreSQL 14 and every later version can hold, for exports that go from one version to another.
CREATE SCHEMA "Other Schema";
CREATE TYPE mood AS ENUM ('sad', 'ok', 'très "happy"');
CREATE TYPE point3 AS (x int, y numeric, label text);
CREATE DOMAIN year AS int CHECK (VALUE BETWEEN 1901 AND 2155);
CREATE DOMAIN years AS int[];

CREATE TABLE types (
  id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  a_bool bool, a_int2 int2, a_int8 int8, a_float4 float4, a_float8 float8, a_numeric numeric, a_price numeric(12, 2), a_money money,
  a_text text, a_varchar varchar(10), a_char char(5), a_name name, an_internal "char", a_uuid uuid, a_bytea bytea,
  a_date date, a_time time, a_timetz timetz, a_timestamp timestamp(3), a_timestamptz timestamptz, an_interval interval,
  a_json json, a_jsonb jsonb, a_mood mood, a_year year, a_point3 point3, an_inet inet, a_cidr cidr, a_macaddr macaddr, a_bit bit(3), a_varbit varbit,
  a_range int4range, a_multirange nummultirange, a_point point, a_box box, a_path path, a_tsvector tsvector, a_tsquery tsquery, an_lsn pg_lsn,
  some_ints int[], some_texts text[], some_moods mood[], some_years years, some_points point3[], some_dates date[],
  doubled numeric GENERATED ALWAYS AS (a_price * 2) STORED
);
INSERT INTO types (a_bool) VALUES (NULL);
INSERT INTO types VALUES (
  DEFAULT, true, -32768, 9007199254740993, '1.1754944e-38', 'NaN', '-0.000000000000000000010', 12.50, '1234.56',
  E'tab\t"quote" \\ back\r\nline \u2028 \U0001F600', 'é', 'ab', 'name', 'x', 'A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11', '\x00ff5c',
  '0044-03-15 BC', '24:00', '23:59:59.999999+05:30', 'infinity', '294276-12-31 23:59:59.999999+00', '1 mon -2 days 03:04:05.000006',
  ' {"a" : 1, "a": [ ] } ', '{"b": null, "n": 1e300}', 'très "happy"', 2024, ROW (1, 2.50, 'a"b,c'), '::1/64', '10.0.0.0/8', '08:00:2b:01:02:03',
  '101', '1', '[1,5)', '{[1.5,2),(3,)}', '(0.1,-0)', '((0,0),(1,1))', '[(0,0),(1,2)]', 'the ''fat'':1A cats:2', 'fat & (rat | !cat)', '16/B374D848',
  '{{1,NULL},{3,4}}', '[-1:1]={"a","NULL",NULL}', '{sad,"très \"happy\""}', '{1,2}', ARRAY[ROW (NULL, 1, '')::point3], '{infinity,-infinity}');
INSERT INTO types (a_float4, a_float8, a_numeric, a_jsonb, a_json, a_text, some_texts, a_timestamptz, a_range)
VALUES ('-Infinity', '-0', 'Infinity', 'null', 'null', '', '{}', '4714-11-24 00:00:00+00 BC', 'empty'),
       (0.1::float4, 5e-324, 1e131, '"x"', '1', 'plain', '{"","x y"}', '-infinity', '(,)');

CREATE TABLE "Other Schema"."Parent.Table" (code text COLLATE "C" PRIMARY KEY, "top parent" text REFERENCES "Other Schema"."Parent.Table");
INSERT INTO "Other Schema"."Parent.Table" VALUES ('a', 'c'), ('b', NULL), ('c', 'a');
CREATE TABLE a_child (code text REFERENCES "Other Schema"."Parent.Table", n bigserial, note text, PRIMARY KEY (code, n)) PARTITION BY HASH (code);
CREATE TABLE a_child_0 PARTITION OF a_child FOR VALUES WITH (MODULUS 2, REMAINDER 0);
CREATE TABLE a_child_1 PARTITION OF a_child FOR VALUES WITH (MODULUS 2, REMAINDER 1);
INSERT INTO a_child (code, note) SELECT chr(97 + i % 3), repeat('ž', i) FROM generate_series(1, 50) i;

CREATE TABLE hen (id int PRIMARY KEY, egg int);
CREATE TABLE egg (id int PRIMARY KEY, hen int REFERENCES hen);
ALTER TABLE hen ADD FOREIGN KEY (egg) REFERENCES egg;
INSERT INTO hen VALUES (1, NULL);
INSERT INTO egg VALUES (1, 1), (2, 1);
UPDATE hen SET egg = 2;

CREATE TABLE no_key (a int, b text);
INSERT INTO no_key VALUES (1, 'x'), (1, 'x'), (NULL, NULL), (NULL, NULL), (2, 'y');
