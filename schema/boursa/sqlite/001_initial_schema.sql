-- Boursa, a Flask application, as SQLAlchemy makes its tables on SQLite, and user_locations as sqlite3 made it by hand.
-- What it holds and how to apply it: ../../README.md. Can be applied again: what is there stays as it is.

CREATE TABLE IF NOT EXISTS users (
  id INTEGER NOT NULL,
  username VARCHAR(128) NOT NULL,
  email VARCHAR(255),
  password_hash VARCHAR(255) NOT NULL,
  role VARCHAR(32) NOT NULL DEFAULT 'user',
  is_active BOOLEAN NOT NULL DEFAULT 1,
  created_at DATETIME NOT NULL DEFAULT CURRENT_TIMESTAMP,
  last_login DATETIME,
  PRIMARY KEY (id),
  UNIQUE (username),
  UNIQUE (email)
);

CREATE TABLE IF NOT EXISTS data_files (
  id INTEGER NOT NULL,
  user_id INTEGER NOT NULL,
  filename VARCHAR(255) NOT NULL,
  file_path VARCHAR(500) NOT NULL,
  file_size BIGINT NOT NULL DEFAULT 0,
  columns JSON,
  is_processed BOOLEAN NOT NULL DEFAULT 0,
  uploaded_at DATETIME NOT NULL DEFAULT CURRENT_TIMESTAMP,
  PRIMARY KEY (id),
  FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE
);

CREATE TABLE IF NOT EXISTS test_history (
  id INTEGER NOT NULL,
  user_id INTEGER NOT NULL,
  data_file_id INTEGER,
  test_type VARCHAR(64) NOT NULL,
  parameters JSON,
  result JSON,
  p_value FLOAT,
  success BOOLEAN NOT NULL DEFAULT 1,
  created_at DATETIME NOT NULL DEFAULT CURRENT_TIMESTAMP,
  PRIMARY KEY (id),
  FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE,
  FOREIGN KEY (data_file_id) REFERENCES data_files (id) ON DELETE SET NULL
);

CREATE TABLE IF NOT EXISTS user_locations (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  username TEXT NOT NULL,
  latitude REAL NOT NULL,
  longitude REAL NOT NULL,
  active_users INTEGER DEFAULT 1,
  timestamp DATETIME DEFAULT CURRENT_TIMESTAMP NOT NULL
);

CREATE INDEX IF NOT EXISTS ix_data_files_user_id ON data_files (user_id);
CREATE INDEX IF NOT EXISTS ix_test_history_user_id ON test_history (user_id);
CREATE INDEX IF NOT EXISTS ix_test_history_data_file_id ON test_history (data_file_id);
CREATE INDEX IF NOT EXISTS ix_user_locations_username ON user_locations (username);
