import type { ListEvent } from "../../server/contract/list-event.ts";
import type { SidebarSession } from "../../server/contract/session-list.ts";
import { checkStream } from "./check-streams.ts";
import type { History, ReaderHistory, Seen, StoredSession } from "./history.ts";
import type { Violation } from "./violation.ts";
import { violation } from "./violation.ts";

const excerptChars = 200;

/** Checks that every subscriber of the list ends with the existing sessions. */
export function checkListReaders({ listReaders, stored, epochs }: History): Violation[] {
  return (listReaders as ReaderHistory<Seen<ListEvent>>[]).flatMap((reader) => [
    ...checkStream(reader, { epochs, startSeq: 0, wasDeleted: false }),
    ...(reader.isDone ? checkSidebar(reader, stored) : []),
  ]);
}

function checkSidebar(reader: ReaderHistory<Seen<ListEvent>>, stored: StoredSession[]): Violation[] {
  const shown = new Map<string, string>();
  for (const { event } of reader.attachments.flatMap(({ items }) => items)) {
    if (event.type === "snapshot" || event.type === "reset") {
      shown.clear();
      for (const session of event.sessions) shown.set(session.id, summarise(session));
    }
    if (event.type === "session") shown.set(event.session.id, summarise(event.session));
    if (event.type === "session_deleted") shown.delete(event.session_id);
  }
  const expected = new Map(
    stored.filter(({ deleted }) => !deleted).map((session) => [session.id, summariseStored(session)]),
  );
  return [...new Set([...shown.keys(), ...expected.keys()])]
    .filter((id) => shown.get(id) !== expected.get(id))
    .map((id) =>
      violation("STATE", `${reader.door} of the list has ${shown.get(id)}, stored is ${expected.get(id)}`),
    );
}

function summarise({ id, title, last_message: last }: SidebarSession): string {
  return JSON.stringify([id, title, last && [last.id, last.excerpt]]);
}

function summariseStored({ id, title, messages }: StoredSession): string {
  const last = messages.findLast(({ deleted }) => !deleted);
  return JSON.stringify([
    id,
    title,
    last ? [last.id, Array.from(last.content).slice(0, excerptChars).join("")] : null,
  ]);
}
