import type { Change, LogEvent } from "./change-log.ts";

/**
 * An event of a stream: a change with the fields that depend on the stream. The type of a change omits these fields,
 * and TypeScript cannot add them back to a union.
 */
export function toEvent<Event extends LogEvent>(
  change: Change<Event> | { type: "snapshot" | "reset" | "caught_up" | "signal"; seq: number },
  ofStream: { prev: number; epoch?: string | undefined },
): Event {
  return { ...change, ...ofStream } as unknown as Event;
}
