import type { SessionSnapshot } from "../chat/session-snapshot.ts";
import type { ChatSession } from "../create-chat.ts";

/** Follows a session until the signal aborts: its snapshot now, and each later one. */
export async function* snapshotsOf(
  session: ChatSession,
  signal = new AbortController().signal,
): AsyncGenerator<SessionSnapshot, void, undefined> {
  let wake: (() => void) | undefined;
  const onChange = (): void => wake?.();
  const end = session.subscribe(onChange);
  signal.addEventListener("abort", onChange);
  const isAborted = (): boolean => signal.aborted;
  let last: SessionSnapshot | undefined;
  try {
    while (!isAborted()) {
      const changed = new Promise<void>((resolve) => {
        wake = resolve;
      });
      const snapshot = session.getSnapshot();
      if (snapshot === last) await changed;
      else yield (last = snapshot);
    }
  } finally {
    end();
    signal.removeEventListener("abort", onChange);
  }
}
