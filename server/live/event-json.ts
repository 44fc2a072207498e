import type { LogEvent, TrackedEvent } from "./change-log.ts";

const shared = new WeakMap<TrackedEvent<LogEvent>, string>();

/** An event as JSON, for one receiver. */
export function toJson(item: TrackedEvent<LogEvent>): string {
  return shared.get(item) ?? JSON.stringify(item.event);
}

/** An event as JSON, for several receivers: it is encoded once for all of them, at every door. */
export function toSharedJson(item: TrackedEvent<LogEvent>): string {
  const json = toJson(item);
  shared.set(item, json);
  return json;
}
