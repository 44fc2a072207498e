import { NothingLeft } from "../store-errors.ts";
import type { MessageRow, NamedMessage, SendRow, StoredMessage } from "../rows.ts";
import type { Expression, ExpressionBuilder, Insertable, Kysely } from "kysely";
import { sql } from "kysely";
import type { MessageTable } from "./message.table.ts";
import type { Executor } from "./executor.ts";
import { messageColumns } from "./message-columns.ts";
import { lastMessageId } from "./session-queries.ts";
import { NothingStoredError } from "./nothing-stored-error.ts";
import type { Placeholders } from "./statement.ts";
import { prepare } from "./statement.ts";
import type { Tables } from "./tables.ts";

type NewMessage = Omit<
  Insertable<MessageTable>,
  "id" | "deleted" | "sent_seq" | "complete_id" | "end_digest"
>;

const largestId = sql.lit(Number.MAX_SAFE_INTEGER);

const addMessage = prepare((db, message: Placeholders<Required<NewMessage>>) =>
  db
    .insertInto("message")
    .columns(["session_id", "content", "sender", "timestamp", "seq", "key", "key_digest", "status", "extra"])
    .expression(
      db
        .selectNoFrom((eb) => [
          eb.val(message.session_id).as("session_id"),
          eb.val(message.content).as("content"),
          eb.val(message.sender).as("sender"),
          eb.val(message.timestamp).as("timestamp"),
          eb.val(message.seq).as("seq"),
          eb.val(message.key).as("key"),
          eb.val(message.key_digest).as("key_digest"),
          eb.val(message.status).as("status"),
          eb.val(message.extra).as("extra"),
        ])
        // If no id is left, SQLite reports a full disk and undoes the whole transaction.
        .where(lastMessageId, "<", largestId),
    )
    .returning("id"),
);

const selectLastId = prepare((db) => db.selectNoFrom(lastMessageId.as("id")));

/**
 * Stores a message under the next id.
 *
 * @throws {NothingLeft}
 */
export async function insertMessage(db: Executor, message: NewMessage): Promise<MessageRow> {
  const { session_id, content, sender, timestamp, seq, key = null, key_digest = null } = message;
  const { status = null, extra = null } = message;
  const row = { session_id, content, sender, timestamp, key, seq, status, extra };
  const stored = await addMessage.takeFirst(db, { ...row, key_digest });
  if (stored) return { id: stored.id, ...row, chunks: null, complete_id: null };
  const { id: lastId } = await selectLastId.takeFirstOrThrow(db, {});
  if (lastId >= Number.MAX_SAFE_INTEGER) throw new NothingLeft("message ids");
  throw new NothingStoredError("A message was not stored.");
}

const selectByKey = prepare((db, send: Placeholders<{ sessionId: string; key: string }>) =>
  db
    .selectFrom("message")
    .select([...messageColumns, "sent_seq", "key_digest"])
    .select((eb) => isPast(eb).as("is_past"))
    .where("session_id", "=", send.sessionId)
    .where("key", "=", send.key),
);

const deleteMessage = prepare((db, { id }: Placeholders<{ id: number }>) =>
  db.deleteFrom("message").where("id", "=", id),
);

/**
 * The send with this key, whether its message is deleted or not. A send of an earlier life of the session is removed
 * instead, since it would block the key.
 *
 * @param trx the transaction of a caller that is about to store a message with that key
 */
export async function findMessageByKey(
  trx: Executor,
  sessionId: string,
  key: string,
): Promise<SendRow | undefined> {
  const found = await selectByKey.takeFirst(trx, { sessionId, key });
  if (!found?.is_past) return found;
  await deleteMessage.execute(trx, { id: found.id });
  return undefined;
}

/** Whether a message belongs to an earlier life of its session and waits for removal. */
export function isPast(eb: ExpressionBuilder<Tables, "message">) {
  return eb
    .selectFrom("chatsession as own")
    .select(sql<0 | 1>`ifnull(message.id <= own.purge_id, 0)`.as("is_past"))
    .whereRef("own.id", "=", "message.session_id");
}

const selectById = prepare((db, message: Placeholders<{ sessionId: string; id: number }>) =>
  selectMessage(db, message.sessionId).where("id", "=", message.id),
);

const selectBySentKey = prepare((db, message: Placeholders<{ sessionId: string; key: string }>) =>
  selectMessage(db, message.sessionId).where("key", "=", message.key),
);

function selectMessage(db: Kysely<Tables>, sessionId: Expression<string>) {
  return db
    .selectFrom("message")
    .select([...messageColumns, "deleted"])
    .where("session_id", "=", sessionId)
    .where(isPast, "=", 0);
}

/** A message, deleted or not. A deleted one has empty content. */
export function findMessage(
  db: Executor,
  sessionId: string,
  named: NamedMessage,
): Promise<StoredMessage | undefined> {
  return "id" in named
    ? selectById.takeFirst(db, { sessionId, id: named.id })
    : selectBySentKey.takeFirst(db, { sessionId, key: named.key });
}

const firstSeq = sql<number>`coalesce(sent_seq, seq)`;

type Edit = Pick<MessageRow, "id" | "content" | "extra" | "seq">;

const editMessage = prepare((db, { id, content, extra, seq }: Placeholders<Edit>) =>
  db
    .updateTable("message")
    .set({ content, extra, seq, sent_seq: firstSeq })
    .where("id", "=", id)
    .returning(messageColumns),
);

/** Sets the content, the optional fields and the `seq` of a message. */
export function updateContent(db: Executor, edit: Edit): Promise<MessageRow> {
  return editMessage.takeFirstOrThrow(db, edit);
}

const emptyMessage = prepare((db, { id, seq }: Placeholders<{ id: number; seq: number }>) =>
  db
    .updateTable("message")
    .set({ content: "", extra: null, status: null, deleted: 1, seq, sent_seq: firstSeq })
    .where("id", "=", id)
    .returning("id"),
);

type Progress = Pick<MessageRow, "id" | "content" | "extra" | "status" | "complete_id" | "seq"> & {
  end_digest: string | null;
};

const setProgress = prepare((db, progress: Placeholders<Progress>) =>
  db
    .updateTable("message")
    .set({
      content: progress.content,
      extra: progress.extra,
      status: progress.status,
      complete_id: progress.complete_id,
      end_digest: progress.end_digest,
      seq: progress.seq,
      sent_seq: firstSeq,
    })
    .where("id", "=", progress.id)
    .returning(messageColumns),
);

/** Sets the content, the status and the `seq` of a reply that ends. */
export function updateProgress(db: Executor, progress: Progress): Promise<MessageRow> {
  return setProgress.takeFirstOrThrow(db, progress);
}

const setStreaming = prepare((db, { id, seq }: Placeholders<{ id: number; seq: number }>) =>
  db
    .updateTable("message")
    .set({ status: "streaming", seq, sent_seq: firstSeq })
    .where("id", "=", id)
    .returning(messageColumns),
);

/** Sets the status `streaming` and the `seq` of a requested reply. */
export function updateToStreaming(db: Executor, move: { id: number; seq: number }): Promise<MessageRow> {
  return setStreaming.takeFirstOrThrow(db, move);
}

/** Removes everything of a message but its id, its key and the `seq` of its deletion. */
export async function tombstoneMessage(db: Executor, tomb: { id: number; seq: number }): Promise<void> {
  await emptyMessage.takeFirstOrThrow(db, tomb);
}
