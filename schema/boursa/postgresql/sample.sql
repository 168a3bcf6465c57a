-- Sample data of any size for 001_initial_schema.sql, the same bytes at every run:
--   psql -v scale=N -f sample.sql     about N users (2 to 1,000,000; 1000 if not given) and about 10 rows in all for each
-- Into empty tables, in one transaction. Every value comes from md5 of table name and row number: no random(), no now().
\set ON_ERROR_STOP on
\encoding UTF8
\if :{?scale}
\else
  \set scale 1000
\endif

SELECT s AS users, 2 * s AS files, 4 * s AS tests, 3 * s AS locations
FROM (SELECT greatest(2, :scale::bigint) AS s) a \gset

BEGIN;
SET LOCAL standard_conforming_strings = on;
SET LOCAL datestyle = 'ISO, YMD';
SET LOCAL timezone = 'UTC';
SET LOCAL jit = off;

-- A number below modulus out of the hex digits from place (1 to 25) on.
CREATE OR REPLACE FUNCTION pg_temp.draw(digits text, place int, modulus int) RETURNS int LANGUAGE sql AS
$$ SELECT ('x' || substr(digits, place, 7))::bit(28)::int % modulus $$;

CREATE OR REPLACE FUNCTION pg_temp.pick(k int, VARIADIC words text[]) RETURNS text LANGUAGE sql AS
$$ SELECT words[1 + k % cardinality(words)] $$;

-- Three years from 2023 on, to the microsecond.
CREATE OR REPLACE FUNCTION pg_temp.moment(digits text, place int) RETURNS timestamp LANGUAGE sql AS
$$ SELECT timestamp '2023-01-01' + pg_temp.draw(digits, place, 94608000) * interval '1 second'
        + pg_temp.draw(digits, place + 1, 1000000) * interval '1 microsecond' $$;

CREATE OR REPLACE FUNCTION pg_temp.phrase(k int) RETURNS text LANGUAGE sql AS
$$ SELECT pg_temp.pick(k, 'clair', 'données propres', '', 'série n° 1', E'deux\nlignes', '"guillemets"', '市场', 'ok') $$;

INSERT INTO users (id, username, email, password_hash, role, is_active, created_at, last_login)
SELECT i, 'trader_' || i, CASE WHEN pg_temp.draw(d, 1, 4) > 0 THEN 'trader' || i || '@bourse.example' END, 'scrypt:32768:8:1$' || substr(d, 1, 16) || '$' || encode(sha256(convert_to(d, 'UTF8')), 'hex'), CASE i WHEN 1 THEN 'admin' ELSE 'user' END,
       pg_temp.draw(d, 2, 9) > 0, t, CASE WHEN pg_temp.draw(d, 3, 3) > 0 THEN t + interval '40 days' END
FROM generate_series(1, :users) i, LATERAL (SELECT md5('users/' || i) AS d OFFSET 0) x, LATERAL (SELECT pg_temp.moment(d, 4) AS t OFFSET 0) y;

INSERT INTO data_files (id, user_id, filename, file_path, file_size, columns, is_processed, uploaded_at)
SELECT i, 1 + pg_temp.draw(d, 1, :users), 'cours ' || pg_temp.phrase(pg_temp.draw(d, 2, 8)) || ' ' || i || '.csv', 'uploads/' || d || '.csv', pg_temp.draw(d, 3, 99999999),
       CASE pg_temp.draw(d, 4, 3) WHEN 0 THEN NULL ELSE '["date", "clôture",  "volume"]' END::json, pg_temp.draw(d, 5, 3) > 0, pg_temp.moment(d, 6)
FROM generate_series(1, :files) i, LATERAL (SELECT md5('data_files/' || i) AS d OFFSET 0) x;

INSERT INTO test_history (id, user_id, data_file_id, test_type, parameters, result, p_value, success, created_at)
SELECT i, 1 + pg_temp.draw(d, 1, :users), CASE WHEN pg_temp.draw(d, 2, 5) > 0 THEN 1 + pg_temp.draw(d, 3, :files) END, pg_temp.pick(pg_temp.draw(d, 4, 90), 'adf', 'kpss', 'jarque_bera', 'ljung_box'),
       CASE WHEN pg_temp.draw(d, 5, 3) > 0 THEN '{"lags": 12, "alpha": 0.05}' END::json, CASE WHEN pg_temp.draw(d, 6, 6) > 0 THEN '{"statistic": -3.410000, "note": "' || pg_temp.pick(pg_temp.draw(d, 7, 9), 'stationnaire', 'racine unité') || '"}' END::json,
       CASE pg_temp.draw(d, 8, 6) WHEN 0 THEN NULL WHEN 1 THEN 'NaN' WHEN 2 THEN 1e-300 ELSE pg_temp.draw(d, 9, 100000000) / 1e8::float8 END, pg_temp.draw(d, 10, 8) > 0, pg_temp.moment(d, 11)
FROM generate_series(1, :tests) i, LATERAL (SELECT md5('test_history/' || i) AS d OFFSET 0) x;

INSERT INTO user_locations (id, username, latitude, longitude, active_users, timestamp)
SELECT i, 'trader_' || 1 + pg_temp.draw(d, 1, :users), (pg_temp.draw(d, 2, 180000001) - 90000000) / 1e6::float8, (pg_temp.draw(d, 3, 260000000) - 130000000) / 1e6::float8, CASE WHEN pg_temp.draw(d, 4, 9) > 0 THEN 1 + pg_temp.draw(d, 5, 30) END, pg_temp.moment(d, 6)
FROM generate_series(1, :locations) i, LATERAL (SELECT md5('user_locations/' || i) AS d OFFSET 0) x;

SELECT setval(pg_get_serial_sequence('users', 'id'), :users) AS u, setval(pg_get_serial_sequence('data_files', 'id'), :files) AS f, setval(pg_get_serial_sequence('test_history', 'id'), :tests) AS t,
       setval(pg_get_serial_sequence('user_locations', 'id'), :locations) AS l \gset
COMMIT;
ANALYZE users, data_files, test_history, user_locations;
