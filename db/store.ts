import type {
  ChangedMessage,
  ChangedMessagesQuery,
  CompletedPage,
  CompletedPageQuery,
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
import type { Bookmarks } from "./bookmarks.ts";
import type { NewPiece, OpenReply, ReplyEnd, ReplyStand } from "./reply-rows.ts";

export * from "./read-sizes.ts";
export type * from "./bookmarks.ts";
export type * from "./reply-rows.ts";
export type * from "./rows.ts";
export * from "./store-errors.ts";

/** A change that was committed by this process. */
export type CommittedChange =
  | { type: "message"; seq: number; message: MessageRow }
  | { type: "piece"; seq: number; message_id: number; piece: NewPiece };

/** A commit to a session. */
export type Commit = {
  session_id: string;
  /** The `seq` of its last change in the session's change log. */
  seq: number;
  /** The same in the list's change log. Undefined for a piece of a reply, which does not change the list. */
  list_seq?: number | undefined;
  /** Its changes, if they are known without a read of the change log. */
  changes?: readonly CommittedChange[];
};

/** The `seq` of a session, and its life, given by the ordinal. */
export type SessionStand = Pick<SessionRow, "id" | "seq" | "ordinal">;

/** Receives notice of the commits of other processes. */
export type OthersListener = {
  /** Another process may have committed. */
  onHint(): void;
  /**
   * All commits of other processes are now in the change logs.
   *
   * @param hasLostSessions whether sessions were removed without a change in the log
   */
  onReadable(hasLostSessions: boolean): Promise<void>;
};

/** Reads of sessions, each of one moment. */
export type SessionReads = {
  /** A session that is not deleted. */
  find(id: string): Promise<(SessionHeadRow & Pick<SessionRow, "ordinal">) | undefined>;
  /** The head of its change log, also of a deleted session. */
  findLog(id: string): Promise<SessionLogRow | undefined>;
  findExtent(id: string): Promise<SessionExtent | undefined>;
  /** The extent of a session, deleted or not. */
  findLogExtent(id: string): Promise<SessionLogExtent | undefined>;
  /** Whether the session still has the life that was read: it was neither deleted nor created again since. */
  isAlive(life: SessionLife): Promise<boolean>;
  /** Sessions, newest first, from those created before the session with `beforeOrdinal`. */
  listExtents(page: { beforeOrdinal: number; limit: number }): Promise<SessionExtent[]>;
  /** @returns undefined if there is no such session */
  readSnapshot(id: string, extent: SnapshotExtent): Promise<Snapshot | undefined>;
  /** The `seq` of these sessions. Sessions that do not exist are left out. */
  listStands(ids: readonly string[]): Promise<SessionStand[]>;
};

/** Reads of messages, each of one moment. */
export type MessageReads = {
  find(sessionId: string, named: NamedMessage): Promise<StoredMessage | undefined>;
  list(page: MessagePageQuery): Promise<MessageRow[]>;
  /** The page or, if its messages are large, its first messages; and whether these end the page. */
  listChunk(page: MessagePageQuery): Promise<{ rows: MessageRow[]; isLast: boolean }>;
  /** A page of the messages that are complete, in the order in which they became so. */
  listCompleted(page: CompletedPageQuery): Promise<CompletedPage>;
  listSizes(page: MessagePageQuery): Promise<MessageSize[]>;
  /** Whether the first chunk of these messages is a small read. */
  isSmallPage(page: MessagePageQuery): Promise<boolean>;
  /**
   * The messages whose last change is after `after` and not after `upTo`, in the order of those changes: at most
   * `limit`, and fewer if they are large. `upTo` in the result is the `seq` up to which the page is complete. A reply that
   * is streaming is in the page with each of its pieces up to that `seq`; pieces that follow each other are joined.
   *
   * @returns undefined if this life of the session has ended
   */
  listChanged(query: ChangedMessagesQuery): Promise<{ rows: ChangedMessage[]; upTo: number } | undefined>;
  /** Whether these changes are a small read. */
  areSmallChanges(query: ChangedMessagesQuery): Promise<boolean>;
};

/** Reads of replies, each of one moment. */
export type ReplyReads = {
  /** The replies of all sessions that are streaming. */
  listOpen(): Promise<OpenReply[]>;
};

/** Reads of the list of sessions, each of one moment. */
export type ListReads = {
  /** The `seq` of the last change to any session, and the name of the history to which it belongs. */
  readHead(): Promise<{ epoch: string; seq: number }>;
  /** The sessions whose last change is after `after` and not after `upTo`, in the order of those changes. */
  listChanged(query: ListExtent & { after: number; upTo: number }): Promise<ListedSessionRow[]>;
  /** The latest sessions by activity, and the list's `seq` at that moment. */
  readSnapshot(extent: ListExtent): Promise<{ seq: number; rows: ListedSessionRow[] }>;
  /** Sessions from a place on. */
  listPage(page: ListExtent & { place: ListCursor }): Promise<SidebarRow[]>;
  /** The ordinals of all sessions in the order of activity, at one moment. */
  listOrdinals(): Promise<number[]>;
  /** The sessions with these ordinals, in the given order. Deleted ones are left out. */
  find(query: { ordinals: readonly number[]; excerptChars: number }): Promise<SidebarRow[]>;
};

/**
 * A change to one session, which is locked: no other change to the session runs meanwhile. Each method that changes
 * something takes the session's next `seq`. Reads see the earlier changes of the same unit.
 */
export type SessionChange = {
  /** The session, unless it is deleted. */
  find(): Promise<(SessionHeadRow & Pick<SessionRow, "ordinal">) | undefined>;
  findMessage(named: NamedMessage): Promise<StoredMessage | undefined>;
  /** The send with this key, whether its message is deleted or not. */
  findSend(key: string): Promise<SendRow | undefined>;
  /** Creates the session, or creates a deleted one again. @returns false if the session exists */
  create(head: Omit<SessionHeadRow, "id">): Promise<boolean>;
  /**
   * Its id is above those of all messages of the session that were added before it: ids rise in the order of commits.
   *
   * @returns undefined if there is no such session. @throws {NothingLeft}
   */
  addMessage(message: NewMessageRow): Promise<MessageRow | undefined>;
  /** Sets the content and the optional fields of a message of the session. @returns undefined if there is no such session */
  editMessage(id: number, edit: Pick<MessageRow, "content" | "extra">): Promise<MessageRow | undefined>;
  /**
   * Removes everything of a message but its id, its key and the `seq` of its deletion. @returns false if there is no
   * such session
   */
  removeMessage(id: number): Promise<boolean>;
  /** The progress of a message as a reply. Its text is not read. */
  findReply(named: NamedMessage): Promise<ReplyStand | undefined>;
  /** How many replies of the session are streaming. */
  countOpenReplies(): Promise<number>;
  /** Sets a requested reply to streaming. The reply must exist; so must the replies of the two methods below. */
  claimReply(id: number, writer: string): Promise<MessageRow>;
  /** Counts a renewal of the lease of a reply, which takes no `seq`. @returns how many there were */
  renewReply(id: number): Promise<number>;
  /** Appends to a reply that is streaming, which renews its lease too. @returns the `seq` of the piece */
  appendToReply(id: number, piece: NewPiece): Promise<number>;
  /** Ends a reply. Its pieces are removed: `end` has its whole content. */
  endReply(id: number, end: ReplyEnd): Promise<MessageRow>;
  /** Sets the session's title. The session must exist. */
  rename(title: string): Promise<void>;
  /** Deletes the session with its messages. @returns false if there is no such session. @throws {ReferredTo} */
  remove(): Promise<boolean>;
};

/**
 * A database of sessions and messages. A read sees every change that was acknowledged before the read began, and shows
 * one moment.
 *
 * Any call may reject with `StoreUnavailable`.
 */
export type Store = {
  readonly sessions: SessionReads;
  readonly messages: MessageReads;
  readonly list: ListReads;
  readonly replies: ReplyReads;
  readonly bookmarks: Bookmarks;
  /**
   * Locks a session, runs `unit`, and resolves once the changes of the unit are committed and on disk. An error in the
   * unit undoes all its changes, and rejects.
   *
   * @throws {ChangeForbidden} if another program's rule in the database forbids a change
   * @throws {NothingLeft} if no `seq` is left
   */
  change<Value>(sessionId: string, unit: (session: SessionChange) => Promise<Value>): Promise<Value>;
  /** Calls `listener` after each commit of this process, before the caller of the change gets its result. */
  onCommit(listener: (commit: Commit) => void): void;
  /** Calls `listener` soon after another process has committed. Calls without such a commit are possible. */
  onOthersCommit(listener: OthersListener): void;
  /** Tests whether the database can be read and written now. Rejects with the reason if not. */
  probe(): Promise<void>;
  close(): Promise<void>;
};
