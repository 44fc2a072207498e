import { aborted, ChatFailure } from "../chat-error.ts";
import type { Message } from "../wire.ts";
import type { OutboxEntry } from "./outbox-entry.ts";

type Waiting = { resolve: (message: Message) => void; reject: (error: ChatFailure) => void };

/** Those who wait for what becomes of a send. */
export class Outcomes {
  readonly #waiting = new Map<string, Waiting[]>();

  /**
   * @returns the stored message. It rejects when the send is refused or cancelled. A rejection that nobody awaits is no
   * unhandled one: the message shows it too.
   */
  of(sessionId: string, key: string): Promise<Message> {
    const name = nameOf(sessionId, key);
    const outcome = new Promise<Message>((resolve, reject) => {
      this.#waiting.set(name, [...(this.#waiting.get(name) ?? []), { resolve, reject }]);
    });
    outcome.catch(() => undefined);
    return outcome;
  }

  resolve(message: Message): void {
    this.#settle(nameOf(message.session_id, message.key), ({ resolve }) => resolve(message));
  }

  check(entries: readonly OutboxEntry[]): void {
    if (this.#waiting.size === 0) return;
    const sends = new Map(
      entries.flatMap((entry) =>
        entry.item.message ? [[nameOf(entry.item.session_id, entry.item.message.key), entry] as const] : [],
      ),
    );
    for (const name of this.#waiting.keys()) {
      const { failed, isCancelled } = sends.get(name) ?? {};
      if (failed && !isCancelled) this.#settle(name, ({ reject }) => reject(new ChatFailure(failed)));
      else if (isCancelled !== false) this.#settle(name, ({ reject }) => reject(aborted(cancelled)));
    }
  }

  /** Nobody hears of an outcome any more. */
  end(): void {
    for (const name of this.#waiting.keys()) this.#settle(name, ({ reject }) => reject(aborted(closed)));
  }

  #settle(name: string, settle: (waiting: Waiting) => void): void {
    for (const waiting of this.#waiting.get(name) ?? []) settle(waiting);
    this.#waiting.delete(name);
  }
}

const cancelled = "The message was taken back.";
const closed = "The chat was closed before the answer. What is unsent is kept.";

function nameOf(sessionId: string, key: string): string {
  return JSON.stringify([sessionId, key]);
}
