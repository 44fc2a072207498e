import { expect } from "vitest";
import { applyEvent, emptySession } from "../../client-sdk/src/chat/apply-event.ts";
import type { LogEvent, TrackedEvent } from "../../server/live/change-log.ts";
import type { Following, Seen } from "./live-door.ts";

/** Resolves with what came, when the change `seq` has come, or the snapshot that holds it. */
export async function seenUpTo<Event extends LogEvent>(
  { events }: Pick<Following<Event>, "events">,
  seq: number,
): Promise<TrackedEvent<Event>[]> {
  return events.until((items) => items.some(({ event }) => event.seq >= seq && !isNoChange(event)));
}

/** Without `caught_up` and signals, which are no changes. */
export function changesOf<Event extends LogEvent>(seen: TrackedEvent<Event>[]): TrackedEvent<Event>[] {
  return seen.filter(({ event }) => !isNoChange(event));
}

function isNoChange({ type }: LogEvent): boolean {
  return type === "caught_up" || type === "signal";
}

export function typesAndSeqs(seen: TrackedEvent<LogEvent>[]): unknown[] {
  return seen.map(({ event: { type, seq, prev } }) => [type, seq, prev]);
}

/**
 * The rules of every stream that goes on after the position `after` (0: from its beginning): `seq` strictly rises, each
 * event's `prev` is the event before it, each position is of one history, and `caught_up` comes once at most. Only
 * `caught_up` and signals repeat the `seq` before them.
 */
export function expectUnbroken(seen: TrackedEvent<LogEvent>[], after = 0): void {
  let last = after;
  const epochs = new Set<string>();
  for (const { position, event } of seen) {
    const [epoch = "", seq] = position.split(":");
    epochs.add(epoch);
    expect([seq, event.prev]).toEqual([String(event.seq), last]);
    if ("epoch" in event) expect(event.epoch).toBe(epoch);
    if (isNoChange(event)) expect(event.seq).toBe(last);
    else if (event.type !== "snapshot" && event.type !== "reset") expect(event.seq).toBeGreaterThan(last);
    last = event.seq;
  }
  expect(epochs.size).toBeLessThanOrEqual(1);
  expect(seen.filter(({ event }) => event.type === "caught_up").length).toBeLessThanOrEqual(1);
}

export type View = { title: string | undefined; messages: { id: number; content: string }[] };

type Viewed = { title: string | undefined; messages: readonly { id: number; content: string }[] };

/** The state of a reader that applies the events. */
export function apply(seen: Seen[]): View {
  const { session, messages, isDeleted } = seen.map(({ event }) => event).reduce(applyEvent, emptySession);
  return viewOf({ title: isDeleted ? undefined : session?.title, messages });
}

/** The same of a session as it was read. */
export function viewOf({ title, messages }: Viewed): View {
  return { title, messages: messages.map(({ id, content }) => ({ id, content })) };
}
