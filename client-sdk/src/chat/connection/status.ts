import type { LineStatus } from "../line.ts";
import type { Followed } from "./followed.ts";
import { createListeners } from "./listeners.ts";

/** The facts that determine the status of a connection. */
export type Facts = {
  isUp: boolean;
  wasUp: boolean;
  /** An attempt failed, or is slow. */
  hasFailed: boolean;
  /** The connection is closed, or the server refuses it in a way that a repeat would not change. */
  isOver: boolean;
};

/** The status of a connection, and that of each of its logs. */
export type StatusBoard = {
  readonly status: LineStatus;
  readonly subscribe: (listener: () => void) => () => void;
  /** Reports changes since the last call. */
  readonly publish: () => void;
};

export function createStatusBoard(facts: Facts, logs: ReadonlySet<Followed>): StatusBoard {
  const listeners = createListeners();
  let shown: LineStatus = "connecting";

  function statusOf(isLive: boolean): LineStatus {
    if (facts.isOver) return "closed";
    if (facts.isUp) return isLive ? "live" : "catching-up";
    return facts.wasUp || facts.hasFailed ? "offline" : "connecting";
  }

  return {
    get status() {
      return shown;
    },
    subscribe: listeners.add,
    publish() {
      let areLive = true;
      for (const log of logs) {
        if (log.state === "over") log.show("closed");
        else {
          areLive &&= log.isLive;
          log.show(log.state === "waiting" && facts.isUp ? "offline" : statusOf(log.isLive));
        }
      }
      const status = statusOf(areLive);
      if (status === shown) return;
      shown = status;
      listeners.call();
    },
  };
}
