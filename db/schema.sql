-- What the migrations make of an empty file; kysely's own tables are left out, since they change with kysely.
-- Written by: UPDATE_SCHEMA=1 npm test -- test/db/schema

CREATE TABLE bookmark (

  name text not null primary key,

  position text not null

) without rowid;

CREATE TABLE chatsession (
  id text not null primary key,
  title text not null,
  created_at text not null,
  ordinal integer not null,
  seq integer default 0 not null,
  title_seq integer default 0 not null,
  start_seq integer default 0 not null,
  deleted integer default 0 not null check (deleted in (0, 1)),
  list_seq integer default 0 not null,
  purge_id integer,
  activity_seq integer default 0 not null
);

CREATE INDEX chatsession_activity on chatsession (activity_seq, ordinal) where deleted = 0;

CREATE UNIQUE INDEX chatsession_list on chatsession (list_seq);

CREATE UNIQUE INDEX chatsession_ordinal on chatsession (ordinal);

CREATE INDEX chatsession_page on chatsession (ordinal) where deleted = 0;

CREATE INDEX chatsession_purge on chatsession (id) where purge_id is not null;

CREATE TABLE history (
  id integer primary key check (id = 1),
  epoch text not null,
  run text default '' not null,
  closed integer default 1 not null check (closed in (0, 1)),
  copied integer default 0 not null check (copied in (0, 1)),
  pieces integer not null default 0
);

CREATE TABLE message (
  id integer primary key autoincrement,
  session_id text not null references chatsession (id),
  content text not null,
  sender text not null,
  timestamp text not null,
  seq integer not null,
  deleted integer default 0 not null check (deleted in (0, 1)),
  key text,
  key_digest text,
  sent_seq integer,
  status text,
  extra text,
  end_digest text,
  complete_id integer
);

CREATE INDEX message_completed on message (session_id, complete_id) where complete_id is not null;

CREATE UNIQUE INDEX message_key on message (session_id, key) where key is not null;

CREATE UNIQUE INDEX message_log on message (session_id, seq);

CREATE INDEX message_page on message (session_id) where deleted = 0;

CREATE TABLE reply (

  message_id integer primary key,

  session_id text not null,

  writer text not null,

  seq integer not null,

  chars integer not null,

  chunk_count integer not null default 0,

  text_bytes integer not null default 0,

  chunk_bytes integer not null default 0,

  pieces integer not null default 0,

  renewals integer not null default 0

);

CREATE INDEX reply_session on reply (session_id);

CREATE TABLE reply_block (

  message_id integer not null,

  seq integer not null,

  text text not null,

  chunks text,

  primary key (message_id, seq)

) without rowid;

CREATE TABLE reply_piece (

  message_id integer not null,

  seq integer not null,

  start integer not null,

  text text not null,

  chunk_start integer not null,

  chunks text,

  primary key (message_id, seq)

) without rowid;
