import type {
  ChangedMessagesQuery,
  ListExtent,
  ListCursor,
  ListedSessionRow,
  MessagePageQuery,
  MessageRow,
  MessageSize,
  NamedMessage,
  NewMessageRow,
  SendRow,
  SessionExtent,
  SessionHeadRow,
  SessionLife,
  SessionLogExtent,
  SessionLogRow,
  SessionRow,
  SidebarRow,
  Snapshot,
  SnapshotExtent,
  StoredMessage,
} from "./rows.ts";

export * from "./read-sizes.ts";
export type * from "./rows.ts";
export * from "./store-errors.ts";

/** A change that was committed by this process. */
export type CommittedChange = { type: "message"; seq: number; message: MessageRow };

/** A commit to a session. */
export type Commit = {
  session_id: string;
  /** The position of its last change in the log of the session, and in that of the list. */
  seq: number;
  list_seq: number;
  /** Its changes, where they are known without reading the log. */
  changes?: readonly CommittedChange[];
};

/** The position of a session, and its life by the ordinal. */
export type SessionStand = Pick<SessionRow, "id" | "seq" | "ordinal">;

/** Hears of what other processes have committed. */
export type OthersListener = {
  /** Another process may have committed. */
  onHint(): void;
  /**
   * All that others have committed has its place in the logs now.
   *
   * @param hasLostSessions whether sessions are gone without a change that tells of it
   */
  onReadable(hasLostSessions: boolean): Promise<void>;
};

/** Sessions as one read sees them. */
export type SessionReads = {
  /** A session that is not deleted. */
  find(id: string): Promise<(SessionHeadRow & Pick<SessionRow, "ordinal">) | undefined>;
  /** The head of its log, also of a session that is deleted. */
  findLog(id: string): Promise<SessionLogRow | undefined>;
  findExtent(id: string): Promise<SessionExtent | undefined>;
  /** Also of a session that is deleted. */
  findLogExtent(id: string): Promise<SessionLogExtent | undefined>;
  /** Whether the session is neither deleted nor made anew since its life was read. */
  isAlive(life: SessionLife): Promise<boolean>;
  /** Sessions newest first, those made before the one with `beforeOrdinal`. */
  listExtents(page: { beforeOrdinal: number; limit: number }): Promise<SessionExtent[]>;
  /** @returns undefined if there is no such session */
  readSnapshot(id: string, extent: SnapshotExtent): Promise<Snapshot | undefined>;
  /** The positions of these sessions. Sessions that do not exist are left out. */
  listStands(ids: readonly string[]): Promise<SessionStand[]>;
};

/** Messages as one read sees them. */
export type MessageReads = {
  find(sessionId: string, named: NamedMessage): Promise<StoredMessage | undefined>;
  list(page: MessagePageQuery): Promise<MessageRow[]>;
  /** The page, or if its messages are large the first of them, and whether there are no more after these. */
  listChunk(page: MessagePageQuery): Promise<{ rows: MessageRow[]; isLast: boolean }>;
  listSizes(page: MessagePageQuery): Promise<MessageSize[]>;
  /** Whether the first chunk of these messages is a small read. */
  isSmallPage(page: MessagePageQuery): Promise<boolean>;
  /**
   * The messages whose last change lies after `after` and not beyond `upTo`, in the order of those changes: `limit` at most,
   * and fewer if they are large. Tells up to which position these are all.
   *
   * @returns undefined if this life of the session has ended
   */
  listChanged(query: ChangedMessagesQuery): Promise<{ rows: StoredMessage[]; upTo: number } | undefined>;
  /** Whether these changes are a small read. */
  areSmallChanges(query: ChangedMessagesQuery): Promise<boolean>;
};

/** The list of sessions as one read sees it. */
export type ListReads = {
  /** The position of the last change to any session, and the name of the history that it belongs to. */
  readHead(): Promise<{ epoch: string; seq: number }>;
  /** The sessions whose last change lies after `after` and not beyond `upTo`, in the order of those changes. */
  listChanged(query: ListExtent & { after: number; upTo: number }): Promise<ListedSessionRow[]>;
  /** The latest sessions by activity, and the position of the list at that moment. */
  readSnapshot(extent: ListExtent): Promise<{ seq: number; rows: ListedSessionRow[] }>;
  /** Sessions from a place on. */
  listPage(page: ListExtent & { place: ListCursor }): Promise<SidebarRow[]>;
  /** The ordinals of all sessions in the order of activity, at one moment. */
  listOrdinals(): Promise<number[]>;
  /** The sessions with these ordinals, in their order. Those that are deleted are left out. */
  find(query: { ordinals: readonly number[]; excerptChars: number }): Promise<SidebarRow[]>;
};

/**
 * A change to one session, which is locked: no other change to it is under way. A verb takes the session's next position by
 * itself. Reads see what the verbs have done.
 */
export type SessionChange = {
  /** The session, unless it is deleted. */
  find(): Promise<(SessionHeadRow & Pick<SessionRow, "ordinal">) | undefined>;
  findMessage(named: NamedMessage): Promise<StoredMessage | undefined>;
  /** The send that named `key`, deleted or not. */
  findSend(key: string): Promise<SendRow | undefined>;
  /** Makes the session, anew if it was deleted. @returns false if it is there */
  create(head: Omit<SessionHeadRow, "id">): Promise<boolean>;
  /**
   * Its id is above those of all messages of the session that were added before it: ids rise in the order of commits.
   *
   * @returns undefined if there is no such session. @throws {NothingLeft}
   */
  addMessage(message: NewMessageRow): Promise<MessageRow | undefined>;
  /** Gives a message of the session other content. @returns undefined if there is no such session */
  editMessage(id: number, content: string): Promise<MessageRow | undefined>;
  /** Leaves of a message its id, its key and the position of its deletion. @returns false if there is no such session */
  removeMessage(id: number): Promise<boolean>;
  /** Gives the session another title. It is there. */
  rename(title: string): Promise<void>;
  /** Deletes the session with its messages. @returns false if there is no such session. @throws {ReferredTo} */
  remove(): Promise<boolean>;
};

/**
 * A database of sessions and messages. Reads see every change that was acknowledged before they began, each at one moment.
 *
 * Any call may reject with `StoreUnavailable`.
 */
export type Store = {
  readonly sessions: SessionReads;
  readonly messages: MessageReads;
  readonly list: ListReads;
  /**
   * Locks a session, runs `unit`, and resolves once what it did is committed and on disk. An error of the unit undoes all that
   * it did, and rejects.
   *
   * @throws {ChangeForbidden} where another program's rule in the database forbids it
   * @throws {NothingLeft} where it has no positions left
   */
  change<Value>(sessionId: string, unit: (session: SessionChange) => Promise<Value>): Promise<Value>;
  /** Calls `listener` after each commit of this process, before its caller has the answer. */
  onCommit(listener: (commit: Commit) => void): void;
  /** Calls `listener` soon after other processes have committed. It may be called when none has. */
  onOthersCommit(listener: OthersListener): void;
  /** Tries whether it can be read and written now. It rejects with what is in the way. */
  probe(): Promise<void>;
  close(): Promise<void>;
};
