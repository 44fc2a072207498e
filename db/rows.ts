/** The head of a session. */
export type SessionHeadRow = { id: string; title: string; created_at: string };

/** A session with its numbers in the change logs. */
export type SessionRow = SessionHeadRow & {
  /** Its place in the list by creation time. A session that is created again gets a new one. */
  ordinal: number;
  /** The `seq` of its last change, in its own change log. */
  seq: number;
  /** The `seq` of its last change, in the list's change log. */
  list_seq: number;
  /** The list's `seq` at which its last message was added, or else the session was created. */
  activity_seq: number;
  /** The `seq` of the last change to its title. */
  title_seq: number;
  /** The `seq` at which its life begins. Smaller numbers belong to an earlier life. */
  start_seq: number;
  /** Whether it is deleted. The row of a deleted session stays, so that the change log has the deletion. */
  deleted: 0 | 1;
  /** Messages with ids up to this one belong to an earlier life and wait for removal; null if there are none. */
  purge_id: number | null;
};

/** A session with the name of the history to which its numbers belong. */
export type SessionLogRow = SessionRow & {
  epoch: string;
  /** Whether replies of it are streaming. */
  has_open_replies: 0 | 1;
};

/** A life of a session. A session that is deleted and created again has another life under the same id. */
export type SessionLife = Pick<SessionRow, "id" | "ordinal" | "purge_id">;

/** A session at one moment: its head, its `seq`, and the range of its messages. */
export type SessionExtent = SessionHeadRow &
  SessionLife & {
    seq: number;
    /** No existing message has a higher id; null if there is no message at all. */
    last_id: number | null;
  };

/** The head of a session's change log, and the range of its messages. */
export type SessionLogExtent = SessionLogRow & Pick<SessionExtent, "last_id">;

/** A message, with the `seq` of its last change. */
export type MessageRow = {
  /** Never reused, not even after the message is deleted. */
  id: number;
  session_id: string;
  /** Empty once the message is deleted. */
  content: string;
  sender: string;
  timestamp: string;
  /** The key of its send. */
  key: string | null;
  seq: number;
  /** Null if it is complete. */
  status: MessageStatus | null;
  /** The optional fields that are set, as a JSON object; null if none is. */
  extra: string | null;
  /** The chunks of a reply that is streaming, as JSON values with commas between them; null if there are none. */
  chunks: string | null;
  /** Of a reply that has ended: messages become complete in the order of `complete_id`, or of `id` where this is null. */
  complete_id: number | null;
};

/** How far a message is, unless it is complete. */
export type MessageStatus = "requested" | "streaming" | "stopped" | "failed" | "interrupted";

/** A status of a reply that has ended; null if it is complete. */
export type EndStatus = Exclude<MessageStatus, "requested" | "streaming"> | null;

/** A message, deleted or not. */
export type StoredMessage = MessageRow & { deleted: 0 | 1 };

/** A message as the change log has it for a subscriber at an earlier `seq`. */
export type ChangedMessage = StoredMessage & {
  /**
   * The length of the text and the number of chunks before what was appended, if the subscriber needs no more than that:
   * then `content` and `chunks` have only what was appended. Null if they are those of the whole message.
   */
  since: { offset: number; chunk_offset: number } | null;
};

/** The send of a message: the digest of its content, and the `seq` at which the message was added, if known. */
export type SendRow = MessageRow & { sent_seq: number | null; key_digest: string | null };

/** The name of a message: its id, or the key of its send. */
export type NamedMessage = { id: number } | { key: string };

export type NewMessageRow = Pick<MessageRow, "content" | "sender" | "timestamp" | "key"> & {
  /** The digest of the content that was sent with the key. */
  key_digest: string | null;
  extra?: string | null;
  /** The status of a new reply; a message without a status is complete. */
  status?: "requested" | "streaming" | null;
  /** The writer of a streaming reply; empty by default. */
  writer?: string;
};

/** The size of a message, in bytes: of its content, its optional fields and its chunks. */
export type MessageSize = { id: number; bytes: number };

export type MessagePageQuery = {
  /** The life of the session to which the messages belong. If that life has ended, there are none. */
  life: SessionLife;
  /** Only ids above this one. */
  after?: number | undefined;
  /** Only ids below this one. */
  before?: number | undefined;
  /** Only messages whose last change has at most this `seq`, the pieces of open replies apart. */
  upToSeq?: number | undefined;
  /** No messages at all unless this is the session's `seq`. */
  atSeq?: number | undefined;
  limit: number;
  /** `newest` takes the page from the end. Either way the rows are in the order in which they were taken. */
  from: "oldest" | "newest";
};

/** A page of the messages of a session in the order in which they became complete. */
export type CompletedPageQuery = {
  life: SessionLife;
  /** Only places above this one. */
  after: number;
  /** Only places below this one. */
  before: number;
  limit: number;
};

/** All messages up to the place `upTo`; `isLast` if there are none after it that the query asks for. */
export type CompletedPage = { rows: MessageRow[]; isLast: boolean; upTo: number };

export type ChangedMessagesQuery = {
  life: SessionLife & Pick<SessionRow, "start_seq" | "title_seq"> & Pick<SessionLogRow, "has_open_replies">;
  after: number;
  upTo: number;
  /** Only messages that are complete and have this place at most in the order of completion; by default all messages. */
  upToCompletion?: number | undefined;
  limit: number;
};

/** A session and its latest messages, oldest first, at one moment. */
export type Snapshot = { session: SessionRow; messages: MessageRow[]; hasEarlier: boolean };

export type SnapshotExtent = {
  /** The most messages that it holds; 0 for none. */
  messages: number;
  /**
   * The most content of all its messages together, in bytes. Unless `messages` is 0, the latest message is included at
   * any size.
   */
  contentBytes: number;
};

/** A session as a list shows it, with its `seq` in the list's change log. */
export type ListedSessionRow = Omit<SessionRow, "title_seq" | "start_seq"> & {
  last_message: {
    id: number;
    key: string | null;
    sender: string;
    timestamp: string;
    status: MessageStatus | null;
    excerpt: string;
  } | null;
};

/** A listed session with the extent by which its messages are read. */
export type SidebarRow = ListedSessionRow & { last_id: number | null };

/** The size of a list: the number of sessions, and the number of characters of each last message. */
export type ListExtent = { limit: number; excerptChars: number };

/** A place in a list of sessions, latest first. In the order of activity `ordinal` decides between equal ones. */
export type ListCursor =
  | { order: "newest"; beforeOrdinal: number }
  | { order: "activity"; beforeActivity: number; beforeOrdinal: number };
