import type { ListState } from "./apply-list-event.ts";
import { applyListEvent, emptyList } from "./apply-list-event.ts";
import type { ChatError } from "./chat-error.ts";
import type { ChatParts } from "./chat-parts.ts";
import { SameList } from "./is-alike.ts";
import type { LineStatus } from "./line.ts";
import { LiveStore } from "./live-store.ts";
import { createRandomId } from "./random-id.ts";
import type { ShownSession } from "./shown-sessions.ts";
import { showSessions } from "./shown-sessions.ts";
import type { ListedSession, ListEvent } from "./wire.ts";

/** The list of sessions as a page shows it. */
export type ListSnapshot = {
  readonly status: LineStatus;
  /** The most recently active first; sessions that are not created yet come before them. */
  readonly sessions: readonly ShownSession[];
  /** Whether there is data of the list, from this visit or an earlier one. */
  readonly isLoaded: boolean;
  /** Whether `loadMore` can load more. */
  readonly hasMore: boolean;
  readonly isLoadingMore: boolean;
  /** Why the list cannot be followed. */
  readonly error: ChatError | undefined;
};

const pageSessions = 50;

/** The live store of the list of sessions. */
export class ListStore extends LiveStore<ListState, ListEvent, string, ListedSession, ListSnapshot> {
  readonly #shown = new SameList<ShownSession>(({ id }) => id);

  constructor(parts: ChatParts) {
    super(parts, {
      name: "list",
      empty: emptyList,
      apply: applyListEvent,
      follow: (follower) => parts.line.followList(follower),
      isAwaited: () => false,
    });
  }

  /**
   * Puts a new session in the outbox. It shows at once, and messages can be sent to it.
   *
   * @param id a random one by default; a session that exists with that id is left as it is
   * @returns its id
   */
  create({ title, id = createRandomId() }: { title?: string; id?: string } = {}): string {
    const { outbox, now } = this.parts;
    const created_at = new Date(now()).toISOString();
    outbox.add({ session_id: id, create: { created_at, title } });
    return id;
  }

  /** Creates a session again whose creation was refused. */
  retry(sessionId: string): void {
    this.parts.outbox.retry(sessionId, () => true);
  }

  /** Changes a title at once. @throws {ChatError} if the server refuses */
  rename(sessionId: string, title: string): Promise<void> {
    return this.shown(this.parts.change((changes) => changes.rename(sessionId, title)));
  }

  /** Removes a session and its unsent messages at once. @throws {ChatError} if the server refuses */
  remove(sessionId: string): Promise<void> {
    return this.shown(this.parts.change((changes) => changes.remove(sessionId)));
  }

  /** Loads less active sessions. Calls during a load share its outcome. @throws {ChatError} */
  loadMore({ signal }: { signal?: AbortSignal } = {}): Promise<void> {
    const { rpc } = this.parts;
    const page = this.loadPage(
      ({ putSessions }) => putSessions,
      ({ cursor }) =>
        cursor === null
          ? undefined
          : (options) => rpc.session.list.query({ order: "activity", cursor, limit: pageSessions }, options),
      signal,
    );
    return this.shown(page);
  }

  protected override onEvent(event: ListEvent, isNew: boolean): void {
    const changes = this.parts.changes();
    if (isNew) changes?.removalTold();
    else if (event.type === "session_deleted") changes?.removalTold(event.session_id);
  }

  protected override show(): ListSnapshot {
    const { outbox, changes } = this.parts;
    const { state, status, error, isLoaded } = this.log;
    const { sessions, cursor, paging } = state;
    const shown = showSessions({ sessions, entries: outbox.entries(), changes: changes() });
    return {
      status,
      sessions: this.#shown.keep(shown),
      isLoaded,
      hasMore: cursor !== null,
      isLoadingMore: paging !== undefined,
      error,
    };
  }
}
