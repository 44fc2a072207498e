import { aborted, ChatFailure } from "../chat-error.ts";
import { toChatError } from "../to-chat-error.ts";
import type { OutboxEntry } from "./outbox-entry.ts";
import { facts, isWaiting } from "./outbox-entry.ts";
import type { Outbox } from "./outbox.ts";

/** Replaces the content of a refused message, and sends the message. */
export function replace(outbox: Outbox, entry: OutboxEntry, content: string): void {
  const item = { ...entry.item, message: { ...entry.item.message, content } };
  void outbox.note(entry, { [facts.item]: item, [facts.failed]: undefined });
}

/** Cancels entries: an unsent entry is not sent any more, and an entry that may have been sent is deleted. */
export function cancel(outbox: Outbox, entries: readonly OutboxEntry[]): void {
  for (const entry of entries) void outbox.note(entry, { [facts.cancel]: entry.item });
}

/** Resolves when the session's creation is not pending. @throws {ChatError} if its creation is refused, or `aborted` */
export function whenMade(outbox: Outbox, sessionId: string, signal: AbortSignal): Promise<void> {
  const isMade = (): boolean => {
    const create = outbox.creating(sessionId);
    if (create?.failed) throw new ChatFailure(create.failed);
    return !create;
  };
  return when(outbox, isMade, [signal]);
}

/** Resolves when nothing is left to send. Refused messages do not count. @throws {ChatError} `aborted` */
export async function drain(outbox: Outbox, ...signals: readonly (AbortSignal | undefined)[]): Promise<void> {
  await outbox.reload();
  await when(outbox, () => !outbox.entries().some(isWaiting), signals);
}

/** @param isReached may throw, which ends the wait with that error */
function when(
  outbox: Outbox,
  isReached: () => boolean,
  signals: readonly (AbortSignal | undefined)[],
): Promise<void> {
  return new Promise((resolve, reject) => {
    const end = (settle: () => void): void => {
      stop();
      for (const signal of signals) signal?.removeEventListener("abort", check);
      settle();
    };
    const check = (): void => {
      const by = signals.find((signal) => signal?.aborted);
      if (by) return end(() => reject(aborted("The wait for what is unsent was ended.", by.reason)));
      try {
        if (isReached()) end(resolve);
      } catch (error) {
        end(() => reject(toChatError(error)));
      }
    };
    const stop = outbox.subscribe(check);
    for (const signal of signals) signal?.addEventListener("abort", check);
    check();
  });
}
