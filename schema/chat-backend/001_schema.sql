-- Chat backend: users, rooms, messages with read and delivery receipts, connections; three views for statistics.
-- What it holds and how to apply it: ../README.md. Can be applied again: what is there stays as it is.

CREATE TABLE IF NOT EXISTS users (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  username varchar(50) NOT NULL UNIQUE,
  password_hash varchar(255) NOT NULL,
  status varchar(20) NOT NULL DEFAULT 'offline' CHECK (status IN ('online', 'away', 'offline')),
  last_seen timestamptz,
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE IF NOT EXISTS rooms (
  id varchar(100) PRIMARY KEY,
  name varchar(100) NOT NULL,
  description text,
  is_private boolean NOT NULL DEFAULT false,
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE IF NOT EXISTS messages (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  room_id varchar(100) NOT NULL REFERENCES rooms (id) ON DELETE CASCADE,
  user_id uuid NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  content text NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now(),
  edited_at timestamptz
);

CREATE TABLE IF NOT EXISTS message_reads (
  message_id uuid NOT NULL REFERENCES messages (id) ON DELETE CASCADE,
  user_id uuid NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  read_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (message_id, user_id)
);

CREATE TABLE IF NOT EXISTS message_deliveries (
  message_id uuid NOT NULL REFERENCES messages (id) ON DELETE CASCADE,
  user_id uuid NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  delivered_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (message_id, user_id)
);

CREATE TABLE IF NOT EXISTS room_members (
  room_id varchar(100) NOT NULL REFERENCES rooms (id) ON DELETE CASCADE,
  user_id uuid NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  joined_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (room_id, user_id)
);

-- One row a connection: a user has as many as devices.
CREATE TABLE IF NOT EXISTS active_sessions (
  socket_id varchar(100) PRIMARY KEY,
  user_id uuid NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  room_id varchar(100) REFERENCES rooms (id) ON DELETE SET NULL,
  connected_at timestamptz NOT NULL DEFAULT now(),
  last_activity timestamptz NOT NULL DEFAULT now()
);

CREATE INDEX IF NOT EXISTS idx_users_status ON users (status);
CREATE INDEX IF NOT EXISTS idx_messages_room_created ON messages (room_id, created_at DESC);
CREATE INDEX IF NOT EXISTS idx_messages_user ON messages (user_id);
CREATE INDEX IF NOT EXISTS idx_message_reads_user ON message_reads (user_id);
CREATE INDEX IF NOT EXISTS idx_message_deliveries_user ON message_deliveries (user_id);
CREATE INDEX IF NOT EXISTS idx_room_members_user ON room_members (user_id);
CREATE INDEX IF NOT EXISTS idx_active_sessions_user ON active_sessions (user_id);
CREATE INDEX IF NOT EXISTS idx_active_sessions_room ON active_sessions (room_id);
CREATE INDEX IF NOT EXISTS idx_active_sessions_activity ON active_sessions (last_activity);

CREATE OR REPLACE VIEW active_users_view AS
SELECT u.id, u.username, u.status, u.last_seen, count(s.socket_id) AS session_count,
       max(s.last_activity) AS last_activity
FROM users u JOIN active_sessions s ON s.user_id = u.id
GROUP BY u.id, u.username, u.status, u.last_seen;

CREATE OR REPLACE VIEW room_stats_view AS
SELECT r.id, r.name, r.is_private,
       (SELECT count(*) FROM room_members m WHERE m.room_id = r.id) AS member_count,
       (SELECT count(*) FROM messages m WHERE m.room_id = r.id) AS message_count,
       (SELECT max(m.created_at) FROM messages m WHERE m.room_id = r.id) AS last_message_at
FROM rooms r;

CREATE OR REPLACE VIEW messages_with_user_view AS
SELECT m.id, m.room_id, m.user_id, u.username, m.content, m.created_at, m.edited_at,
       (SELECT count(*) FROM message_reads r WHERE r.message_id = m.id) AS read_count
FROM messages m JOIN users u ON u.id = m.user_id;
