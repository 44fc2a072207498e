import type { LogEvent, TrackedEvent } from "./change-log.ts";

/** An event as JSON, made once for all its subscribers. An event does not change once it is encoded. */
export function toJson(item: TrackedEvent<LogEvent>): string {
  return (item.json ??= JSON.stringify(item.event));
}
