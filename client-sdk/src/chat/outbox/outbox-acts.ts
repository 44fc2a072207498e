import { ChatFailure, toChatError } from "../chat-error.ts";
import type { OutboxEntry } from "./outbox-entry.ts";
import { facts, isWaiting } from "./outbox-entry.ts";
import type { Outbox } from "./outbox.ts";

/** Puts other content in place of that of a refused message, and sends it. */
export function replace(outbox: Outbox, entry: OutboxEntry, content: string): void {
  const item = { ...entry.item, message: { ...entry.item.message, content } };
  void outbox.note(entry, { [facts.item]: item, [facts.failed]: undefined });
}

/** Takes entries back: an unsent one is not sent any more, and one that may have been sent is deleted. */
export function cancel(outbox: Outbox, entries: readonly OutboxEntry[]): void {
  for (const entry of entries) void outbox.note(entry, { [facts.cancel]: entry.item });
}

/** Resolves when the session is not waiting to be made. @throws {ChatError} when its making is refused */
export function whenMade(outbox: Outbox, sessionId: string): Promise<void> {
  return when(outbox, () => {
    const create = outbox.creating(sessionId);
    if (create?.failed) throw new ChatFailure(create.failed);
    return !create;
  });
}

/** Resolves when nothing is left to send. Refused messages do not count. @throws {ChatError} `aborted` */
export async function drain(outbox: Outbox, signal: AbortSignal | undefined): Promise<void> {
  await outbox.reload();
  await when(
    outbox,
    () => {
      if (signal?.aborted) throw toChatError(signal.reason);
      return !outbox.entries().some(isWaiting);
    },
    signal,
  );
}

/** @param isReached throws to end the wait with that error */
function when(outbox: Outbox, isReached: () => boolean, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const end = (settle: () => void): void => {
      stop();
      signal?.removeEventListener("abort", check);
      settle();
    };
    const check = (): void => {
      try {
        if (isReached()) end(resolve);
      } catch (error) {
        end(() => reject(toChatError(error)));
      }
    };
    const stop = outbox.subscribe(check);
    signal?.addEventListener("abort", check);
    check();
  });
}
