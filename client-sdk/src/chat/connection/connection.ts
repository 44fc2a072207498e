import type { ChatFailure } from "../chat-error.ts";
import type { Carrier, CarrierOptions } from "./carrier.ts";
import type { Followed } from "./followed.ts";
import { createFollowed } from "./followed.ts";
import type { Upstream } from "./log.ts";
import { isVisible } from "./page-signals.ts";
import { retryDelayMs } from "./retry-delay.ts";
import type { Facts } from "./status.ts";
import { createStatusBoard } from "./status.ts";
import { createWays } from "./ways.ts";

/**
 * The connection of this tab to the server: one carrier at a time for all logs. It opens with the first log, reopens
 * when it is lost, and closes some time after the last log ends.
 */
export function createConnection(options: CarrierOptions & { random: () => number }): Upstream {
  const { timing, random } = options;
  const ways = createWays(options);
  const logs = new Set<Followed>();
  const facts: Facts = { isUp: false, wasUp: false, hasFailed: false, isOver: false };
  const board = createStatusBoard(facts, logs);
  const { publish } = board;
  let carrier: Carrier | undefined;
  let isClosed = false;
  let failures = 0;
  /** The number of the current attempt, or of the current search for the cause of its failure. */
  let attempt = 0;
  let attemptedAtMs = 0;
  let retry: ReturnType<typeof setTimeout> | undefined;
  let slow: ReturnType<typeof setTimeout> | undefined;
  let idle: ReturnType<typeof setTimeout> | undefined;

  function connect(): void {
    stop();
    facts.isOver = false;
    const number = (attempt += 1);
    attemptedAtMs = Date.now();
    slow = setTimeout(() => {
      facts.hasFailed = true;
      publish();
    }, timing.slowAttemptMs);
    carrier = ways.open({
      onUp() {
        clearTimeout(slow);
        facts.isUp = facts.wasUp = true;
        facts.hasFailed = false;
        publish();
      },
      onDown(cause, isBlocked) {
        carrier = undefined;
        lost();
        if (!isBlocked) return recover(cause);
        void goAround(cause, number);
      },
    });
    for (const log of logs) if (log.state !== "over") begin(log);
    publish();
  }

  /** Switches to another kind of carrier, or finds the reason why none gets through. */
  async function goAround(cause: ChatFailure, number: number): Promise<void> {
    const result = await ways.blocked();
    if (number !== attempt || isClosed) return;
    if (result === true) connect();
    else recover(result ?? cause);
  }

  function begin(log: Followed): void {
    clearTimeout(log.retry);
    log.state = "followed";
    carrier?.follow(log);
  }

  /** Ends the current attempt, and all timers. */
  function stop(): void {
    clearTimeout(retry);
    clearTimeout(slow);
    retry = undefined;
    attempt += 1;
    carrier?.close();
    carrier = undefined;
    facts.isUp = false;
    for (const log of logs) log.isLive = false;
  }

  function lost(): void {
    clearTimeout(slow);
    facts.isUp = false;
    facts.hasFailed = true;
    for (const log of logs) log.isLive = false;
    publish();
  }

  function recover(cause: ChatFailure): void {
    // If AI Desk was at an address before, an answer of something else is a proxy's, and AI Desk will answer there
    // again.
    if (cause.retryable || (facts.wasUp && cause.kind === "foreign"))
      return scheduleRetry(cause.retryAfterMs);
    facts.isOver = true;
    publish();
    for (const { state, follower } of logs) if (state !== "over") follower.onRefused(cause);
  }

  function scheduleRetry(atLeastMs = 0): void {
    const delayMs = retryDelayMs(failures, timing, { isVisible: isVisible(), random });
    failures += 1;
    clearTimeout(retry);
    retry = setTimeout(connect, Math.max(delayMs, atLeastMs));
  }

  function closeWhenIdle(): void {
    clearTimeout(idle);
    if ([...logs].every(({ state }) => state === "over")) idle = setTimeout(reset, timing.idleMs);
  }

  function reset(): void {
    stop();
    facts.isUp = facts.wasUp = facts.hasFailed = false;
    failures = 0;
    publish();
  }

  return {
    get status() {
      return board.status;
    },
    subscribeStatus: board.subscribe,
    follow(name, follower) {
      const log = createFollowed(name, follower, {
        onChange() {
          if (log.isLive) {
            failures = 0;
            ways.worked();
          }
          if (log.state === "over") closeWhenIdle();
          publish();
        },
        onWaiting(_, failure) {
          const delayMs = retryDelayMs(log.refusals, timing, { isVisible: isVisible(), random });
          log.retry = setTimeout(
            () => {
              begin(log);
              publish();
            },
            Math.max(delayMs, failure.retryAfterMs ?? 0),
          );
        },
      });
      logs.add(log);
      clearTimeout(idle);
      if (carrier) begin(log);
      else if (!retry && !isClosed && (facts.isOver || !facts.hasFailed)) connect();
      publish();
      return () => {
        if (!logs.delete(log)) return;
        clearTimeout(log.retry);
        carrier?.unfollow(log);
        closeWhenIdle();
        publish();
      };
    },
    reconnect(isNetworkNew = false) {
      if (isClosed || logs.size === 0) return;
      if (isNetworkNew) ways.forget();
      failures = 0;
      if (facts.isUp) carrier?.check();
      else if (!carrier || facts.hasFailed) connect();
    },
    lose() {
      if (isClosed || logs.size === 0) return;
      stop();
      lost();
      scheduleRetry();
    },
    tick() {
      if (carrier) carrier.tick();
      else if (retry && Date.now() - attemptedAtMs >= timing.maxRetryMs) connect();
    },
    close() {
      isClosed = facts.isOver = true;
      for (const log of logs) clearTimeout(log.retry);
      clearTimeout(idle);
      stop();
      publish();
    },
  };
}
