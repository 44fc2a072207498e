/** The head of a session. */
export type SessionHeadRow = { id: string; title: string; created_at: string };

/** A session, and where it stands. */
export type SessionRow = SessionHeadRow & {
  /** Its place in the list by the time of its making. A session that is made anew has another one. */
  ordinal: number;
  /** The position of its last change, in its own log. */
  seq: number;
  /** The position of its last change, in the log of the list of sessions. */
  list_seq: number;
  /** The position, in the log of the list, of its last activity: of its making, or of the last message that was added. */
  activity_seq: number;
  /** The position of its title. */
  title_seq: number;
  /** The position at which its life begins: smaller ones belong to a past life. */
  start_seq: number;
  /** Whether it is deleted: its row stays, so that its log tells of it. */
  deleted: 0 | 1;
  /** Messages with ids up to this one are of a past life, and wait to be removed; null if there are none. */
  purge_id: number | null;
};

/** With the name of the history that its positions belong to. */
export type SessionLogRow = SessionRow & { epoch: string };

/** One life of a session: a session that is deleted and made anew is another one under the same id. */
export type SessionLife = Pick<SessionRow, "id" | "ordinal" | "purge_id">;

/** A session at one moment: its head, its position, and how far its messages reach. */
export type SessionExtent = SessionHeadRow &
  SessionLife & {
    seq: number;
    /** No message that there is has a higher id; null if there is none at all. */
    last_id: number | null;
  };

/** The head of a session's log, and how far its messages reach. */
export type SessionLogExtent = SessionLogRow & Pick<SessionExtent, "last_id">;

/** A message, at the position of its last change. */
export type MessageRow = {
  /** Never used again, not even after the message is deleted. */
  id: number;
  session_id: string;
  /** Empty once the message is deleted. */
  content: string;
  sender: string;
  timestamp: string;
  /** The key that its send named. */
  key: string | null;
  seq: number;
};

/** A message, also one that is deleted. */
export type StoredMessage = MessageRow & { deleted: 0 | 1 };

/** The send of a message: the digest of what was sent, and the position at which it was added, if that is known. */
export type SendRow = MessageRow & { sent_seq: number | null; key_digest: string | null };

/** A message is named by its id, or by the key of its send. */
export type NamedMessage = { id: number } | { key: string };

export type NewMessageRow = Pick<MessageRow, "content" | "sender" | "timestamp" | "key"> & {
  /** Identifies what was sent under the key. */
  key_digest: string | null;
};

/** How large a message is: how many bytes its content has. */
export type MessageSize = { id: number; bytes: number };

export type MessagePageQuery = {
  /** The life of a session that the messages are of. When it has ended, there are none. */
  life: SessionLife;
  /** Only ids above this one. */
  after?: number | undefined;
  /** Only ids below this one. */
  before?: number | undefined;
  /** Only messages whose last change is not beyond this position. */
  upToSeq?: number | undefined;
  /** No messages at all unless the session stands at this position. */
  atSeq?: number | undefined;
  limit: number;
  /** `newest` takes the page from the end. Either way the rows come in the order they were taken. */
  from: "oldest" | "newest";
};

export type ChangedMessagesQuery = {
  life: SessionLife & Pick<SessionRow, "start_seq">;
  after: number;
  upTo: number;
  /** Only ids up to this one; by default all. */
  upToId?: number | undefined;
  limit: number;
};

/** A session and the latest of its messages, oldest first, as they stood together at one moment. */
export type Snapshot = { session: SessionRow; messages: MessageRow[]; hasEarlier: boolean };

export type SnapshotExtent = {
  /** How many messages it holds at most; none if this is 0. */
  messages: number;
  /** How much content they have together at most, in bytes. Unless `messages` is 0 the latest is there whatever it has. */
  contentBytes: number;
};

/** A session as a list shows it, at its place in the log of the list. */
export type ListedSessionRow = Omit<SessionRow, "title_seq" | "start_seq"> & {
  last_message: {
    id: number;
    key: string | null;
    sender: string;
    timestamp: string;
    excerpt: string;
  } | null;
};

/** With the extent by which its messages are read. */
export type SidebarRow = ListedSessionRow & { last_id: number | null };

/** How much a list shows: so many sessions, and of each one's last message so many characters. */
export type ListExtent = { limit: number; excerptChars: number };

/** A place in a list of sessions, which begins with the latest. By activity `ordinal` decides between equal ones. */
export type ListCursor =
  | { order: "newest"; beforeOrdinal: number }
  | { order: "activity"; beforeActivity: number; beforeOrdinal: number };
