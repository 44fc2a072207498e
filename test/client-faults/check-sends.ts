import { tokenOf } from "../faults/history.ts";
import type { ClientHistory, StoreHistory } from "./client-history.ts";
import { maxMessageChars } from "./client-scenario.ts";
import type { EntryOf } from "./facts.ts";
import { entriesOf, findStored, mayBeUndone, nameOf } from "./facts.ts";
import type { StoreViolation } from "./store-violation.ts";
import { violation } from "./store-violation.ts";

/** Checks that each send is stored once, under its key and in its order, or is refused for a reason. */
export function checkSends(history: StoreHistory): StoreViolation[] {
  return history.clients.flatMap((client) => [
    ...entriesOf(client, "send").flatMap((send) => checkSend(history, client, send)),
    ...entriesOf(client, "create").flatMap((create) => checkCreate(history, client, create)),
    ...checkOrder(history, client),
  ]);
}

function checkSend(history: StoreHistory, client: ClientHistory, send: EntryOf<"send">): StoreViolation[] {
  const { session, key, content } = send;
  const found = findStored(history, session);
  const copies = history.stored
    .flatMap(({ messages }) => messages)
    .filter((message) => !message.deleted && tokenOf(message.content) === tokenOf(content));
  if (copies.length > 1) return [violation("DOUBLED", `${key}: ${JSON.stringify(copies)}`)];
  const [copy] = copies;
  if (copy && copy.key !== key) return [violation("KEY", `${key} is stored as ${copy.key}`)];
  const isStored = found?.messages.some((message) => message.key === key) === true;
  if (isStored || !found || mayBeMissing(history, client, send)) return [];
  return [violation("LOST", `${key} in ${session}: ${JSON.stringify(rowsOf(client, send))}`)];
}

/** The message in the last snapshots of the stores. */
function rowsOf(client: ClientHistory, { session, key }: EntryOf<"send">) {
  return entriesOf(client, "settled")
    .filter((settled) => settled.session === session)
    .flatMap(({ rows }) => rows.filter(([shown]) => shown === key));
}

function mayBeMissing(history: StoreHistory, client: ClientHistory, send: EntryOf<"send">): boolean {
  const { session, key, content } = send;
  const isSame = (other: { session: string; key: string | null }): boolean => nameOf(other) === nameOf(send);
  // Deleting a session also drops its unsent messages, even if the chat ends before the session is deleted.
  const isTakenBack = entriesOf(client, "change").some(
    (change) =>
      (change.kind === "remove" && isSame(change)) ||
      (change.kind === "remove session" && change.session === session && change.at >= send.at),
  );
  if (isTakenBack || content.length > maxMessageChars) return true;
  const isKept = entriesOf(client, "kept").some(isSame);
  if (client.crashedLives.includes(send.life) && !isKept) return true;
  const sent = entriesOf(client, "sent").find((entry) => isSame(entry));
  if (sent && mayBeUndone(history, sent)) return true;
  // The acknowledgement may have come when no chat recorded it any more, at its end.
  const isShown = entriesOf(client, "shown").some(
    (shown) =>
      shown.session === session &&
      mayBeUndone(history, shown) &&
      shown.rows.some(([shownKey, , , delivery]) => shownKey === key && delivery === "sent"),
  );
  return isShown || (history.restores.length > 0 && send.life < lastLife(client));
}

function lastLife({ entries }: ClientHistory): number {
  return Math.max(...entries.map(({ life }) => life));
}

function checkCreate(
  history: StoreHistory,
  client: ClientHistory,
  { session, life, at }: EntryOf<"create">,
): StoreViolation[] {
  const isKept = entriesOf(client, "kept").some((kept) => kept.key === null && kept.session === session);
  const isRemoved = client.entries.some(
    (entry) => entry.type === "change" && entry.kind === "remove session" && entry.session === session,
  );
  const mayBeLost = client.crashedLives.includes(life) && !isKept;
  if (findStored(history, session) || isRemoved || mayBeLost || mayBeUndone(history, { at })) return [];
  return [violation("LOST", `the session ${session}`)];
}

/** The sends of one chat to one session, without those that were refused or cancelled meanwhile. */
function checkOrder(history: StoreHistory, client: ClientHistory): StoreViolation[] {
  const last = new Map<string, { key: string; id: number }>();
  const disturbed = new Set(
    client.entries.flatMap((entry) => {
      const isDisturbance = entry.type === "unsent" || entry.type === "retry" || entry.type === "change";
      return isDisturbance && "key" in entry ? [nameOf(entry)] : [];
    }),
  );
  return entriesOf(client, "send").flatMap((send) => {
    const { session, key, chat } = send;
    const id = findStored(history, session)?.messages.find((message) => message.key === key)?.id;
    if (id === undefined || disturbed.has(nameOf(send))) return [];
    const lane = JSON.stringify([session, client.isShared && chat]);
    const before = last.get(lane);
    last.set(lane, { key, id });
    return before && before.id > id ? [violation("ORDER", `${key} is stored before ${before.key}`)] : [];
  });
}
