import { limits } from "../contract/limits.ts";
import type { Desk } from "./desk.ts";
import { toJson } from "./event-json.ts";
import type { LiveStream } from "./live-stream.ts";
import type { LogEvent, Positioned } from "./log.ts";

/** The answer to a poll: each event as JSON, and the position to go on after. */
export type Polled = { events: string[]; position: string };

/** The size at which an answer ends, in UTF-16 code units of JSON: it is whole in memory. The next poll gets the rest. */
const maxAnswerChars = 1024 * 1024;

/**
 * The events of a log after a position: at once if there are any, else as soon as one comes. The answer is empty if
 * `wait` seconds or `desk.pollMs` pass, or `signal` aborts. It has no `caught_up`: an empty answer says the same.
 *
 * @param follow follows the log after that position until the signal aborts
 * @throws {AppError} what following the log can fail with
 */
export async function pollEvents<Event extends LogEvent>(
  desk: Desk,
  follow: (signal: AbortSignal) => LiveStream<Positioned<Event>>,
  { after, wait = 0, signal }: { after?: string | undefined; wait?: number | undefined; signal: AbortSignal },
): Promise<Polled> {
  const enough = new AbortController();
  const stop = AbortSignal.any([signal, enough.signal, desk.stopping]);
  let timer: NodeJS.Timeout | undefined;
  const answer: Polled = { events: [], position: after ?? "" };
  let chars = 0;
  try {
    await follow(stop).into({
      isReady: true,
      inTurn: (work) => work(),
      send(items) {
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
            timer = setTimeout(() => enough.abort(), Math.min(wait * 1000, desk.pollMs));
          } else if (event.type === "caught_up" || isFull) {
            enough.abort();
          }
        }
        if (timer && answer.events.length > 0) enough.abort();
      },
    });
  } finally {
    clearTimeout(timer);
  }
  return answer;
}
