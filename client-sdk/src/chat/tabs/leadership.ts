import type { Locks } from "../connection/platform.ts";

/** One tab's part in the election of the leading tab. */
export type Leadership = {
  /** Takes the lock from a frozen tab. */
  steal(): void;
  /** Releases the lock, or stops waiting for it. */
  leave(): void;
};

/** The lock of a tab that already leads. */
export type HeldLock = {
  readonly sinceMs: number;
  release(): void;
  /** Another tab has taken the lock. */
  onLost: () => void;
};

/** A timer of a hidden page may run a minute late. */
function runInNextTask(run: () => void): void {
  const { port1, port2 } = new MessageChannel();
  port1.addEventListener("message", () => {
    port1.close();
    run();
  });
  port1.start();
  port2.postMessage(undefined);
}

/**
 * Waits for the lock. A tab leads while it holds the lock. If the tab is closed or crashes, the lock passes to the next
 * tab by itself. The lock of a frozen tab can be stolen.
 *
 * @param held the lock, if this tab already holds it
 */
export function contend(
  locks: Locks,
  name: string,
  { onLead, onLost }: { onLead: () => void; onLost: () => void },
  held?: HeldLock,
): Leadership {
  let release: (() => void) | undefined;
  let waiting: AbortController | undefined;
  let hasLeft = false;

  function ask(options: Parameters<Locks["request"]>[1]): void {
    let isGranted = false;
    let isHolder = false;
    let isOver = false;
    const hold = (): Promise<void> =>
      new Promise((resolve) => {
        isGranted = true;
        // A tab that was frozen learns that it got the lock, and right after it that another tab took it.
        runInNextTask(() => {
          if (hasLeft || isOver) return resolve();
          isHolder = true;
          release = resolve;
          return onLead();
        });
      });
    locks.request(name, options, hold).catch((cause: unknown) => {
      isOver = true;
      if (hasLeft) return;
      if (isHolder) lose();
      else if (isGranted) wait();
      else if ((cause as Error).name !== "AbortError") onLead();
    });
  }

  function wait(): void {
    waiting = new AbortController();
    ask({ signal: waiting.signal });
  }

  function lose(): void {
    if (hasLeft) return;
    release = undefined;
    onLost();
    wait();
  }

  if (held) {
    release = () => held.release();
    held.onLost = lose;
  } else wait();
  return {
    steal() {
      waiting?.abort();
      ask({ steal: true });
    },
    leave() {
      hasLeft = true;
      waiting?.abort();
      release?.();
    },
  };
}
