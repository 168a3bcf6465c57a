-- Boursa, a Flask application, as SQLAlchemy makes its tables on PostgreSQL; what it has on SQLite is in ../sqlite.
-- What it holds and how to apply it: ../../README.md. Can be applied again: what is there stays as it is.

CREATE TABLE IF NOT EXISTS users (
  id serial PRIMARY KEY,
  username varchar(128) NOT NULL UNIQUE,
  email varchar(255) UNIQUE,
  password_hash varchar(255) NOT NULL,
  role varchar(32) NOT NULL DEFAULT 'user',
  is_active boolean NOT NULL DEFAULT true,
  created_at timestamp NOT NULL DEFAULT CURRENT_TIMESTAMP,
  last_login timestamp
);

CREATE TABLE IF NOT EXISTS data_files (
  id serial PRIMARY KEY,
  user_id integer NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  filename varchar(255) NOT NULL,
  file_path varchar(500) NOT NULL,
  file_size bigint NOT NULL DEFAULT 0,
  columns json,
  is_processed boolean NOT NULL DEFAULT false,
  uploaded_at timestamp NOT NULL DEFAULT CURRENT_TIMESTAMP
);

CREATE TABLE IF NOT EXISTS test_history (
  id serial PRIMARY KEY,
  user_id integer NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  data_file_id integer REFERENCES data_files (id) ON DELETE SET NULL,
  test_type varchar(64) NOT NULL,
  parameters json,
  result json,
  p_value double precision,
  success boolean NOT NULL DEFAULT true,
  created_at timestamp NOT NULL DEFAULT CURRENT_TIMESTAMP
);

-- Written by sqlite3 directly, before there was a model: the name of the user, not the key.
CREATE TABLE IF NOT EXISTS user_locations (
  id serial PRIMARY KEY,
  username varchar(128) NOT NULL,
  latitude double precision NOT NULL,
  longitude double precision NOT NULL,
  active_users integer DEFAULT 1,
  timestamp timestamp NOT NULL DEFAULT CURRENT_TIMESTAMP
);

CREATE INDEX IF NOT EXISTS ix_data_files_user_id ON data_files (user_id);
CREATE INDEX IF NOT EXISTS ix_test_history_user_id ON test_history (user_id);
CREATE INDEX IF NOT EXISTS ix_test_history_data_file_id ON test_history (data_file_id);
CREATE INDEX IF NOT EXISTS ix_user_locations_username ON user_locations (username);
