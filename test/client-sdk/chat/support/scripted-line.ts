import type { ChatError } from "../../../../client-sdk/src/chat/chat-error.ts";
import type { Follower, Line, LineStatus } from "../../../../client-sdk/src/chat/line.ts";
import type { ListEvent, LiveEvent } from "../../../../client-sdk/src/chat/wire.ts";

type Unplaced<Event> = Event extends unknown ? Omit<Event, "prev"> : never;

/** A line whose events are those of the test, in the order of the test. */
export class ScriptedLine implements Line {
  status: LineStatus = "connecting";
  /** The position at which each subscription began. */
  readonly subscriptions: (string | undefined)[] = [];
  open = 0;
  readonly #listeners = new Set<() => void>();
  #follower: Follower<never> | undefined;

  subscribeStatus(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  followSession(_: { sessionId: string; limit: number; maxMissed: number }, follower: Follower<LiveEvent>) {
    return this.#follow(follower);
  }

  followList(follower: Follower<ListEvent>) {
    return this.#follow(follower);
  }

  tell(...events: Unplaced<LiveEvent | ListEvent>[]): void {
    const placed = events.map((event) => ({
      position: `${"epoch" in event ? event.epoch : "e"}:${event.seq}`,
      event: { ...event, prev: event.seq - 1 } as never,
    }));
    this.#follower?.take(placed);
  }

  refuse(error: ChatError): void {
    const follower = this.#follower;
    follower?.onStatus("closed");
    follower?.onRefused(error);
  }

  setStatus(status: LineStatus): void {
    this.status = status;
    this.#follower?.onStatus(status);
    for (const listener of this.#listeners) listener();
  }

  reconnect(): void {}

  async close(): Promise<void> {}

  #follow(follower: Follower<never>): () => void {
    this.open += 1;
    this.subscriptions.push(follower.position());
    this.#follower = follower;
    return () => {
      this.open -= 1;
      this.#follower = undefined;
    };
  }
}
