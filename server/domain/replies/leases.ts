import type { OpenReply } from "../../../db/store.ts";

type Lease = OpenReply & { endMs: number };

export type LeaseOptions = {
  durationMs: number;
  /** A clock that only goes forward, in milliseconds. */
  elapsedMs: () => number;
};

/**
 * The leases of the replies that are streaming. A writer renews its reply's lease with all that it sends. A reply whose lease has
 * ended has no writer any more.
 */
export class Leases {
  readonly durationMs: number;
  readonly #elapsedMs: () => number;
  readonly #byMessage = new Map<number, Lease>();

  constructor({ durationMs, elapsedMs }: LeaseOptions) {
    this.durationMs = durationMs;
    this.#elapsedMs = elapsedMs;
  }

  /** Gives a reply a whole lease from now on. */
  renew(reply: OpenReply): void {
    this.#byMessage.set(reply.message_id, { ...reply, endMs: this.#elapsedMs() + this.durationMs });
  }

  end(messageId: number): void {
    this.#byMessage.delete(messageId);
  }

  hasEnded(messageId: number): boolean {
    const lease = this.#byMessage.get(messageId);
    return lease !== undefined && lease.endMs <= this.#elapsedMs();
  }

  listEnded(): OpenReply[] {
    return [...this.#byMessage.values()].filter(({ message_id: id }) => this.hasEnded(id));
  }

  /** Takes over what the database says: a reply that another server opened, or appended to, has a new lease too. */
  compare(open: readonly OpenReply[]): void {
    for (const reply of open) {
      const known = this.#byMessage.get(reply.message_id);
      if (!known || known.renewals < reply.renewals) this.renew(reply);
    }
    const ids = new Set(open.map(({ message_id: id }) => id));
    for (const id of this.#byMessage.keys()) if (!ids.has(id)) this.#byMessage.delete(id);
  }
}
