import { sql } from "kysely";
import type { Executor } from "./executor.ts";
import type { ChangeSeqs } from "./session-queries.ts";
import { messageBytes } from "./message-columns.ts";
import { removeRepliesOf } from "./reply-queries.ts";
import { endSession } from "./session-queries.ts";
import { NothingStoredError } from "./nothing-stored-error.ts";
import type { Placeholders } from "./statement.ts";
import { unpeekedParam, prepare } from "./statement.ts";

/** The most messages that one statement removes, and the most content of several such messages together, in bytes. */
const batchRows = 100;
const batchBytes = 1024 * 1024;

/** The largest slice of a deletion. Other writes wait for at most one slice. */
const sliceRows = 1000;
const sliceMs = 5;

/** A deleted session has no messages of its own, whatever their `seq`. */
const everySeq = Number.MAX_SAFE_INTEGER;

type Range = { sessionId: string; upToSeq: number };

type Batch = Range & { count: number; isAll: boolean };

const selectBatch = prepare((db, { sessionId, upToSeq }: Placeholders<Range>) =>
  db
    .selectFrom("message")
    .select(["seq", messageBytes.as("bytes")])
    .where("session_id", "=", unpeekedParam(sessionId, "text"))
    .where("seq", "<=", unpeekedParam(upToSeq, "integer"))
    .orderBy("seq")
    .limit(sql.lit(batchRows)),
);

const deleteBatch = prepare((db, { sessionId, upToSeq }: Placeholders<Range>) =>
  db.deleteFrom("message").where("session_id", "=", sessionId).where("seq", "<=", upToSeq),
);

const selectChanges = prepare((db) => db.selectNoFrom(sql<number>`changes()`.as("count")));

/** @throws {NothingStoredError} if a trigger keeps some of them: they would be shown once `purge_id` is null. */
async function removeBatch(db: Executor, batch: Batch): Promise<void> {
  if (batch.count === 0) return;
  await deleteBatch.execute(db, batch);
  const removed = await selectChanges.takeFirstOrThrow(db, {});
  if (removed.count < batch.count) throw new NothingStoredError("Messages that were to be removed were not.");
}

/** The first messages up to a `seq`: their number, the last `seq` among them, and whether these are all. */
async function findBatch(db: Executor, range: Range): Promise<Batch> {
  const rows = await selectBatch.execute(db, range);
  let total = 0;
  const tooMany = rows.findIndex(({ bytes }) => (total += bytes) > batchBytes);
  const count = tooMany < 0 ? rows.length : Math.max(1, tooMany);
  const isAll = count === rows.length && count < batchRows;
  return { sessionId: range.sessionId, upToSeq: rows[count - 1]?.seq ?? 0, count, isAll };
}

/**
 * Removes everything of a session but its id and its last numbers. If it has many or large messages, some are left for
 * {@link purgeSlice}.
 *
 * @returns undefined if there is no such session.
 */
export async function deleteSessionRow(
  db: Executor,
  id: string,
): Promise<{ seqs: ChangeSeqs; isPurged: boolean } | undefined> {
  const batch = await findBatch(db, { sessionId: id, upToSeq: everySeq });
  const seqs = await endSession(db, { id, hasMessages: !batch.isAll });
  if (!seqs) return undefined;
  await removeRepliesOf(db, id);
  await removeBatch(db, batch);
  return { seqs, isPurged: batch.isAll };
}

const setPurged = prepare((db, session: Placeholders<{ id: string }>) =>
  db.updateTable("chatsession").set({ purge_id: null }).where("id", "=", session.id).returning("id"),
);

const selectUnpurged = prepare((db, { from }: Placeholders<{ from: string }>) =>
  db
    .selectFrom("chatsession")
    .select(["id", "start_seq", "deleted"])
    .where("purge_id", "is not", null)
    .where("id", ">=", unpeekedParam(from, "text"))
    .orderBy("id")
    .limit(sql.lit(1)),
);

/** Whether messages of deleted sessions wait for removal. */
export async function hasUnpurged(db: Executor): Promise<boolean> {
  return (await selectUnpurged.takeFirst(db, { from: "" })) !== undefined;
}

/** The session at which the purge continues; it visits the sessions in the order of their ids. */
export type PurgeProgress = { from: string };

/**
 * Removes some of the messages that deleted sessions have left.
 *
 * @returns whether nothing is left.
 * @throws {NothingStoredError} if a trigger keeps a row of the session that `progress` names.
 */
export async function purgeSlice(db: Executor, progress: PurgeProgress): Promise<boolean> {
  const end = performance.now() + sliceMs;
  for (let rows = 0; rows < sliceRows && performance.now() < end;) {
    const session = await selectUnpurged.takeFirst(db, progress);
    if (!session) return true;
    const { id, deleted, start_seq: startSeq } = session;
    progress.from = id;
    const batch = await findBatch(db, { sessionId: id, upToSeq: deleted ? everySeq : startSeq });
    await removeBatch(db, batch);
    if (batch.isAll) await setPurged.takeFirstOrThrow(db, { id });
    rows += Math.max(1, batch.count);
  }
  return false;
}
