import { limits } from "../../../server/contract/limits.ts";
import { aborted } from "../chat/chat-error.ts";
import type { WebSocketClass } from "../chat/connection/carrier.ts";
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
 * @throws {TypeError} if an option is invalid, or there is no `WebSocket`. @throws {ChatError} `aborted` if the chat is closed
 */
export function serveReplies(chat: Chat, options: ServeOptions): ReplyWorker {
  const { writer = createRandomId(), name = "worker", history = 100, maxReplies = 32 } = options;
  assertOptions({ ...options, writer, name });
  assertCount("history", history, 500);
  assertCount("maxReplies", maxReplies, Number.MAX_SAFE_INTEGER);
  const { rpc, internals } = chat;
  if (internals.signal.aborted) throw aborted("The chat is closed.");
  assertWebSocket(internals);
  const { onError, describeError } = guarded(options);
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
      reply: options.reply,
      onBusy: options.onBusy ?? "queue",
      describeError,
      onError,
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
          onRefused: (error) => onError(error, { session_id: "" }),
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

/** The callbacks of the program. An error in one of them has no effect on a reply. */
function guarded({
  onError,
  describeError,
}: ServeOptions): Required<Pick<ServeOptions, "onError" | "describeError">> {
  return {
    onError(error, at) {
      try {
        onError?.(error, at);
      } catch {
        // The caller can be told nothing more.
      }
    },
    describeError(error) {
      try {
        return describeError?.(error) ?? defaultSentence;
      } catch {
        return defaultSentence;
      }
    },
  };
}

const defaultSentence = "The assistant could not answer.";

/** The server refuses control characters and lone surrogates in names. */
const isLabel = /^[^\p{Cc}\p{Cs}]+$/u;

const treatments = ["queue", "refuse", "interrupt"];

function assertOptions({ reply, onBusy = "queue", ...names }: ServeOptions): void {
  if (typeof reply !== "function") throw new TypeError("reply must be a function that writes a reply.");
  if (!treatments.includes(onBusy)) {
    throw new TypeError(`onBusy must be one of ${treatments.join(", ")}: it is ${JSON.stringify(onBusy)}.`);
  }
  for (const name of ["writer", "name", "format"] as const) {
    const value: unknown = names[name];
    const isFitting = typeof value === "string" && isLabel.test(value) && value.length <= limits.keyChars;
    if (!isFitting && !(name === "format" && value === undefined)) {
      throw new TypeError(`${name} must be a text of 1 to ${limits.keyChars} characters on one line.`);
    }
  }
}

/** Without one the worker would wait for ever. */
function assertWebSocket({
  WebSocket = (globalThis as { WebSocket?: WebSocketClass }).WebSocket,
}: Chat["internals"]): void {
  if (WebSocket) return;
  throw new TypeError(
    "There is no WebSocket: use Node from version 22 on, or give createChat the option WebSocket.",
  );
}

function assertCount(name: string, value: number, most: number): void {
  if (Number.isInteger(value) && value >= 1 && value <= most) return;
  throw new TypeError(`${name} must be a whole number from 1 to ${most}: it is ${value}.`);
}
