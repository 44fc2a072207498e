import type { ClientHistory, StoreHistory } from "./client-history.ts";
import type { EntryOf } from "./facts.ts";
import { entriesOf, findStored, keyOf, mayBeUndone, nameOf } from "./facts.ts";
import type { StoreViolation } from "./store-violation.ts";
import { violation } from "./store-violation.ts";

/** Checks that each change took effect or shows an error. */
export function checkChanges(history: StoreHistory): StoreViolation[] {
  return history.clients.flatMap((client) =>
    entriesOf(client, "change").flatMap((change) => {
      if (!("key" in change)) return [];
      const isOutcome = ({ life, number }: { life: number; number: number }): boolean =>
        life === change.life && number === change.number;
      const done = entriesOf(client, "changed").find(isOutcome);
      const undone = entriesOf(client, "unchanged").find(isOutcome);
      if (change.kind === "remove") return checkRemoval(history, client, change, done);
      if (done) return checkEdit(history, change, done);
      return undone ? checkRefusal(client, change, undone) : [];
    }),
  );
}

function checkEdit(
  history: StoreHistory,
  change: EntryOf<"change">,
  done: EntryOf<"changed">,
): StoreViolation[] {
  if (change.kind !== "edit" || done.seq === null || mayBeUndone(history, done)) return [];
  const found = findStored(history, change.session);
  const message = found?.messages.find((each) => keyOf(each) === change.key);
  // The rows of deleted messages have no content.
  if (!found || message?.deleted) return [];
  const isThere = message && (message.seq > done.seq || message.content === change.content);
  return isThere ? [] : [violation("LOST", `${JSON.stringify(change)}: ${JSON.stringify(message)}`)];
}

function checkRemoval(
  history: StoreHistory,
  client: ClientHistory,
  change: EntryOf<"change"> & { key: string },
  done: EntryOf<"changed"> | undefined,
): StoreViolation[] {
  const { session, key, life } = change;
  const message = findStored(history, session)?.messages.find((each) => keyOf(each) === key);
  const isKept = entriesOf(client, "kept cancel").some((kept) => nameOf(kept) === nameOf(change));
  const isDue =
    done !== undefined && (isKept || !client.crashedLives.includes(life) || isNotWaiting(client, change));
  if (!message || message.deleted || !isDue || mayBeUndone(history, change)) return [];
  return [violation("CANCELLED", `${JSON.stringify(change)}: ${JSON.stringify(message)}`)];
}

/** Whether the message was stored when it was removed. */
function isNotWaiting(client: ClientHistory, change: EntryOf<"change"> & { key: string }): boolean {
  const sent = entriesOf(client, "send").some((send) => nameOf(send) === nameOf(change));
  return (
    !sent || entriesOf(client, "sent").some((each) => nameOf(each) === nameOf(change) && each.at < change.at)
  );
}

/** The error of a message's last change shows as long as the chat is open. */
function checkRefusal(
  client: ClientHistory,
  change: EntryOf<"change"> & { key: string },
  { reason, chat }: EntryOf<"unchanged">,
): StoreViolation[] {
  const { session, key, at } = change;
  const isLast = !client.entries.some(
    (entry) =>
      (entry.type === "change" || entry.type === "retry") &&
      "key" in entry &&
      entry.chat === chat &&
      entry.at >= at &&
      entry !== change &&
      nameOf(entry) === nameOf(change),
  );
  if (!isLast || reason === "aborted") return [];
  const rows = entriesOf(client, "settled")
    .filter((settled) => settled.chat === chat && settled.session === session)
    .flatMap((settled) => settled.rows.filter(([shown]) => shown === key));
  return rows.flatMap(([, , , , , error]) =>
    error === null ? [violation("SILENT", `${JSON.stringify(change)}: ${reason}`)] : [],
  );
}
