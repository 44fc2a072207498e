import type { ListAnswer, ListState } from "./apply-list-event.ts";
import { applyListEvent, emptyList } from "./apply-list-event.ts";
import type { ChatError } from "./chat-error.ts";
import type { ChatParts } from "./chat-parts.ts";
import { FollowedLog } from "./followed-log.ts";
import type { LineStatus } from "./line.ts";
import type { ShownSession } from "./shown-sessions.ts";
import { SessionView } from "./shown-sessions.ts";
import { Paging } from "./paging.ts";
import { Publisher } from "./publish-per-frame.ts";
import { createRandomId } from "./random-id.ts";
import { isAlike } from "./shown-messages.ts";
import type { ListedSession, ListEvent, SessionHead } from "./wire.ts";

/** The list of sessions as a page shows it. */
export type ListSnapshot = {
  readonly status: LineStatus;
  /** The most recently active first; those that are still to be made come before them. */
  readonly sessions: readonly ShownSession[];
  /** Whether something is known of the list: from this or an earlier visit. */
  readonly isLoaded: boolean;
  /** Whether `loadMore` has more. */
  readonly hasMore: boolean;
  readonly isLoadingMore: boolean;
  /** Why the list cannot be followed. */
  readonly error: ChatError | undefined;
};

const pageSessions = 50;

/** The live store of the list of sessions. It is followed while it has subscribers. */
export class ListStore {
  readonly #parts: ChatParts;
  readonly #log: FollowedLog<ListState, ListEvent, ListAnswer>;
  readonly #publisher: Publisher;
  readonly #pages: Paging<ListedSession>;
  readonly #view = new SessionView();
  #snapshot: ListSnapshot;

  constructor(parts: ChatParts) {
    this.#parts = parts;
    this.#publisher = new Publisher(() => this.#publish(), parts.schedule);
    const { touch } = this.#publisher;
    this.#log = new FollowedLog<ListState, ListEvent, ListAnswer>({
      ...parts,
      name: "list",
      empty: emptyList,
      apply: applyListEvent,
      shorten,
      follow: (follower) => parts.line.followList(follower),
      isAwaited: () => false,
      beforeJudging: () => parts.outbox.reload(),
      listen: (listener) => [parts.changes.subscribe(listener), parts.outbox.subscribe(listener)],
      onEvent: (event) => this.#heed(event),
      onChange: touch,
      onLive: () => void parts.outbox.reload(),
    });
    this.#pages = new Paging({ ...parts, apply: (answer) => this.#log.apply(answer) });
    this.#snapshot = this.#show();
  }

  /** The same object until something changed. */
  readonly getSnapshot = (): ListSnapshot => {
    if (!this.#log.isInUse) this.#publish();
    return this.#snapshot;
  };

  /** @returns the function that ends the subscription. */
  readonly subscribe = (listener: () => void): (() => void) => {
    const stop = this.#publisher.subscribe(listener);
    const release = this.#log.use();
    return () => {
      stop();
      release();
    };
  };

  /** Puts a new session in the outbox. It shows at once, and messages can be sent to it. @returns its id */
  create({ title }: { title?: string } = {}): string {
    const { outbox, now } = this.#parts;
    const id = createRandomId();
    const createdAt = new Date(now()).toISOString();
    outbox.add({ session_id: id, create: { created_at: createdAt, ...(title !== undefined && { title }) } });
    return id;
  }

  /** Makes a session again whose making was refused. */
  retry(sessionId: string): void {
    const { outbox } = this.#parts;
    outbox.retry(outbox.entries(sessionId).filter(({ failed }) => failed));
  }

  /** Changes a title at once. @throws {ChatError} when it is refused */
  rename(sessionId: string, title: string): Promise<void> {
    return this.#parts.changes.rename(sessionId, title);
  }

  /** Removes a session at once, and what waits to be sent to it. @throws {ChatError} when it is refused */
  remove(sessionId: string): Promise<void> {
    return this.#parts.changes.remove(sessionId);
  }

  /** Loads less active sessions. Calls while it loads share its outcome. @throws {ChatError} */
  loadMore({ signal }: { signal?: AbortSignal } = {}): Promise<void> {
    const { rpc } = this.#parts;
    const { cursor } = this.#log.state;
    if (cursor === null) return Promise.resolve();
    const query = { order: "activity", cursor, limit: pageSessions } as const;
    return this.#pages.load((options) => rpc.session.list.query(query, options), signal);
  }

  /** @returns a function that takes the answer of a rename that is called now */
  beginRename(sessionId: string): (session: SessionHead) => void {
    const before = this.#log.state.sessions.find(({ id }) => id === sessionId);
    return ({ title }) => before && this.#log.apply({ type: "renamed", title, before });
  }

  /** Empties it: what was stored for it is forgotten. */
  clear(): void {
    this.#log.clear();
  }

  close(): void {
    this.#log.stop();
  }

  #heed(event: ListEvent): void {
    const { changes } = this.#parts;
    if (event.type === "session_deleted") changes.removalTold(event.session_id);
    if (event.type !== "snapshot" && event.type !== "reset") return;
    changes.removalTold();
    this.#pages.cancel();
  }

  #publish(): boolean {
    const next = this.#show();
    if (isAlike(this.#snapshot, next)) return false;
    this.#snapshot = next;
    return true;
  }

  #show(): ListSnapshot {
    const { outbox, changes } = this.#parts;
    const { state, status, error, isLoaded } = this.#log;
    return {
      status,
      sessions: this.#view.show({ sessions: state.sessions, entries: outbox.entries(), changes }),
      isLoaded,
      hasMore: state.cursor !== null,
      isLoadingMore: state.paging !== undefined,
      error,
    };
  }
}

/** Without the further pages: a list can be gone on with only where the server gave a cursor. */
function shorten(state: ListState): ListState {
  const { cursor, floor } = state.first;
  const sessions = state.sessions.filter(
    ({ activity_seq: activity }) => cursor === null || activity >= floor,
  );
  return { ...state, sessions, cursor, floor, paging: undefined };
}
