import type { StoredMessage, StoredSession } from "../faults/history.ts";
import type { ClientHistory, Entry, Fact, StoreHistory } from "./client-history.ts";

/**
 * The time for which answers of the previous server may still be recorded after the next server is up, in milliseconds.
 */
const lateNoteMs = 500;

export type EntryOf<Type extends Fact["type"]> = Entry & { type: Type };

/** The entries of one type, in their order. */
export function entriesOf<Type extends Fact["type"]>(
  { entries }: ClientHistory,
  type: Type,
): EntryOf<Type>[] {
  return entries.filter((entry): entry is EntryOf<Type> => entry.type === type);
}

/** Whether a copy of the file without this change may have been put back later. */
export function mayBeUndone({ restores }: StoreHistory, { at }: { at: number }): boolean {
  return restores.some(({ to }) => at <= to + lateNoteMs);
}

/** The key by which clients know a message. */
export function keyOf({ id, key }: StoredMessage): string {
  return key ?? `#${id}`;
}

export function findStored({ stored }: StoreHistory, session: string): StoredSession | undefined {
  return stored.find(({ id, deleted }) => id === session && !deleted);
}

/** The unique name of a message among all sessions. */
export function nameOf({ session, key }: { session: string; key: string | null }): string {
  return JSON.stringify([session, key]);
}
