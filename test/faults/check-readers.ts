import type { LiveEvent } from "../../server/contract/live-event.ts";
import { checkEnd, checkStream } from "./check-streams.ts";
import type { History, ReaderHistory, Seen, ShownMessage, StoredSession } from "./history.ts";
import { editsOf, parsePosition } from "./history.ts";
import type { Violation } from "./violation.ts";
import { violation } from "./violation.ts";

/** Checks that all subscribers of a session saw the same order, and end with the stored state. */
export function checkReaders(history: History): Violation[] {
  const { readers, stored, calls, epochs, epoch } = history;
  return stored.flatMap((session) => {
    const own = readers.filter((reader) => reader.session === session.id) as ReaderHistory<Seen<LiveEvent>>[];
    const wasDeleted = calls.some(
      (call) => call.session === session.id && call.operation.type === "delete session",
    );
    const written = new Set(
      calls.flatMap((call) =>
        call.session === session.id && "content" in call.operation ? [call.operation.content] : [],
      ),
    );
    const undone = new Set(
      calls.flatMap(({ operation, wanted }) =>
        "id" in operation && wanted < history.begunAnewAt ? [operation.id] : [],
      ),
    );
    return [
      ...own.flatMap((reader) => checkStream(reader, { epochs, startSeq: session.start_seq, wasDeleted })),
      ...own.flatMap((reader) => checkContents(reader, written)),
      ...checkAgreement(own, session, { epoch, wasDeleted }),
      ...own.filter(({ isDone }) => isDone).flatMap((reader) => checkState(reader, session)),
      ...history.messageReaders
        .filter((reader) => reader.session === session.id)
        .flatMap((reader) => checkMessageReader(reader, session, { written, wasDeleted, epochs, undone })),
    ];
  });
}

function messagesOf(event: LiveEvent): ShownMessage[] {
  if (event.type === "message") return [event.message];
  return event.type === "snapshot" || event.type === "reset" ? event.session.messages : [];
}

function checkContents(
  { door, session, attachments }: ReaderHistory<Seen<LiveEvent>>,
  written: ReadonlySet<string>,
): Violation[] {
  return attachments
    .flatMap(({ items }) => items.flatMap(({ event }) => messagesOf(event)))
    .filter(({ content }) => !written.has(content))
    .map(({ id, content }) =>
      violation("PHANTOM", `${door} on ${session} was shown ${id}: ${content.slice(0, 40)}`),
    );
}

/** Checks that each `seq` has one change, which is stored or was followed by another change of the same message. */
function checkAgreement(
  readers: ReaderHistory<Seen<LiveEvent>>[],
  session: StoredSession,
  { epoch, wasDeleted }: { epoch: string; wasDeleted: boolean },
): Violation[] {
  const found: Violation[] = [];
  const changes = new Map<string, string>();
  const rows = new Map(session.messages.map((row) => [row.id, row]));
  for (const { door, attachments } of readers) {
    for (const { event, position } of attachments.flatMap(({ items }) => items)) {
      if (event.type === "snapshot" || event.type === "reset" || event.type === "caught_up") continue;
      const { prev: _prev, ...change } = event;
      const json = JSON.stringify(change);
      const known = changes.get(position);
      changes.set(position, known ?? json);
      const what = `${door} on ${session.id} saw ${json.slice(0, 150)}`;
      if (known !== undefined && known !== json) {
        found.push(violation("DIFFERS", `${what}, another ${known.slice(0, 150)}`));
      }
      const id =
        event.type === "message"
          ? event.message.id
          : event.type === "message_deleted"
            ? event.message_id
            : undefined;
      // Messages that a copy has replaced are no longer stored.
      if (id === undefined || wasDeleted || parsePosition(position).epoch !== epoch) continue;
      const row = rows.get(id);
      if (!row || row.seq < event.seq) found.push(violation("LOST", `${what}, and it is not stored`));
      else if (row.seq === event.seq && (row.deleted === 1) !== (event.type === "message_deleted")) {
        found.push(violation("DIFFERS", `${what}, stored is ${JSON.stringify(row).slice(0, 150)}`));
      }
    }
  }
  return found;
}

/** Applies the events, and compares the result. Messages before those of a snapshot are unknown. */
function checkState(reader: ReaderHistory<Seen<LiveEvent>>, session: StoredSession): Violation[] {
  const messages = new Map<number, string>();
  let title: string | undefined;
  let knownFrom = Number.POSITIVE_INFINITY;
  for (const { after, items } of reader.attachments) {
    // A subscriber from before the first change has no messages yet.
    if (items.length > 0 && Number(after?.split(":").at(-1)) === 0) forget();
    for (const { event } of items) take(event);
  }
  const stored = new Map(
    session.messages.filter(({ deleted }) => !deleted).map(({ id, content }) => [id, content]),
  );
  const who = `${reader.door} on ${reader.session}`;
  const found: Violation[] = [];
  if (title !== undefined && title !== session.title) {
    found.push(violation("STATE", `${who} has the title ${title}, not ${session.title}`));
  }
  for (const [id, content] of messages) {
    if (stored.get(id) === content) continue;
    found.push(
      violation(
        "STATE",
        `${who} has ${id}: ${content.slice(0, 40)}, stored is ${stored.get(id)?.slice(0, 40)}`,
      ),
    );
  }
  for (const [id, content] of stored) {
    if (id < knownFrom || messages.has(id)) continue;
    found.push(violation("STATE", `${who} lacks ${id}: ${content.slice(0, 40)}`));
  }
  return found;

  function forget(): void {
    messages.clear();
    title = undefined;
    knownFrom = 0;
  }

  function take(event: LiveEvent): void {
    switch (event.type) {
      case "snapshot":
      case "reset": {
        const { messages: shown } = event.session;
        ({ title } = event.session);
        messages.clear();
        for (const { id, content } of shown) messages.set(id, content);
        knownFrom = event.has_earlier ? (shown[0]?.id ?? 0) : 0;
        break;
      }
      case "message":
        messages.set(event.message.id, event.message.content);
        break;
      case "message_delta": {
        const before = messages.get(event.message_id);
        if (before?.length === event.offset) messages.set(event.message_id, before + event.text);
        break;
      }
      case "message_deleted":
        messages.delete(event.message_id);
        break;
      case "session":
        ({ title } = event.session);
        break;
      case "session_deleted":
        forget();
        break;
      case "caught_up":
      case "signal":
        break;
    }
  }
}

type MessageFacts = {
  written: ReadonlySet<string>;
  wasDeleted: boolean;
  epochs: readonly string[];
  /** The messages of which a restored copy may have undone a change: resuming after an id does not cover that. */
  undone: ReadonlySet<number>;
};

/** Checks the messages of the plain WebSocket: each once and in order, and again only if it was edited. */
function checkMessageReader(
  reader: ReaderHistory<ShownMessage>,
  session: StoredSession,
  { written, wasDeleted, epochs, undone }: MessageFacts,
): Violation[] {
  const who = `${reader.door} on ${reader.session}`;
  const found = reader.attachments.flatMap((each) =>
    checkEnd(each, who, { epochs, startSeq: 0, wasDeleted }),
  );
  if (!reader.isDone)
    found.push(violation("STUCK", `${who}: ${JSON.stringify(reader.attachments.at(-1)).slice(-200)}`));
  const seen = new Set<number>();
  for (const { after, items } of reader.attachments) {
    const shown = new Map<number, string>();
    let last = Number(after);
    for (const { id, content } of items) {
      const what = `${who} after ${after} was shown ${id}: ${content.slice(0, 40)}, after ${last}`;
      if (!written.has(content)) found.push(violation("PHANTOM", what));
      if (shown.get(id) === content) found.push(violation("DOUBLED", what));
      // A lower id may come again after an edit.
      if (id < last && !shown.has(id) && editsOf(content) === 0) found.push(violation("ORDER", what));
      shown.set(id, content);
      last = Math.max(last, id);
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
