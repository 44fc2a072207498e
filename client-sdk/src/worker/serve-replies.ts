import { aborted } from "../chat/chat-error.ts";
import { Pauses } from "../chat/pauses.ts";
import { createRandomId } from "../chat/random-id.ts";
import type { Chat } from "../create-chat.ts";
import { followList } from "./follow-list.ts";
import type { ReplyWorker, ServeOptions } from "./options.ts";
import { Progress } from "./progress.ts";
import { SessionTurn } from "./session-turn.ts";
import { Slots } from "./slots.ts";

/** The time for which a position is gathered before it is stored, in milliseconds. */
const saveDelayMs = 1000;

/** How long `close` waits for the server, in milliseconds. */
const closeMs = 5000;

/**
 * Writes the assistant's side of every session: each message of a user gets a reply, in a process of one's own. No
 * message is missed over restarts of the worker or the server, and of several workers one answers.
 *
 * Close the worker before the chat. Without a stored position every session is looked at once, and unanswered messages are answered, however old they are.
 *
 * @throws {TypeError} if an option is invalid
 */
export function serveReplies(chat: Chat, options: ServeOptions): ReplyWorker {
  const { writer = createRandomId(), name = "worker", history = 100, maxReplies = 32 } = options;
  assertCount("history", history, 500);
  assertCount("maxReplies", maxReplies, Number.MAX_SAFE_INTEGER);
  const { rpc, internals } = chat;
  const { storage } = internals;
  const positionName = `${internals.prefix}worker/${name}`;
  const pauses = new Pauses();
  const closing = new AbortController();
  const closed = new AbortController();
  const slots = new Slots(maxReplies);
  const turns = new Map<string, SessionTurn>();
  let position: string | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;

  const save = async (): Promise<void> => {
    clearTimeout(timer);
    timer = undefined;
    // Without the position the next start looks at every session.
    if (position !== undefined) await storage.write([[positionName, position]]).catch(() => undefined);
  };
  const progress = new Progress((moved) => {
    position = moved;
    timer ??= setTimeout(() => void save(), saveDelayMs);
  });

  const turnOf = (sessionId: string): SessionTurn => {
    const known = turns.get(sessionId);
    if (known) return known;
    const turn = new SessionTurn({
      onBusy: "queue",
      describeError: () => "The assistant could not answer.",
      onError: () => undefined,
      ...options,
      format: options.format,
      writer,
      history,
      rpc,
      pauses,
      sessionId,
      enter: () => slots.enter(),
      begin: () => progress.begin(sessionId),
      closing: closing.signal,
      closed: closed.signal,
      onIdle: () => turns.delete(sessionId),
    });
    turns.set(sessionId, turn);
    return turn;
  };

  /** The position of the last event, which may be further than everything that is done. */
  let followed: string | undefined;
  const following = storage
    .get(positionName)
    .catch(() => undefined)
    .then((stored) => {
      followed = stored;
      return followList(
        rpc,
        pauses,
        {
          position: () => followed,
          onReset() {
            followed = undefined;
            progress.clear();
          },
          onEvent(event, at) {
            followed = at;
            if (event.type !== "session") return progress.pass(at);
            const { id } = event.session;
            progress.note(at, id);
            turnOf(id).wake();
          },
          onRefused: (error) => options.onError?.(error, { session_id: "" }),
        },
        closing.signal,
      );
    });

  const close = async (): Promise<void> => {
    closing.abort(aborted("The worker was closed."));
    const end = setTimeout(() => closed.abort(), closeMs);
    await Promise.all([following, ...[...turns.values()].map((turn) => turn.end())]);
    clearTimeout(end);
    closed.abort();
    await save();
  };
  // The calls of a closed chat are not answered.
  internals.signal.addEventListener("abort", () => {
    closed.abort();
    void close();
  });
  return { close };
}

function assertCount(name: string, value: number, most: number): void {
  if (Number.isInteger(value) && value >= 1 && value <= most) return;
  throw new TypeError(`${name} must be a whole number from 1 to ${most}: it is ${value}.`);
}
