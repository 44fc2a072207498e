import type { LiveEvent } from "../../server/contract/live-event.ts";
import type { Message } from "../../server/contract/message.ts";
import { isTextOf } from "./check-replies.ts";
import type { History, ReaderHistory, Seen, StoredMessage } from "./history.ts";
import { parsePosition } from "./history.ts";
import type { ReplyHistory } from "./reply-history.ts";
import { plannedText, replacedTexts } from "./reply-history.ts";
import { ReaderView } from "./reader-view.ts";
import type { Violation } from "./violation.ts";
import { violation } from "./violation.ts";

type SessionReader = ReaderHistory<Seen<LiveEvent>>;

/** The text of a reply that a subscriber had at a position. */
type Sight = { id: number; epoch: string; seq: number; text: string; isOpen: boolean; who: string };

/**
 * Checks what the subscribers saw of replies: each delta continues the text that its subscriber has, and no later
 * subscriber of the same epoch has less [REPLY-2] [REPLY-3].
 */
export function checkReplyReaders(history: History): Violation[] {
  const found: Violation[] = [];
  const sights: Sight[] = [];
  const keys = new Map<number, string>();
  for (const reader of history.readers as SessionReader[]) found.push(...look(reader, { sights, keys }));
  const byId = Map.groupBy(sights, ({ id }) => id);
  for (const [id, ofReply] of byId) {
    const reply = history.replies.find(({ key }) => key === keys.get(id));
    if (reply) found.push(...checkSights(reply, ofReply, findRow(history, reply, id)));
  }
  return found;
}

/** The row with which the reply ended, unless it was deleted. */
function findRow(
  { stored, epoch }: History,
  { session }: ReplyHistory,
  id: number,
): { epoch: string; row: StoredMessage | undefined } {
  const row = stored.find((each) => each.id === session)?.messages.find((each) => each.id === id);
  return { epoch, row: row?.deleted ? undefined : row };
}

/** Follows a subscriber, and notes what it has of each reply, and the key of each message. */
function look(
  reader: SessionReader,
  { sights, keys }: { sights: Sight[]; keys: Map<number, string> },
): Violation[] {
  const found: Violation[] = [];
  const view = new ReaderView();
  const who = `${reader.door} on ${reader.session}`;
  for (const attachment of reader.attachments) {
    view.attach(attachment);
    for (const item of attachment.items) {
      const { event, position } = item;
      const { epoch } = parsePosition(position);
      for (const { id, key, content, seq, status } of messagesOf(event)) {
        keys.set(id, key);
        sights.push({ id, epoch, seq, text: content, isOpen: status === "streaming", who });
      }
      if (event.type === "message_delta") {
        const { message_id: id, seq, offset, text } = event;
        const before = view.find(id);
        if (before?.content !== undefined) {
          found.push(...checkDelta(event, before, `${who} after ${attachment.after}`));
          sights.push({ id, epoch, seq, text: before.content.slice(0, offset) + text, isOpen: true, who });
        }
      }
      view.take(item);
    }
  }
  return found;
}

export function messagesOf(event: LiveEvent): Message[] {
  if (event.type === "message") return [event.message];
  return event.type === "snapshot" || event.type === "reset" ? event.session.messages : [];
}

function checkDelta(
  { offset, text, seq, message_id: id, chunks, chunk_offset }: LiveEvent & { type: "message_delta" },
  { content = "", chunkCount }: { content?: string; chunkCount: number },
  who: string,
): Violation[] {
  const what = `${who} has ${content.length} characters of ${id} and ${chunkCount} chunks, and got at ${seq} ${offset}: ${text.slice(0, 40)}, chunks ${chunk_offset}: ${JSON.stringify(chunks)?.slice(0, 60)}`;
  const fits = offset === content.length && (chunk_offset ?? chunkCount) === chunkCount;
  // Each chunk is its own number.
  const areChunksRight = (chunks ?? []).every((chunk, index) => chunk === chunkCount + index);
  return fits && areChunksRight ? [] : [violation("OFFSET", what)];
}

function checkSights(
  reply: ReplyHistory,
  sights: readonly Sight[],
  end: { epoch: string; row: StoredMessage | undefined },
): Violation[] {
  const found: Violation[] = [];
  const planned = plannedText(reply);
  const replaced = replacedTexts(reply);
  for (const [epoch, seen] of Map.groupBy(sights, (sight) => sight.epoch)) {
    let last: Sight | undefined;
    for (const sight of seen.toSorted((a, b) => a.seq - b.seq)) {
      const { text, seq, isOpen, who } = sight;
      const what = `${reply.key} at ${seq}: ${who} has ${text.length} characters, …${text.slice(-40)}`;
      if (isOpen ? !planned.startsWith(text) : !isTextOf(reply, text)) found.push(violation("PHANTOM", what));
      if (last) {
        const before = `${what}; at ${last.seq} ${last.who} has ${last.text.length}`;
        const isReplaced = !isOpen && replaced.includes(text);
        if (isOpen && !last.isOpen) found.push(violation("REOPENED", before));
        else if (seq === last.seq && text !== last.text) found.push(violation("DIFFERS", before));
        else if (!isReplaced && !text.startsWith(last.text)) found.push(violation("RETRACTED", before));
      }
      last = sight;
    }
    const { row } = end;
    if (!last || !row || epoch !== end.epoch || replaced.includes(row.content)) continue;
    if (!row.content.startsWith(last.text)) {
      found.push(
        violation(
          "RETRACTED",
          `${reply.key} at ${last.seq}: ${last.who} has ${last.text.length} characters, stored are ${row.content.length}`,
        ),
      );
    }
  }
  return found;
}
