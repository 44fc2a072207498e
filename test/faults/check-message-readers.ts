import { checkEnd } from "./check-streams.ts";
import type { ReaderHistory, ShownMessage, StoredSession } from "./history.ts";
import { editsOf } from "./history.ts";
import type { Violation } from "./violation.ts";
import { violation } from "./violation.ts";

export type MessageFacts = {
  isWritten: (message: ShownMessage) => boolean;
  isReply: (message: { key?: string | null | undefined }) => boolean;
  wasDeleted: boolean;
  epochs: readonly string[];
  /** The messages of which a restored copy may have undone a change: resuming after an id does not cover that. */
  undone: ReadonlySet<number>;
};

/** Checks the messages of the plain WebSocket: each once and in the order of completion, and again only if it was edited. */
export function checkMessageReader(
  reader: ReaderHistory<ShownMessage>,
  session: StoredSession,
  { isWritten, isReply, wasDeleted, epochs, undone }: MessageFacts,
): Violation[] {
  const who = `${reader.door} on ${reader.session}`;
  const found = reader.attachments.flatMap((each) =>
    checkEnd(each, who, { epochs, startSeq: 0, wasDeleted }),
  );
  if (!reader.isDone)
    found.push(violation("STUCK", `${who}: ${JSON.stringify(reader.attachments.at(-1)).slice(-200)}`));
  // A copy that was put back may have undone the end of a reply, which then took another place.
  const places =
    epochs.length > 1
      ? new Map<number, number>()
      : new Map(session.messages.map((row) => [row.id, row.complete_id ?? row.id]));
  const seen = new Set<number>();
  for (const { after, items } of reader.attachments) {
    const shown = new Map<number, string>();
    let last = places.get(Number(after)) ?? Number(after);
    for (const message of items) {
      const { id, content } = message;
      const what = `${who} after ${after} was shown ${id}: ${content.slice(0, 40)}, after ${last}`;
      if (!isWritten(message)) found.push(violation("PHANTOM", what));
      if (shown.get(id) === content) found.push(violation("DOUBLED", what));
      // The place of a reply that is no longer stored is not known.
      const place = places.get(id) ?? (isReply(message) ? Number.POSITIVE_INFINITY : id);
      // An earlier message may come again after an edit.
      const isFirst = !shown.has(id) && !(editsOf(content) > 0);
      if (place < last && isFirst) found.push(violation("ORDER", what));
      shown.set(id, content);
      if (Number.isFinite(place)) last = Math.max(last, place);
    }
    for (const id of shown.keys()) seen.add(id);
  }
  if (!reader.isDone || wasDeleted) return found;
  for (const { id, deleted, content } of session.messages) {
    if (!deleted && !seen.has(id) && !undone.has(id))
      found.push(violation("STATE", `${who} was not shown ${id}: ${content.slice(0, 40)}`));
  }
  return found;
}
