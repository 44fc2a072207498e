import type { LiveEvent } from "../../server/contract/live-event.ts";
import { checkStream } from "./check-streams.ts";
import { checkMessageReader } from "./check-message-readers.ts";
import { isTextOf } from "./check-replies.ts";
import { messagesOf } from "./check-reply-readers.ts";
import type { History, ReaderHistory, Seen, ShownMessage, StoredSession } from "./history.ts";
import { parsePosition } from "./history.ts";
import { ReaderView } from "./reader-view.ts";
import type { Violation } from "./violation.ts";
import { violation } from "./violation.ts";

/** Checks that all subscribers of a session saw the same order, and end with the stored state. */
export function checkReaders(history: History): Violation[] {
  const { readers, replies, stored, calls, epochs, epoch } = history;
  const byKey = new Map(replies.map((reply) => [reply.key, reply]));
  const isReply = ({ key }: { key?: string | null | undefined }): boolean => byKey.has(key ?? "");
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
    const isWritten = ({ key, content }: ShownMessage): boolean => {
      const reply = byKey.get(key ?? "");
      return reply ? isTextOf(reply, content) : written.has(content);
    };
    const undone = new Set(
      calls.flatMap(({ operation, wanted }) =>
        "id" in operation && wanted < history.begunAnewAt ? [operation.id] : [],
      ),
    );
    return [
      ...own.flatMap((reader) => checkStream(reader, { epochs, startSeq: session.start_seq, wasDeleted })),
      ...own.flatMap((reader) => checkContents(reader, isWritten)),
      ...checkAgreement(own, session, { epoch, wasDeleted }),
      ...own.filter(({ isDone }) => isDone).flatMap((reader) => checkState(reader, session)),
      ...history.messageReaders
        .filter((reader) => reader.session === session.id)
        .flatMap((reader) =>
          checkMessageReader(reader, session, { isWritten, isReply, wasDeleted, epochs, undone }),
        ),
    ];
  });
}

function checkContents(
  { door, session, attachments }: ReaderHistory<Seen<LiveEvent>>,
  isWritten: (message: ShownMessage) => boolean,
): Violation[] {
  return attachments
    .flatMap(({ items }) => items.flatMap(({ event }) => messagesOf(event)))
    .filter((message) => !isWritten(message))
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
      const json = JSON.stringify(toComparable(event));
      const known = changes.get(position);
      changes.set(position, known ?? json);
      const what = `${door} on ${session.id} saw ${json.slice(0, 150)}`;
      if (known !== undefined && known !== json) {
        found.push(violation("DIFFERS", `${what}, another ${known.slice(0, 150)}`));
      }
      const id = messageIdOf(event);
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

/** Subscribers at different positions get different deltas of a reply, or all of its text. Its length is then the same. */
function toComparable({ prev: _prev, ...change }: LiveEvent): object {
  if (change.type === "message_delta") {
    const { message_id: id, seq, offset, text } = change;
    return { id, seq, length: offset + text.length };
  }
  if (change.type !== "message" || change.message.status !== "streaming") return change;
  const { id, content } = change.message;
  return { id, seq: change.seq, length: content.length };
}

function messageIdOf(event: LiveEvent): number | undefined {
  if (event.type === "message") return event.message.id;
  return event.type === "message_deleted" || event.type === "message_delta" ? event.message_id : undefined;
}

/** Applies the events, and compares the result. */
function checkState(reader: ReaderHistory<Seen<LiveEvent>>, session: StoredSession): Violation[] {
  const view = new ReaderView();
  for (const attachment of reader.attachments) {
    view.attach(attachment);
    for (const item of attachment.items) view.take(item);
  }
  const { title, contents, knownFrom } = view;
  const stored = new Map(
    session.messages.filter(({ deleted }) => !deleted).map(({ id, content }) => [id, content]),
  );
  const who = `${reader.door} on ${reader.session}`;
  const found: Violation[] = [];
  if (title !== undefined && title !== session.title) {
    found.push(violation("STATE", `${who} has the title ${title}, not ${session.title}`));
  }
  for (const [id, content] of contents) {
    if (stored.get(id) === content) continue;
    found.push(
      violation(
        "STATE",
        `${who} has ${id}: ${content.slice(0, 40)}, stored is ${stored.get(id)?.slice(0, 40)}`,
      ),
    );
  }
  for (const [id, content] of stored) {
    if (id < knownFrom || contents.has(id)) continue;
    found.push(violation("STATE", `${who} lacks ${id}: ${content.slice(0, 40)}`));
  }
  return found;
}
