import { toChatError } from "../chat/to-chat-error.ts";
import type { Chat } from "../create-chat.ts";
import type { Message } from "../types.ts";
import { isRecord } from "./stored-form.ts";

/** A stored message of a history. */
export type HistoryRow = {
  /** The library's id of the message. */
  readonly id: string;
  /** The library's id of the message before it. */
  readonly parentId: string | null;
  readonly message: Message;
};

/** A message to store. */
export type NewRow = Omit<HistoryRow, "message"> & {
  readonly sender: "user" | "assistant";
  /** The text, for the list, the search and other programs. */
  readonly content: string;
  readonly format: string;
  readonly parts: unknown;
};

/** Whose rows they are. */
export type HistorySession = {
  /** The session's id; undefined while there is none. */
  known: () => string | undefined;
  /** The session's id. Creates the session if there is none. */
  made: () => Promise<string>;
};

const pageMessages = 500;

/**
 * The rows of a history in a session. A row is a message whose `metadata` has the library's id and parent. A row that
 * changes is stored as another message, since an edit of a message removes its `parts`; then the earlier one is deleted.
 * If that is cut off, the later one counts.
 */
export class HistoryRows {
  readonly #chat: Chat;
  readonly #session: HistorySession;
  /** The rows by the library's id, once they have been read, for the session of that id. */
  #read: { id: string; rows: Map<string, HistoryRow> } | undefined;
  #last: Promise<unknown> = Promise.resolve();

  constructor(chat: Chat, session: HistorySession) {
    this.#chat = chat;
    this.#session = session;
  }

  /** All rows, each after the one before it. */
  load(): Promise<HistoryRow[]> {
    return this.#inTurn(async () => {
      const id = this.#session.known();
      if (id === undefined) return [];
      this.#read = undefined;
      return parentsFirst([...(await this.#rowsOf(id)).values()]);
    });
  }

  /** Stores a row, in place of an earlier one of the same id. */
  put(row: NewRow): Promise<void> {
    return this.#inTurn(async () => {
      const sessionId = await this.#session.made();
      const rows = await this.#rowsOf(sessionId);
      const earlier = rows.get(row.id);
      const { id, parentId, ...rest } = row;
      const parent_key = parentKeyOf(row, rows, earlier);
      const message = await this.#chat.session(sessionId).send(rest.content, {
        sender: rest.sender,
        format: rest.format,
        parts: rest.parts,
        metadata: { id, parent_id: parentId },
        ...(parent_key !== undefined && { parent_key }),
      });
      rows.set(id, { id, parentId, message });
      if (earlier) await this.#chat.session(sessionId).remove(earlier.message.key);
    });
  }

  /** Deletes the rows of these ids. Ids without a row are passed over. */
  delete(ids: readonly string[]): Promise<void> {
    return this.#inTurn(async () => {
      const sessionId = this.#session.known();
      if (sessionId === undefined) return;
      const rows = await this.#rowsOf(sessionId);
      for (const id of ids) {
        const row = rows.get(id);
        if (row) await this.#chat.session(sessionId).remove(row.message.key);
        rows.delete(id);
      }
    });
  }

  async #rowsOf(id: string): Promise<Map<string, HistoryRow>> {
    if (this.#read?.id !== id)
      this.#read = { id, rows: toRows(await this.#messagesOf(id).catch(noneIfNotFound)) };
    return this.#read.rows;
  }

  async #messagesOf(session_id: string): Promise<Message[]> {
    const messages: Message[] = [];
    let cursor: string | undefined;
    do {
      const page = await this.#chat.rpc.message.list.query({
        session_id,
        limit: pageMessages,
        ...(cursor !== undefined && { cursor }),
      });
      messages.push(...page.items);
      cursor = page.next_cursor ?? undefined;
    } while (cursor !== undefined);
    return messages;
  }

  /** Each call sees what the earlier ones have stored. */
  #inTurn<Result>(work: () => Promise<Result>): Promise<Result> {
    const done = this.#last.then(work);
    this.#last = done.catch(() => undefined);
    return done;
  }
}

/** A session that is under creation has no messages. */
function noneIfNotFound(cause: unknown): Message[] {
  const error = toChatError(cause);
  if (error.kind === "refused" && error.code === "NOT_FOUND") return [];
  throw error;
}

function toRows(messages: readonly Message[]): Map<string, HistoryRow> {
  const rows = new Map<string, HistoryRow>();
  let before: string | null = null;
  for (const message of messages) {
    const { id = message.key, parent_id: parentId = before } = readNames(message.metadata);
    rows.set(id, { id, parentId, message });
    before = id;
  }
  return rows;
}

/** The names that a history gave; none if another program wrote the message. */
function readNames(metadata: unknown): { id?: string; parent_id?: string | null } {
  if (!isRecord(metadata)) return {};
  const { id, parent_id } = metadata;
  if (typeof id !== "string") return {};
  return { id, parent_id: typeof parent_id === "string" ? parent_id : null };
}

/** The library accepts a message only after the one before it. The parent of a row may have been deleted. */
function parentsFirst(rows: readonly HistoryRow[]): HistoryRow[] {
  const ordered = new Map<string, HistoryRow>();
  const ids = new Set(rows.map(({ id }) => id));
  const whole = rows.map((row, at) =>
    row.parentId === null || ids.has(row.parentId) ? row : { ...row, parentId: rows[at - 1]?.id ?? null },
  );
  const byId = new Map(whole.map((row) => [row.id, row]));
  const visit = (row: HistoryRow, path: ReadonlySet<string>): void => {
    if (ordered.has(row.id) || path.has(row.id)) return;
    const parent = row.parentId === null ? undefined : byId.get(row.parentId);
    if (parent) visit(parent, new Set([...path, row.id]));
    ordered.set(row.id, row);
  };
  for (const row of whole) visit(row, new Set());
  return [...ordered.values()];
}

/** The key by which AI Desk's own branches agree with those of the library. */
function parentKeyOf(
  { parentId, sender }: NewRow,
  rows: ReadonlyMap<string, HistoryRow>,
  earlier: HistoryRow | undefined,
): string | undefined {
  const siblings = [...rows.values()].filter((row) => row.parentId === parentId);
  if (parentId === null)
    return (earlier ?? siblings.find(({ message }) => message.sender === sender))?.message.key;
  const parent = rows.get(parentId)?.message;
  return parent && parent.sender !== sender ? parent.key : undefined;
}
