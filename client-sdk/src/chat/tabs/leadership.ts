import type { Locks } from "../connection/platform.ts";

/** One tab's part in the choice of the tab that leads. */
export type Leadership = {
  /** Takes the lock from a tab that is frozen. */
  steal(): void;
  /** Gives the lock up, or waits for it no longer. */
  leave(): void;
};

/**
 * Waits for the lock. A tab leads while it holds it. The lock of a tab that is closed or that crashed goes to the next by
 * itself; that of a frozen one can be taken over.
 */
export function contend(
  locks: Locks,
  name: string,
  { onLead, onLost }: { onLead: () => void; onLost: () => void },
): Leadership {
  let release: (() => void) | undefined;
  let waiting: AbortController | undefined;
  let hasLeft = false;

  function ask(options: Parameters<Locks["request"]>[1]): void {
    let isHolder = false;
    const hold = (): Promise<void> => {
      if (hasLeft) return Promise.resolve();
      isHolder = true;
      onLead();
      return new Promise((resolve) => (release = resolve));
    };
    locks.request(name, options, hold).catch((cause: unknown) => {
      if (hasLeft) return;
      if (isHolder) {
        // Another tab took it over while this one was frozen.
        release = undefined;
        onLost();
        wait();
      } else if ((cause as Error).name !== "AbortError") onLead();
    });
  }

  function wait(): void {
    waiting = new AbortController();
    ask({ signal: waiting.signal });
  }

  wait();
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
