import { findLatestMessageId, listMessageChunk } from "../../db/message-queries.ts";
import { findSessionLog } from "../../db/session-queries.ts";
import type { Message } from "../contract/message.ts";
import { sessionNotFound } from "./app-error.ts";
import type { Desk } from "./desk.ts";
import { followLog } from "./follow-log.ts";
import type { Sink } from "./live-stream.ts";
import { LiveStream } from "./live-stream.ts";
import { changesPerRead } from "./log.ts";
import { toMessage } from "./read-messages.ts";
import { sessionLog } from "./session-log.ts";

type Wanted = { sessionId: string; afterId: number | undefined; signal: AbortSignal };

/**
 * A session's messages as they come, after those with an id up to `afterId` (by default: after those there are). An
 * edited message comes again, in its new form. Ends when `signal` aborts or the session is deleted.
 *
 * @throws {AppError} NOT_FOUND, TOO_MANY_REQUESTS
 */
export function followMessages(desk: Desk, { signal, ...wanted }: Wanted): LiveStream<Message> {
  const { hub } = desk;
  const log = sessionLog(desk, wanted.sessionId);
  return new LiveStream(signal, async (sink, stop) => {
    const ended = new AbortController();
    const either = AbortSignal.any([stop, ended.signal]);
    using reader = hub.join(log, either);
    const upToSeq = await replay(desk, { ...wanted, signal: either }, sink);
    await followLog(
      { hub, log, reader, after: String(upToSeq), signal: either },
      {
        get isReady() {
          return sink.isReady;
        },
        inTurn: (work) => sink.inTurn(work),
        send(items) {
          const messages: Message[] = [];
          for (const { event } of items) {
            if (event.type === "message") messages.push(event.message);
            // The session that was followed is no more, whether or not another has its id now.
            if (event.type !== "session_deleted" && event.type !== "reset") continue;
            ended.abort();
            break;
          }
          if (messages.length > 0) sink.send(messages);
        },
      },
    );
  });
}

/** Sends the messages that there are. @returns the position up to which these are all. */
async function replay(
  desk: Desk,
  { sessionId, afterId, signal }: Wanted,
  sink: Sink<Message>,
): Promise<number> {
  const { read } = desk.database;
  // In this order: a message that comes between the two is above the id and within the position, so it is replayed.
  let after = afterId ?? (await findLatestMessageId(read, sessionId));
  const session = await findSessionLog(read, sessionId);
  if (!session || session.deleted) throw sessionNotFound(sessionId);
  const upToSeq = session.seq;

  async function sendChunk(isFirst: boolean): Promise<boolean> {
    if (!isFirst) await desk.hub.takeTurn();
    const { rows, isLast } = await listMessageChunk(read, {
      sessionId,
      after,
      upToSeq,
      limit: changesPerRead,
      from: "oldest",
    });
    if (rows.length > 0) sink.send(rows.map(toMessage));
    after = rows.at(-1)?.id ?? after;
    return isLast;
  }

  for (let isFirst = true; !signal.aborted; isFirst = false) {
    if (await sink.inTurn(() => sendChunk(isFirst))) break;
  }
  return upToSeq;
}
