import type { ChatFailure } from "../chat-error.ts";
import { unreachable } from "../chat-error.ts";
import { toChatError } from "../to-chat-error.ts";
import type { Carrier, CarrierEvents, CarrierOptions } from "../connection/carrier.ts";
import type { CarriedLog } from "../connection/log.ts";
import { countTabs } from "./count-tabs.ts";
import { pollLog } from "./poll-log.ts";
import { streamLog } from "./stream-log.ts";

/**
 * Follows logs over HTTP. A browser has six connections for a host, so a tab has at most one long request: for the log
 * that was followed last, if the tab is one of the first two. The other logs are polled in turns.
 */
export function openHttp(kind: "stream" | "poll", options: CarrierOptions, events: CarrierEvents): Carrier {
  const { timing } = options;
  const tabs = countTabs(options.addresses.base, timing.beatMs, () => arrange());
  /** In the order in which they were followed. */
  const logs = new Set<CarriedLog>();
  const requests = new Map<CarriedLog, AbortController>();
  let waitMs = timing.pollWaitMs;
  let isUp = false;
  let isOver = false;
  /** The log that has the long request. */
  let main: CarriedLog | undefined;
  let round = 0;
  let nextRound: ReturnType<typeof setTimeout> | undefined;

  return {
    follow(log) {
      logs.add(log);
      arrange();
    },
    unfollow: forget,
    check: () => undefined,
    tick: () => undefined,
    close: end,
  };

  /** Gives the long request to the log that was followed last, and begins a round of polls for the others. */
  function arrange(): void {
    if (isOver) return;
    const last = tabs.isFew ? [...logs].at(-1) : undefined;
    if (last !== main) {
      if (main) requests.get(main)?.abort();
      main = last;
      if (last) void ask(last, kind === "stream" ? stream : poll);
    }
    void pollOthers();
  }

  async function pollOthers(): Promise<void> {
    const number = (round += 1);
    clearTimeout(nextRound);
    for (const log of logs) {
      if (log !== main) await ask(log, catchUp);
      if (number !== round || isOver) return;
    }
    if (logs.size > 0) nextRound = setTimeout(arrange, timing.turnMs);
  }

  /** Makes one request at a time for each log. A refusal ends only the log; any other failure ends the carrier. */
  async function ask(
    log: CarriedLog,
    work: (log: CarriedLog, signal: AbortSignal) => Promise<void>,
  ): Promise<void> {
    requests.get(log)?.abort();
    const stop = new AbortController();
    requests.set(log, stop);
    try {
      await work(log, stop.signal);
    } catch (cause) {
      const failure = toChatError(cause);
      if (stop.signal.aborted) return;
      if (failure.kind !== "refused") return fail(failure);
      up();
      forget(log);
      log.end(failure);
    }
  }

  function stream(log: CarriedLog, signal: AbortSignal): Promise<void> {
    return streamLog(options, log, signal, {
      onBytes: up,
      onBlocked: () => fail(unreachable("The event stream does not get through."), true),
    });
  }

  async function poll(log: CarriedLog, signal: AbortSignal): Promise<void> {
    await catchUp(log, signal);
    while (!signal.aborted) {
      try {
        await pollLog(options, log, { waitMs, signal });
      } catch (cause) {
        const isRefused = toChatError(cause).kind === "refused";
        if (signal.aborted || isRefused || waitMs < 2 * timing.minPollWaitMs) throw cause;
        // A proxy may limit the duration of answers. If instead the server is down, the next poll shows that at once.
        waitMs /= 2;
        await catchUp(log, signal);
      }
    }
  }

  async function catchUp(log: CarriedLog, signal: AbortSignal): Promise<void> {
    let hasMore = true;
    while (hasMore && !signal.aborted) {
      hasMore = await pollLog(options, log, { waitMs: 0, signal });
      up();
    }
  }

  function forget(log: CarriedLog): void {
    requests.get(log)?.abort();
    requests.delete(log);
    logs.delete(log);
    if (log === main) arrange();
  }

  function up(): void {
    if (isUp || isOver) return;
    isUp = true;
    events.onUp();
  }

  function end(): void {
    isOver = true;
    clearTimeout(nextRound);
    tabs.end();
    for (const request of requests.values()) request.abort();
  }

  function fail(cause: ChatFailure, isBlocked = false): void {
    if (isOver) return;
    end();
    events.onDown(cause, isBlocked);
  }
}
