import { limits } from "../../../server/contract/limits.ts";
import { keyPattern } from "../../../server/contract/message-key.ts";
import { createRandomId } from "../chat/random-id.ts";
import { toChatError } from "../chat/to-chat-error.ts";
import type { Chat } from "../create-chat.ts";
import type { Message } from "../types.ts";
import type { HistoryRow, NewRow } from "./row-tree.ts";
import { parentKeyOf, parentsFirst, toRows } from "./row-tree.ts";

/** Whose rows they are. */
export type HistorySession = {
  /** The session's id; undefined while there is none. */
  known: () => string | undefined;
  /** The session's id. Creates the session if there is none. */
  made: () => Promise<string>;
};

const pageMessages = 500;

const keys = new RegExp(keyPattern);

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
  /** The library's ids of deleted rows: a key is never used again. */
  readonly #deleted = new Set<string>();
  #last: Promise<unknown> = Promise.resolve();

  constructor(chat: Chat, session: HistorySession) {
    this.#chat = chat;
    this.#session = session;
  }

  /** The rows of this format, or else all rows, each after the one before it. */
  load(format?: string): Promise<HistoryRow[]> {
    return this.#inTurn(async () => {
      const id = this.#session.known();
      if (id === undefined) return [];
      this.#read = undefined;
      const rows = [...(await this.#rowsOf(id)).values()];
      return parentsFirst(rows.filter(({ message }) => format === undefined || message.format === format));
    });
  }

  /** Stores a row, in place of an earlier one of the same id. */
  put(row: NewRow): Promise<void> {
    return this.#inTurn(async () => {
      const sessionId = await this.#session.made();
      const isNew = !(await this.#rowsOf(sessionId)).has(row.id) && !this.#deleted.has(row.id);
      if (isNew && canBeKey(row.id) && (await this.#add(sessionId, row, row.id))) return;
      await this.#add(sessionId, row, createRandomId());
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
        if (rows.delete(id)) this.#deleted.add(id);
      }
    });
  }

  /** @returns false if the key names another message, which may be deleted by now */
  async #add(sessionId: string, row: NewRow, key: string): Promise<boolean> {
    const session = this.#chat.session(sessionId);
    const rows = await this.#rowsOf(sessionId);
    const earlier = rows.get(row.id);
    const { id, parentId, content, ...extras } = row;
    const parent_key = parentKeyOf(row, rows, earlier);
    const metadata = { id, parent_id: parentId };
    try {
      const message = await session.send(content, {
        ...extras,
        key,
        metadata,
        ...(parent_key !== undefined && { parent_key }),
      });
      rows.set(id, { id, parentId, message });
    } catch (cause) {
      const error = toChatError(cause);
      if (error.kind !== "refused") throw error;
      // The library shows its own copy. A refused send would stay beside it.
      session.cancel(key);
      if (error.code !== "UNPROCESSABLE_CONTENT") throw error;
      this.#read = undefined;
      return false;
    }
    if (earlier) await session.remove(earlier.message.key);
    return true;
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

function canBeKey(id: string): boolean {
  return id.length <= limits.keyChars && keys.test(id);
}

/** A session that is under creation has no messages. */
function noneIfNotFound(cause: unknown): Message[] {
  const error = toChatError(cause);
  if (error.kind === "refused" && error.code === "NOT_FOUND") return [];
  throw error;
}
