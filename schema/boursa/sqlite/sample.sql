-- Sample data of any size for 001_initial_schema.sql, the same bytes at every run, as a Flask application really stores it:
--   sqlite3 -cmd ".parameter set :scale N" user_locations.db < sample.sql     about N users (1000 if not given), 10 rows in all for each
-- Booleans are 0 and 1. Times are text as SQLAlchemy, CURRENT_TIMESTAMP or isoformat() wrote it, in user_locations also
-- seconds since 1970. An empty text stands where NULL is meant. `.parameter set :orphans N` adds N files of users that are
-- gone: SQLite holds foreign keys only where an application asks for it. Into empty tables, in one transaction.

BEGIN;

WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < coalesce(:scale, 1000)), x AS (SELECT i, i * 2654435761 % 4294967296 AS h FROM n)
INSERT INTO users (id, username, email, password_hash, role, is_active, created_at, last_login)
SELECT i, 'trader_' || i, CASE WHEN i = 2 THEN '' WHEN h % 4 > 0 THEN 'trader' || i || '@bourse.example' END, printf('scrypt:32768:8:1$%016x$%064x', h, h * i), CASE i WHEN 1 THEN 'admin' ELSE 'user' END, h % 9 > 0,
       strftime('%Y-%m-%d %H:%M:%S', 1672531200 + h % 94608000, 'unixepoch') || printf('.%06d', h % 1000000),
       CASE h % 3 WHEN 0 THEN '' WHEN 1 THEN strftime('%Y-%m-%dT%H:%M:%S', 1672531200 + h % 94608000, 'unixepoch') END
FROM x;

WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 2 * coalesce(:scale, 1000)), x AS (SELECT i, (i + 7) * 2246822519 % 4294967296 AS h FROM n)
INSERT INTO data_files (id, user_id, filename, file_path, file_size, columns, is_processed, uploaded_at)
SELECT i, 1 + h % coalesce(:scale, 1000), 'cours n° ' || i || CASE h % 3 WHEN 0 THEN ' 市场' WHEN 1 THEN ' d''été' ELSE '' END || '.csv', printf('uploads/%08x.csv', h), h % 99999999,
       CASE h % 4 WHEN 0 THEN NULL WHEN 1 THEN '' ELSE '["date", "clôture", "volume"]' END, h % 3 > 0, strftime('%Y-%m-%d %H:%M:%S', 1672531200 + h % 94608000, 'unixepoch')
FROM x;

WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 4 * coalesce(:scale, 1000)), x AS (SELECT i, (i + 13) * 3266489917 % 4294967296 AS h FROM n)
INSERT INTO test_history (id, user_id, data_file_id, test_type, parameters, result, p_value, success, created_at)
SELECT i, 1 + h % coalesce(:scale, 1000), CASE WHEN h % 5 > 0 THEN 1 + h % (2 * coalesce(:scale, 1000)) END, CASE h % 3 WHEN 0 THEN 'adf' WHEN 1 THEN 'kpss' ELSE 'ljung_box' END,
       CASE WHEN h % 7 > 1 THEN '{"lags": 12, "alpha": 0.05}' END, CASE WHEN h % 6 > 0 THEN '{"statistic": -3.41, "note": "racine unité"}' ELSE '' END,
       CASE WHEN h % 11 > 0 THEN h % 100000000 / 1e8 END, h % 8 > 0, strftime('%Y-%m-%d %H:%M:%S', 1672531200 + h % 94608000, 'unixepoch') || '.000000'
FROM x;

WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 3 * coalesce(:scale, 1000)), x AS (SELECT i, (i + 29) * 668265263 % 4294967296 AS h FROM n)
INSERT INTO user_locations (id, username, latitude, longitude, active_users, timestamp)
SELECT i, 'trader_' || (1 + h % coalesce(:scale, 1000)), (h % 180000001 - 90000000) / 1e6, (h % 260000000 - 130000000) / 1e6, CASE WHEN h % 9 > 0 THEN 1 + h % 30 END,
       CASE h % 4 WHEN 0 THEN 1672531200 + h % 94608000 WHEN 1 THEN 1672531200 + h % 94608000 + 0.25 ELSE strftime('%Y-%m-%d %H:%M:%S', 1672531200 + h % 94608000, 'unixepoch') END
FROM x;

WITH RECURSIVE n(i) AS (SELECT 1 WHERE coalesce(:orphans, 0) > 0 UNION ALL SELECT i + 1 FROM n WHERE i < coalesce(:orphans, 0))
INSERT INTO data_files (user_id, filename, file_path, file_size, columns, is_processed, uploaded_at)
SELECT 1000000 + i, 'orphelin ' || i || '.csv', 'uploads/orphelin', 0, NULL, 0, '2023-01-01 00:00:00' FROM n;

COMMIT;
