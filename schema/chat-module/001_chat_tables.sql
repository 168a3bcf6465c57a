-- Chat module: rooms, their members, messages with attachments, and who read what.
-- What it holds and how to apply it: ../README.md. Can be applied again: what is there stays as it is.

DO $$ BEGIN
  CREATE TYPE room_type AS ENUM ('direct', 'group', 'channel');
EXCEPTION WHEN duplicate_object THEN NULL;
END $$;

DO $$ BEGIN
  CREATE TYPE member_role AS ENUM ('owner', 'admin', 'member');
EXCEPTION WHEN duplicate_object THEN NULL;
END $$;

DO $$ BEGIN
  CREATE TYPE message_type AS ENUM ('text', 'image', 'file', 'system');
EXCEPTION WHEN duplicate_object THEN NULL;
END $$;

-- Belongs to the application that the module lives in, which brings its own with more columns; here, what the module needs of it.
CREATE TABLE IF NOT EXISTS users (
  id bigserial PRIMARY KEY,
  username varchar(150) NOT NULL UNIQUE,
  email varchar(255) UNIQUE,
  created_at timestamp NOT NULL DEFAULT CURRENT_TIMESTAMP
);

CREATE TABLE IF NOT EXISTS chat_rooms (
  id bigserial PRIMARY KEY,
  name varchar(255),
  room_type room_type NOT NULL DEFAULT 'direct',
  description text,
  created_by_id bigint NOT NULL REFERENCES users (id) ON DELETE RESTRICT ON UPDATE CASCADE,
  is_archived boolean NOT NULL DEFAULT false,
  last_message_at timestamp,
  created_at timestamp NOT NULL DEFAULT CURRENT_TIMESTAMP,
  updated_at timestamp NOT NULL DEFAULT CURRENT_TIMESTAMP
);

CREATE TABLE IF NOT EXISTS chat_room_members (
  id bigserial PRIMARY KEY,
  room_id bigint NOT NULL REFERENCES chat_rooms (id) ON DELETE CASCADE ON UPDATE CASCADE,
  user_id bigint NOT NULL REFERENCES users (id) ON DELETE CASCADE ON UPDATE CASCADE,
  role member_role NOT NULL DEFAULT 'member',
  is_muted boolean NOT NULL DEFAULT false,
  joined_at timestamp NOT NULL DEFAULT CURRENT_TIMESTAMP,
  last_read_at timestamp,
  CONSTRAINT uq_chat_room_members_room_user UNIQUE (room_id, user_id)
);

CREATE TABLE IF NOT EXISTS chat_messages (
  id bigserial PRIMARY KEY,
  room_id bigint NOT NULL REFERENCES chat_rooms (id) ON DELETE CASCADE ON UPDATE CASCADE,
  sender_id bigint REFERENCES users (id) ON DELETE SET NULL ON UPDATE CASCADE,
  message_type message_type NOT NULL DEFAULT 'text',
  content text NOT NULL DEFAULT '',
  reply_to_id bigint REFERENCES chat_messages (id) ON DELETE SET NULL ON UPDATE CASCADE,
  metadata json,
  is_edited boolean NOT NULL DEFAULT false,
  is_deleted boolean NOT NULL DEFAULT false,
  created_at timestamp NOT NULL DEFAULT CURRENT_TIMESTAMP,
  updated_at timestamp NOT NULL DEFAULT CURRENT_TIMESTAMP
);

CREATE TABLE IF NOT EXISTS chat_attachments (
  id bigserial PRIMARY KEY,
  message_id bigint NOT NULL REFERENCES chat_messages (id) ON DELETE CASCADE ON UPDATE CASCADE,
  file_name varchar(255) NOT NULL,
  file_path varchar(500) NOT NULL,
  mime_type varchar(100),
  file_size bigint NOT NULL DEFAULT 0 CHECK (file_size >= 0),
  uploaded_at timestamp NOT NULL DEFAULT CURRENT_TIMESTAMP
);

CREATE TABLE IF NOT EXISTS chat_message_reads (
  id bigserial PRIMARY KEY,
  message_id bigint NOT NULL REFERENCES chat_messages (id) ON DELETE CASCADE ON UPDATE CASCADE,
  user_id bigint NOT NULL REFERENCES users (id) ON DELETE CASCADE ON UPDATE CASCADE,
  read_at timestamp NOT NULL DEFAULT CURRENT_TIMESTAMP,
  CONSTRAINT uq_chat_message_reads_message_user UNIQUE (message_id, user_id)
);

CREATE INDEX IF NOT EXISTS idx_chat_rooms_created_by ON chat_rooms (created_by_id);
CREATE INDEX IF NOT EXISTS idx_chat_rooms_last_message ON chat_rooms (last_message_at);
CREATE INDEX IF NOT EXISTS idx_chat_room_members_user ON chat_room_members (user_id);
CREATE INDEX IF NOT EXISTS idx_chat_messages_room_created ON chat_messages (room_id, created_at);
CREATE INDEX IF NOT EXISTS idx_chat_messages_sender ON chat_messages (sender_id);
CREATE INDEX IF NOT EXISTS idx_chat_messages_reply_to ON chat_messages (reply_to_id);
CREATE INDEX IF NOT EXISTS idx_chat_attachments_message ON chat_attachments (message_id);
CREATE INDEX IF NOT EXISTS idx_chat_message_reads_user ON chat_message_reads (user_id);
