import type { ShownSession, StoreHistory } from "./client-history.ts";
import { entriesOf } from "./facts.ts";
import type { StoreViolation } from "./store-violation.ts";
import { violation } from "./store-violation.ts";

/** The most messages of a session that a client keeps. */
const maxKept = 100;

/**
 * Checks that a chat begins with the state in which the previous chat was closed, or with nothing. If two chats share a
 * storage, either one's state may be kept.
 */
export function checkKept({ clients }: StoreHistory): StoreViolation[] {
  return clients.flatMap((client) => {
    if (client.isShared) return [];
    const closed = new Map<string, ShownSession>();
    const begun = new Set<string>();
    const found: StoreViolation[] = [];
    // A removal that is pending at the closing hides its message, which shows once more after that.
    const removed = new Set(
      client.entries.flatMap((entry) =>
        entry.type === "change" && entry.kind === "remove" ? [entry.key] : [],
      ),
    );
    const sends = new Set(entriesOf(client, "send").map(({ key }) => key));
    for (const entry of client.entries) {
      if (entry.type === "closed") closed.set(entry.session, entry);
      if (entry.type !== "shown" || !entry.isLoaded || begun.has(entry.chat + entry.session)) continue;
      begun.add(entry.chat + entry.session);
      const before = closed.get(entry.session);
      closed.delete(entry.session);
      // Once the chat is connected, it may show later changes.
      const isOfStorage = entry.status === "connecting" && !client.crashedLives.includes(entry.life - 1);
      if (!before?.isLoaded || !isOfStorage) continue;
      // A send of the client may be answered while the chat closes, or before the next chat's line is up.
      const shown = new Set(sentRows(before).map(([key]) => key));
      const isAnswer = (key: string): boolean => sends.has(key) && !shown.has(key);
      const [was, is] = [before, entry].map((each) =>
        sentRows(each).filter(([key]) => !removed.has(key) && !isAnswer(key)),
      );
      if (!was || !is) continue;
      // Only the latest part of a long conversation is kept.
      const isWhole = is.length === was.length || is.length + removed.size >= maxKept;
      const [had, has] = [JSON.stringify(was.slice(-is.length)), JSON.stringify(is)];
      const where = `${entry.chat} ${entry.session}`;
      if (had !== has || !isWhole) found.push(violation("KEPT", `${where}: ${has} after ${had}`));
    }
    return found;
  });
}

/** The versions of the messages. The content may be that of a pending edit. */
function sentRows({ rows }: ShownSession): (readonly [key: string, seq: number | null])[] {
  return rows.filter(([, , , delivery]) => delivery === "sent").map(([key, , seq]) => [key, seq]);
}
