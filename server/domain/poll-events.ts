import { limits } from "../contract/limits.ts";
import type { Services } from "./services.ts";
import { toJson } from "../live/event-json.ts";
import type { Feed } from "../live/feed.ts";
import type { LogEvent, TrackedEvent } from "../live/change-log.ts";

/** The answer to a poll: each event as JSON, and the position for the next poll. */
export type Polled = { events: string[]; position: string };

/**
 * The size at which an answer ends, in UTF-16 code units of JSON. The whole answer is in memory; the next poll gets the
 * rest.
 */
const maxAnswerChars = 1024 * 1024;

/**
 * The events of a log after a position: at once if there are any, else when the first one comes. The answer is empty if
 * `wait` seconds or `services.pollMs` pass, or `signal` aborts. It has no `caught_up`: an empty answer means the same.
 *
 * @param follow follows the log after that position until the signal aborts
 * @throws {AppError} the errors of `follow`
 */
export async function pollEvents<Event extends LogEvent>(
  services: Services,
  follow: (signal: AbortSignal) => Feed<TrackedEvent<Event>>,
  { after, wait = 0, signal }: { after?: string | undefined; wait?: number | undefined; signal: AbortSignal },
): Promise<Polled> {
  const enough = new AbortController();
  const stop = AbortSignal.any([signal, enough.signal, services.stopping]);
  let timer: NodeJS.Timeout | undefined;
  const answer: Polled = { events: [], position: after ?? "" };
  let chars = 0;
  try {
    const take = (items: readonly TrackedEvent<Event>[]): void => {
      for (const item of items) {
        const { position, event } = item;
        if (stop.aborted) return;
        answer.position = position;
        if (event.type !== "caught_up") {
          const json = toJson(item);
          answer.events.push(json);
          chars += json.length;
        }
        const isFull = answer.events.length === limits.pageItems || chars > maxAnswerChars;
        if (event.type === "caught_up" && answer.events.length === 0 && wait > 0) {
          timer = setTimeout(() => enough.abort(), Math.min(wait * 1000, services.pollMs));
        } else if (event.type === "caught_up" || isFull) {
          enough.abort();
        }
      }
      if (timer && answer.events.length > 0) enough.abort();
    };
    await follow(stop).pipeTo({
      isWritable: true,
      // An answer has events of the log alone.
      takesSignals: false,
      whenWritable: (work) => work(),
      send: take,
      sendShared: take,
    });
  } finally {
    clearTimeout(timer);
  }
  return answer;
}
