import { aborted, ChatFailure } from "../chat-error.ts";
import { handled } from "../handled.ts";
import type { Message } from "../wire.ts";
import type { OutboxEntry } from "./outbox-entry.ts";

type Waiting = {
  outcome: Promise<Message>;
  resolve: (message: Message) => void;
  reject: (error: ChatFailure) => void;
};

/** The outcomes of sends, for the callers that wait for them. */
export class Outcomes {
  readonly #waiting = new Map<string, Waiting>();

  /**
   * @returns the stored message. Rejects if the send is refused or cancelled. An unawaited rejection does not count as
   *   unhandled, since the message shows the error too.
   */
  of(sessionId: string, key: string): Promise<Message> {
    const name = nameOf(sessionId, key);
    const waiting = this.#waiting.get(name) ?? ({} as Waiting);
    waiting.outcome ??= handled(
      new Promise((resolve, reject) => {
        this.#waiting.set(name, Object.assign(waiting, { resolve, reject }));
      }),
    );
    return waiting.outcome;
  }

  resolve(message: Message): void {
    this.#take(nameOf(message.session_id, message.key))?.resolve(message);
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
      if (failed && !isCancelled) this.#take(name)?.reject(new ChatFailure(failed));
      else if (isCancelled !== false) this.#take(name)?.reject(aborted(cancelled));
    }
  }

  /** Rejects for all callers that wait, as `aborted`. */
  end(): void {
    for (const name of this.#waiting.keys()) this.#take(name)?.reject(aborted(closed));
  }

  #take(name: string): Waiting | undefined {
    const waiting = this.#waiting.get(name);
    this.#waiting.delete(name);
    return waiting;
  }
}

const cancelled = "The message was taken back.";
const closed = "The chat was closed before the answer. What is unsent is kept.";

function nameOf(sessionId: string, key: string): string {
  return JSON.stringify([sessionId, key]);
}
