import { findLatestMessageId, listMessageChunk } from "../../db/message-queries.ts";
import { findSessionLog } from "../../db/session-queries.ts";
import type { Message } from "../contract/message.ts";
import { sessionNotFound } from "./app-error.ts";
import type { Desk } from "./desk.ts";
import { changesPerRead } from "./log.ts";
import { toMessage } from "./read-messages.ts";
import { followSession } from "./session-log.ts";

/**
 * A session's messages as they come, after those with an id up to `afterId` (by default: after those there are). An
 * edited message comes again, in its new form. Ends when `signal` aborts or the session is deleted.
 *
 * @throws {AppError} NOT_FOUND
 */
export async function* followMessages(
  desk: Desk,
  { sessionId, afterId, signal }: { sessionId: string; afterId: number | undefined; signal: AbortSignal },
): AsyncGenerator<Message, void, undefined> {
  const { read } = desk.database;
  // In this order: a message that comes between the two is above the id and within the position, so it is replayed.
  let after = afterId ?? (await findLatestMessageId(read, sessionId));
  const session = await findSessionLog(read, sessionId);
  if (!session || session.deleted) throw sessionNotFound(sessionId);
  const upToSeq = session.seq;

  while (!signal.aborted) {
    const { rows, isLast } = await listMessageChunk(read, {
      sessionId,
      after,
      upToSeq,
      limit: changesPerRead,
      from: "oldest",
    });
    for (const row of rows) yield toMessage(row);
    if (isLast) break;
    after = rows.at(-1)?.id ?? after;
    await desk.hub.takeTurn();
  }
  for await (const { event } of followSession(desk, { sessionId, after: String(upToSeq), signal })) {
    if (event.type === "message") yield event.message;
    // The session that was followed is no more, whether or not another has its id now.
    if (event.type === "session_deleted" || event.type === "reset") return;
  }
}
