-- Messenger: users, contacts, direct and group chats, messages with attachments, reactions and delivery.
-- What it holds and how to apply it: ../README.md. Can be applied again: what is there stays as it is.

DO $$ BEGIN
  CREATE TYPE chat_type AS ENUM ('direct', 'group');
EXCEPTION WHEN duplicate_object THEN NULL;
END $$;

DO $$ BEGIN
  CREATE TYPE contact_status AS ENUM ('pending', 'accepted', 'blocked');
EXCEPTION WHEN duplicate_object THEN NULL;
END $$;

DO $$ BEGIN
  CREATE TYPE participant_role AS ENUM ('owner', 'admin', 'member');
EXCEPTION WHEN duplicate_object THEN NULL;
END $$;

DO $$ BEGIN
  CREATE TYPE delivery_status AS ENUM ('sent', 'delivered', 'read');
EXCEPTION WHEN duplicate_object THEN NULL;
END $$;

CREATE TABLE IF NOT EXISTS users (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  username varchar(50) NOT NULL UNIQUE,
  email varchar(255) NOT NULL UNIQUE,
  password_hash varchar(255) NOT NULL,
  display_name varchar(100) NOT NULL,
  avatar_url text,
  status_message varchar(140),
  is_online boolean NOT NULL DEFAULT false,
  last_seen_at timestamptz,
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now(),
  CONSTRAINT users_username_format CHECK (username ~ '^[a-z0-9_.]{3,50}$')
);

-- Bidirectional: a friendship is two rows.
CREATE TABLE IF NOT EXISTS contacts (
  user_id uuid NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  contact_id uuid NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  nickname varchar(100),
  status contact_status NOT NULL DEFAULT 'pending',
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (user_id, contact_id),
  CONSTRAINT contacts_not_oneself CHECK (user_id <> contact_id)
);

CREATE TABLE IF NOT EXISTS chats (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  type chat_type NOT NULL DEFAULT 'direct',
  name varchar(100),
  avatar_url text,
  created_by uuid REFERENCES users (id) ON DELETE SET NULL,
  last_message_at timestamptz,
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now(),
  CONSTRAINT chats_group_has_name CHECK (type <> 'group' OR name IS NOT NULL)
);

CREATE TABLE IF NOT EXISTS chat_participants (
  chat_id uuid NOT NULL REFERENCES chats (id) ON DELETE CASCADE,
  user_id uuid NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  role participant_role NOT NULL DEFAULT 'member',
  is_muted boolean NOT NULL DEFAULT false,
  joined_at timestamptz NOT NULL DEFAULT now(),
  left_at timestamptz,
  PRIMARY KEY (chat_id, user_id),
  CONSTRAINT chat_participants_leave_after_join CHECK (left_at IS NULL OR left_at >= joined_at)
);

CREATE TABLE IF NOT EXISTS messages (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  chat_id uuid NOT NULL REFERENCES chats (id) ON DELETE CASCADE,
  sender_id uuid REFERENCES users (id) ON DELETE SET NULL,
  reply_to_id uuid REFERENCES messages (id) ON DELETE SET NULL,
  content text NOT NULL,
  metadata jsonb NOT NULL DEFAULT '{}',
  edited_at timestamptz,
  deleted_at timestamptz,
  created_at timestamptz NOT NULL DEFAULT now(),
  search_vector tsvector GENERATED ALWAYS AS (to_tsvector('simple', content)) STORED,
  CONSTRAINT messages_content_length CHECK (char_length(content) <= 10000)
);

CREATE TABLE IF NOT EXISTS attachments (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  message_id uuid NOT NULL REFERENCES messages (id) ON DELETE CASCADE,
  file_name varchar(255) NOT NULL,
  mime_type varchar(100) NOT NULL,
  file_size_bytes bigint NOT NULL CHECK (file_size_bytes >= 0),
  storage_path text NOT NULL,
  width integer,
  height integer,
  thumbnail bytea,
  created_at timestamptz NOT NULL DEFAULT now(),
  CONSTRAINT attachments_are_images CHECK (mime_type LIKE 'image/%')
);

CREATE TABLE IF NOT EXISTS message_reactions (
  message_id uuid NOT NULL REFERENCES messages (id) ON DELETE CASCADE,
  user_id uuid NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  emoji varchar(32) NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (message_id, user_id, emoji)
);

CREATE TABLE IF NOT EXISTS message_delivery (
  message_id uuid NOT NULL REFERENCES messages (id) ON DELETE CASCADE,
  recipient_id uuid NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  status delivery_status NOT NULL DEFAULT 'sent',
  delivered_at timestamptz,
  read_at timestamptz,
  PRIMARY KEY (message_id, recipient_id),
  CONSTRAINT message_delivery_read_after_delivered CHECK (read_at IS NULL OR delivered_at <= read_at)
);

CREATE TABLE IF NOT EXISTS unread_messages (
  user_id uuid NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  chat_id uuid NOT NULL REFERENCES chats (id) ON DELETE CASCADE,
  unread_count integer NOT NULL DEFAULT 0 CHECK (unread_count >= 0),
  last_read_message_id uuid REFERENCES messages (id) ON DELETE SET NULL,
  updated_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (user_id, chat_id)
);

CREATE TABLE IF NOT EXISTS user_sessions (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  user_id uuid NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  token_hash char(64) NOT NULL UNIQUE,
  socket_id varchar(64),
  device_info jsonb,
  ip_address inet,
  is_active boolean NOT NULL DEFAULT true,
  connected_at timestamptz NOT NULL DEFAULT now(),
  last_activity_at timestamptz NOT NULL DEFAULT now(),
  expires_at timestamptz NOT NULL
);

CREATE INDEX IF NOT EXISTS contacts_contact_id_idx ON contacts (contact_id);
CREATE INDEX IF NOT EXISTS chats_last_message_at_idx ON chats (last_message_at DESC NULLS LAST);
CREATE INDEX IF NOT EXISTS chat_participants_user_id_idx ON chat_participants (user_id) WHERE left_at IS NULL;
CREATE INDEX IF NOT EXISTS messages_chat_id_created_at_idx ON messages (chat_id, created_at DESC);
CREATE INDEX IF NOT EXISTS messages_sender_id_idx ON messages (sender_id);
CREATE INDEX IF NOT EXISTS messages_reply_to_id_idx ON messages (reply_to_id) WHERE reply_to_id IS NOT NULL;
CREATE INDEX IF NOT EXISTS messages_search_vector_idx ON messages USING gin (search_vector);
CREATE INDEX IF NOT EXISTS attachments_message_id_idx ON attachments (message_id);
CREATE INDEX IF NOT EXISTS message_reactions_user_id_idx ON message_reactions (user_id);
CREATE INDEX IF NOT EXISTS message_delivery_recipient_id_status_idx ON message_delivery (recipient_id, status);
CREATE INDEX IF NOT EXISTS unread_messages_chat_id_idx ON unread_messages (chat_id);
CREATE INDEX IF NOT EXISTS user_sessions_user_id_idx ON user_sessions (user_id) WHERE is_active;
