import type { LogEvent, Positioned } from "./log.ts";

/** An event as JSON, made once however many it is sent to. Who encodes an event changes it no more. */
export function toJson(item: Positioned<LogEvent>): string {
  return (item.json ??= JSON.stringify(item.event));
}
