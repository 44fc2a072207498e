import type { RenamedLogs } from "./begin-rename.ts";
import { beginRename } from "./begin-rename.ts";
import type { ChatError } from "./chat-error.ts";
import { toChatError } from "./to-chat-error.ts";
import type { ChatRpc } from "./chat-rpc.ts";
import { cancel, whenMade } from "./outbox/outbox-acts.ts";
import type { Outbox } from "./outbox/outbox.ts";
import type { Pauses } from "./pauses.ts";

export type SessionChangesOptions = {
  rpc: ChatRpc;
  outbox: Outbox;
  pauses: Pauses;
  signal: AbortSignal;
  logsOf: (sessionId: string) => RenamedLogs;
  onChange: () => void;
};

/**
 * Renames and removals of sessions. They show at once, are repeated while the page lives, and are rolled back if
 * refused.
 */
export class SessionChanges {
  readonly #options: SessionChangesOptions;
  readonly #titles = new Map<string, { title: string; done: Promise<void> }>();
  readonly #removed = new Set<string>();
  readonly #errors = new Map<string, ChatError>();

  constructor(options: SessionChangesOptions) {
    this.#options = options;
  }

  /** The title that is being saved. */
  titleOf(sessionId: string): string | undefined {
    return this.#titles.get(sessionId)?.title;
  }

  isRemoved(sessionId: string): boolean {
    return this.#removed.has(sessionId);
  }

  /** Why the last change of the session was refused. */
  errorOf(sessionId: string): ChatError | undefined {
    return this.#errors.get(sessionId);
  }

  /** The list's log has reported the removal. Without an id: the log began again. */
  removalTold(sessionId?: string): void {
    if (sessionId === undefined) this.#removed.clear();
    else this.#removed.delete(sessionId);
  }

  /** @throws {ChatError} if the server refuses */
  rename(sessionId: string, title: string): Promise<void> {
    const { rpc, outbox, pauses, signal, logsOf } = this.#options;
    const earlier = this.#titles.get(sessionId)?.done;
    const change = { title, done: Promise.resolve() };
    change.done = this.#run(sessionId, async () => {
      try {
        // The last of two renames wins.
        await earlier?.catch(() => undefined);
        await whenMade(outbox, sessionId, signal);
        const end = beginRename(logsOf(sessionId), sessionId);
        end(
          await pauses.repeat(
            () => rpc.session.update.mutate({ session_id: sessionId, title }, { signal }),
            signal,
          ),
        );
      } finally {
        if (this.#titles.get(sessionId) === change) this.#titles.delete(sessionId);
      }
    });
    this.#titles.set(sessionId, change);
    this.#options.onChange();
    return change.done;
  }

  /** Removes the session together with its unsent messages. @throws {ChatError} if the server refuses */
  remove(sessionId: string): Promise<void> {
    const { rpc, outbox, pauses, signal } = this.#options;
    const waiting = outbox.entries(sessionId);
    this.#removed.add(sessionId);
    cancel(outbox, waiting);
    pauses.wake();
    const done = this.#run(sessionId, async () => {
      if (waiting.some(({ item }) => item.create)) return;
      try {
        await pauses.repeat(() => rpc.session.delete.mutate({ session_id: sessionId }, { signal }), signal);
      } catch (cause) {
        const error = toChatError(cause);
        if (error.kind === "refused" && error.code === "NOT_FOUND") return;
        this.#removed.delete(sessionId);
        throw error;
      }
    });
    this.#options.onChange();
    return done;
  }

  #run(sessionId: string, work: () => Promise<void>): Promise<void> {
    this.#errors.delete(sessionId);
    const done = work()
      // An earlier change may have been refused meanwhile.
      .then(() => void this.#errors.delete(sessionId))
      .catch((cause: unknown) => {
        const error = toChatError(cause);
        this.#errors.set(sessionId, error);
        throw error;
      })
      .finally(() => this.#options.onChange());
    return done;
  }
}
