import { listMessageChunk } from "../../db/statements/message-pages.ts";
import type { LiveEvent } from "../contract/live-event.ts";
import type { Message } from "../contract/message.ts";
import type { Desk } from "./desk.ts";
import { followLog } from "./follow-log.ts";
import type { Sink } from "./live-stream.ts";
import { LiveStream } from "./live-stream.ts";
import type { Positioned } from "./log.ts";
import { changesPerRead } from "./log.ts";
import { memoize } from "./memoize.ts";
import { getSessionExtent } from "./get-session.ts";
import { assertAlive, toMessage } from "./read-messages.ts";
import { SessionLog } from "./session-log.ts";

type Wanted = {
  sessionId: string;
  /** `first` is before the first message, whatever its id. */
  afterId: number | "first" | undefined;
  signal: AbortSignal;
  /** The connection of the reader, if it has one. */
  connection?: object | undefined;
};

/**
 * A session's messages after the id `afterId`, and then as they come. Without `afterId` only new messages come. An edited
 * message comes again, in its new form. The stream ends when `signal` aborts or the session is deleted.
 *
 * @throws {AppError} NOT_FOUND, TOO_MANY_REQUESTS
 */
export function followMessages(desk: Desk, { signal, connection, ...wanted }: Wanted): LiveStream<Message> {
  const { hub } = desk;
  const log = new SessionLog(desk, wanted.sessionId);
  return new LiveStream(signal, (sink, stop) => {
    const after = () => replay(desk, { ...wanted, signal: stop }, sink);
    // A reset means that the session was deleted; another one may have its id now.
    const follow = { hub, log, after, signal: stop, connection, endsAtReset: true };
    return followLog(follow, new MessageSink(sink));
  });
}

function messagesOf(items: readonly Positioned<LiveEvent>[]): readonly Message[] {
  return items.flatMap(({ event }) => (event.type === "message" ? [event.message] : []));
}

const messagesOnce = memoize(messagesOf);

/** Passes on the messages among a session's events. */
class MessageSink implements Sink<Positioned<LiveEvent>> {
  readonly #sink: Sink<Message>;

  constructor(sink: Sink<Message>) {
    this.#sink = sink;
  }

  get isReady(): boolean {
    return this.#sink.isReady;
  }

  inTurn<Value>(work: () => Promise<Value>): Promise<Value> {
    return this.#sink.inTurn(work);
  }

  send(items: readonly Positioned<LiveEvent>[], isShared: boolean): void {
    const messages = isShared ? messagesOnce(items) : messagesOf(items);
    if (messages.length > 0) this.#sink.send(messages, isShared);
  }
}

/**
 * Sends the stored messages after the id `afterId`.
 *
 * @returns the position up to which all messages were sent
 */
async function replay(
  desk: Desk,
  { sessionId, afterId, signal }: Wanted,
  sink: Sink<Message>,
): Promise<string> {
  const session = await getSessionExtent(desk, sessionId);
  const upToSeq = session.seq;
  const end = String(upToSeq);
  // The client has all stored messages.
  if (afterId === undefined) return end;
  let after = afterId === "first" ? undefined : afterId;

  async function sendChunk(isFirst: boolean): Promise<boolean> {
    const { turns } = desk.hub;
    const turn = isFirst ? turns.begin() : turns.goOn();
    if (turn) await turn;
    const { rows, isLast } = await listMessageChunk(desk.database.read, {
      life: session,
      after,
      upToSeq,
      limit: changesPerRead,
      from: "oldest",
    });
    if (rows.length === 0) await assertAlive(desk, session);
    else sink.send(rows.map(toMessage), false);
    after = rows.at(-1)?.id ?? after;
    return isLast;
  }

  for (let isFirst = true; !signal.aborted; isFirst = false) {
    if (await sink.inTurn(() => sendChunk(isFirst))) break;
  }
  return end;
}
