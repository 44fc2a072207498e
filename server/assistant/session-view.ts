import type { LiveEvent } from "../contract/live-event.ts";
import type { Message } from "../contract/message.ts";
import { limits } from "../contract/limits.ts";
import { actions } from "../domain/actions.ts";
import type { Calling } from "../domain/perform.ts";

/**
 * The latest messages of a session, kept up to date by its events. It begins with at most 100 messages and 512 KiB of
 * JSON, and lives no longer than the writing of one reply. A reply that is streaming has the text of its beginning.
 */
export class SessionView implements Disposable {
  readonly #leaving = new AbortController();
  readonly #waiting = new Set<() => void>();
  #messages: Message[] = [];
  #seq: number | undefined;
  #end: { error?: unknown } | undefined;

  /** @param signal ends the view */
  constructor({ caller, perform }: Calling, sessionId: string, signal: AbortSignal) {
    const ended = AbortSignal.any([signal, this.#leaving.signal]);
    const wanted = { session_id: sessionId, after: undefined, limit: limits.snapshotMessages };
    void this.#follow(perform(caller, actions.followSession, { ...wanted, signal: ended }));
  }

  /** In the order of their ids. */
  get messages(): readonly Message[] {
    return this.#messages;
  }

  find(id: number): Message | undefined {
    return this.#messages.find((message) => message.id === id);
  }

  /**
   * Resolves when the view has every change up to `seq`: by default as soon as it has any.
   *
   * @returns false if the session was deleted, or the view has ended
   * @throws the error that ended the view
   */
  async has(seq = 0): Promise<boolean> {
    return this.#until(() => this.#seq !== undefined && this.#seq >= seq);
  }

  /** Resolves when a reply is no longer streaming, or the view has ended. */
  async hasEnded(id: number): Promise<void> {
    await this.#until(() => this.find(id)?.status !== "streaming").catch(() => undefined);
  }

  [Symbol.dispose](): void {
    this.#leaving.abort();
  }

  async #until(holds: () => boolean): Promise<boolean> {
    while (!holds()) {
      if (this.#end) {
        if ("error" in this.#end) throw this.#end.error;
        return false;
      }
      await new Promise<void>((resolve) => this.#waiting.add(resolve));
    }
    return true;
  }

  async #follow(feed: AsyncIterable<{ event: LiveEvent }>): Promise<void> {
    try {
      for await (const { event } of feed) {
        this.#apply(event);
        this.#wake();
      }
      this.#end = {};
    } catch (error) {
      this.#end = { error };
    }
    this.#wake();
  }

  #wake(): void {
    for (const resolve of this.#waiting) resolve();
    this.#waiting.clear();
  }

  #apply(event: LiveEvent): void {
    this.#seq = event.seq;
    if (event.type === "snapshot" || event.type === "reset") this.#messages = [...event.session.messages];
    if (event.type === "message") this.#put(event.message);
    if (event.type === "message_deleted") this.#remove(event.message_id);
  }

  #put(message: Message): void {
    const at = this.#messages.findIndex(({ id }) => id >= message.id);
    if (at < 0) this.#messages.push(message);
    else if (this.#messages[at]?.id === message.id) this.#messages[at] = message;
    // A change of a message before the first one leaves that one the first.
    else if (at > 0) this.#messages.splice(at, 0, message);
  }

  #remove(id: number): void {
    this.#messages = this.#messages.filter((message) => message.id !== id);
  }
}
