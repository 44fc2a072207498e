import { ChatFailure } from "../chat/chat-error.ts";
import type { SessionSnapshot } from "../chat/session-snapshot.ts";
import type { ShownMessage } from "../chat/shown-messages.ts";
import type { Chat, ChatSession } from "../create-chat.ts";
import { Outgoing } from "./outgoing.ts";
import type { AgUiEvent } from "./session-events.ts";
import { runsOf, SessionEvents } from "./session-events.ts";
import { snapshotsOf } from "./snapshots-of.ts";
import type { SentMessage, UIMessage } from "./ui-message.ts";
import { toUIMessage } from "./ui-message.ts";

export type HistoryPageOptions = {
  /** How many messages the page has at least, if there are as many. The session's store loads 50 at a time. */
  limit?: number;
  /** The cursor of the page before: this page ends before it. */
  before?: string;
};

/** A part of the session's messages that ends with the latest one, or before a cursor. */
export type HistoryPage<Message> = {
  messages: Message[];
  /** The latest reply that has not ended. */
  activeRun: { runId: string } | null;
  interrupts: null;
  page: { truncated: false } | { truncated: true; cursor: string };
};

/**
 * The `SubscribeConnectionAdapter` of TanStack AI over a session. An event of AG-UI and a `UIMessage` are `never` here:
 * the library's types contain an enum, so that no type of another package fits them.
 */
export type AIDeskConnection = {
  subscribe(signal?: AbortSignal): AsyncIterable<never>;
  send(messages: readonly SentMessage[], data?: unknown, signal?: AbortSignal): Promise<void>;
  joinRun(runId: string, signal?: AbortSignal): AsyncIterable<never>;
  hydrate(threadId: string, options?: HistoryPageOptions): Promise<HistoryPage<never>>;
};

/**
 * Connects `useChat` of TanStack AI with a session: it shows everything that anybody writes there, and sends through
 * the chat's outbox. The id of a message is its `key`. The id of a run is the key of its reply.
 *
 * Pass `live: true` and `queue: "interrupt"` to `useChat`. A message that is sent while a reply is written is then stored
 * at once, and the worker's `onBusy` says what becomes of the reply. `stop` of `useChat` ends the reply that its component
 * waits for, and `reload` asks for another reply. An unmount ends no reply.
 *
 * @param sessionId the session, which need not exist yet; also the `threadId` of `useChat`
 */
export function aiDeskConnection(chat: Chat, sessionId: string): AIDeskConnection {
  return new SessionConnection(() => chat.session(sessionId)) as unknown as AIDeskConnection;
}

class SessionConnection {
  readonly #session: () => ChatSession;
  readonly #subscriptions = new Set<AbortSignal>();
  readonly #outgoing = new Outgoing();
  /** Counts the requests. */
  #turn = 0;

  constructor(session: () => ChatSession) {
    this.#session = session;
  }

  async *subscribe(signal = new AbortController().signal): AsyncGenerator<AgUiEvent> {
    this.#subscriptions.add(signal);
    try {
      yield* this.#events(signal, () => true);
    } finally {
      this.#subscriptions.delete(signal);
    }
  }

  async send(messages: readonly SentMessage[], _data?: unknown, signal?: AbortSignal): Promise<void> {
    await Promise.race([this.#outgoing.post(this.#session(), messages), this.#stopOnAbort(signal)]);
  }

  async *joinRun(runId: string, signal?: AbortSignal): AsyncGenerator<AgUiEvent> {
    void this.#stopOnAbort(signal);
    const session = this.#session();
    const isOpen = (snapshot: SessionSnapshot): boolean => runsOf(snapshot).has(runId);
    if (!this.#isSubscribed) yield* this.#events(signal, isOpen);
    else if (isOpen(session.getSnapshot())) {
      // The subscription brings the reply itself.
      yield { type: "RUN_STARTED", threadId: session.id, runId };
      for await (const snapshot of snapshotsOf(session, signal)) if (!isOpen(snapshot)) return;
    }
  }

  async hydrate(
    _threadId: string,
    { limit = 1, before }: HistoryPageOptions = {},
  ): Promise<HistoryPage<UIMessage>> {
    const session = this.#session();
    const leave = session.subscribe(() => undefined);
    try {
      for await (const snapshot of snapshotsOf(session, undefined)) if (isReady(snapshot)) break;
      const page = (): readonly ShownMessage[] => messagesBefore(session.getSnapshot(), before);
      while (session.getSnapshot().hasEarlier && page().length < limit) await session.loadEarlier();
      const { hasEarlier, run } = session.getSnapshot();
      const cursor = page()[0]?.key;
      return {
        messages: page().map(toUIMessage),
        activeRun: run ? { runId: run.key } : null,
        interrupts: null,
        page: hasEarlier && cursor !== undefined ? { truncated: true, cursor } : { truncated: false },
      };
    } finally {
      leave();
    }
  }

  /** The session's events, up to the first snapshot that is not wanted. */
  async *#events(
    signal: AbortSignal | undefined,
    isWanted: (snapshot: SessionSnapshot) => boolean,
  ): AsyncGenerator<AgUiEvent> {
    const session = this.#session();
    const events = new SessionEvents(session.id);
    for await (const snapshot of snapshotsOf(session, signal)) {
      if (snapshot.isLoaded || snapshot.messages.length > 0) yield* events.next(snapshot);
      if (isReady(snapshot) && !isWanted(snapshot)) return;
    }
  }

  get #isSubscribed(): boolean {
    return [...this.#subscriptions].some(({ aborted }) => !aborted);
  }

  /**
   * Stops the replies that are open when the signal aborts. There are two other reasons for an abort: an unmount, and a
   * new request. Resolves when the signal aborts.
   */
  #stopOnAbort(signal: AbortSignal | undefined): Promise<void> {
    const turn = (this.#turn += 1);
    return new Promise((aborted) => {
      const stop = (): void => {
        aborted();
        const session = this.#session();
        const runs = runsOf(session.getSnapshot());
        const isStop = (): boolean => this.#isSubscribed && turn === this.#turn;
        // A new request follows in the same task. An unmount ends the subscription one task later.
        setTimeout(() =>
          setTimeout(() => {
            if (isStop()) for (const key of runs) void session.stop(key);
          }),
        );
      };
      signal?.addEventListener("abort", stop, { once: true });
    });
  }
}

/** Whether there is data of the session. @throws {ChatError} if there will be none */
function isReady({ isLoaded, status, error }: SessionSnapshot): boolean {
  if (status === "closed" && error) throw new ChatFailure(error);
  return isLoaded;
}

function messagesBefore({ messages }: SessionSnapshot, before: string | undefined): readonly ShownMessage[] {
  const at = messages.findIndex(({ key }) => key === before);
  return at < 0 ? messages : messages.slice(0, at);
}
