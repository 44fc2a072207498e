import { tokenOf } from "../faults/history.ts";
import type { ClientHistory, ShownRow, StoreHistory } from "./client-history.ts";
import type { EntryOf } from "./facts.ts";
import { entriesOf, findStored, keyOf, nameOf } from "./facts.ts";
import type { StoreViolation } from "./store-violation.ts";
import { violation } from "./store-violation.ts";

/** Checks each snapshot by itself, and against the earlier snapshots of its chat. */
export function checkSnapshots(history: StoreHistory): StoreViolation[] {
  const keys = new Map<string, string>();
  return history.clients.flatMap((client) => {
    const shown = [...entriesOf(client, "shown"), ...entriesOf(client, "settled")];
    const logs = new Map<string, EntryOf<"shown" | "settled">[]>();
    for (const entry of shown) {
      const log = JSON.stringify([entry.chat, entry.session]);
      logs.set(log, [...(logs.get(log) ?? []), entry]);
    }
    return [
      ...shown.flatMap(({ rows }) => checkRows(rows, keys)),
      ...[...logs.values()].flatMap((entries) => checkSequence(history, client, entries)),
    ];
  });
}

function checkRows(rows: readonly ShownRow[], keys: Map<string, string>): StoreViolation[] {
  const found: StoreViolation[] = [];
  const seen = new Set<string | number>();
  let before = 0;
  for (const [key, id, , delivery, content] of rows) {
    for (const name of id === null ? [key] : [key, id]) {
      if (seen.has(name)) found.push(violation("TWICE", `${name} among ${rows.length}`));
      seen.add(name);
    }
    const place = delivery === "sent" && id !== null ? id : Number.POSITIVE_INFINITY;
    if (place < before) found.push(violation("ORDER", `${key} is shown after ${before}`));
    before = place;
    const token = tokenOf(content);
    const known = keys.get(token) ?? key;
    if (token !== "" && !token.startsWith("the last one")) keys.set(token, known);
    if (known !== key) found.push(violation("KEY", `${token} is shown as ${key} after ${known}`));
  }
  return found;
}

/** The form in which a message was shown last. */
type Seen = { id: number; seq: number; isMissing: boolean };

function checkSequence(
  history: StoreHistory,
  client: ClientHistory,
  entries: readonly EntryOf<"shown" | "settled">[],
): StoreViolation[] {
  const found: StoreViolation[] = [];
  const seen = new Map<string, Seen>();
  let wasLive = false;
  const firstRestore = Math.min(...history.restores.map(({ from }) => from));
  const changed = new Set(
    entriesOf(client, "change").flatMap((change) =>
      change.kind === "remove" ? [nameOf(change)] : change.kind === "remove session" ? [change.session] : [],
    ),
  );
  for (const { at, session, status, rows, hasEarlier, isLoaded } of entries) {
    wasLive ||= status === "live";
    const deleted = new Set(
      findStored(history, session)?.messages.flatMap((message) => (message.deleted ? [keyOf(message)] : [])),
    );
    // A message that was answered before the first snapshot may be missing until its event comes. After the restore of
    // a copy, messages that were deleted before may be shown again.
    if (at >= firstRestore || !isLoaded || changed.has(session) || !wasLive) continue;
    const floor = hasEarlier ? (rows.find(([, id]) => id !== null)?.[1] ?? Number.POSITIVE_INFINITY) : 0;
    const shown = new Map(rows.map((row) => [row[0], row]));
    for (const [key, row] of shown) {
      const before = seen.get(key);
      const seq = row[2] ?? 0;
      if (before?.isMissing && !changed.has(nameOf({ session, key }))) {
        const name = deleted.has(key) ? "UNDONE" : "FLICKER";
        found.push(violation(name, `${key} in ${session} at ${at}`));
      }
      if (before && seq < before.seq) {
        const name = row[1] === null && deleted.has(key) ? "UNDONE" : "STALE";
        found.push(violation(name, `${key} of ${before.seq} at ${seq}`));
      }
      seen.set(key, { id: row[1] ?? Number.POSITIVE_INFINITY, seq, isMissing: false });
    }
    for (const [key, before] of seen) {
      if (!shown.has(key) && before.id >= floor) before.isMissing = true;
    }
  }
  return found;
}
