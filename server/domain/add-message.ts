import { createHash } from "node:crypto";
import type { MessageRow, SendRow, SessionChange } from "../../db/store.ts";
import { emptyContent } from "../contract/message.ts";
import type { AddMessageInput, Message } from "../contract/message.ts";
import { invalidInput, keyUsedBefore, sessionNotFound, writtenByAnother } from "../contract/app-error.ts";
import { assertContentFits } from "./content-length.ts";
import { toExtra } from "./optional-fields.ts";
import { assertRoomForReply } from "./replies/open-reply.ts";
import { findReply, toStandNow } from "./replies/reply-stand.ts";
import { readMessage } from "./replies/finish-reply.ts";
import type { Services } from "./services.ts";
import { messageOf } from "./read-messages.ts";

/**
 * A message, the `seq` of its last change, and whether this send stored the message. A repeat with the same key gets
 * the message of the first send.
 */
export type SentMessage = { message: Message; seq: number; stored: boolean };

type Sent = { row: MessageRow; seq: number };

/**
 * Stores a message. A repeat of a `key` within the session stores nothing and gets the answer of the first send. A message
 * with a `status` is a reply: a repeat of its `key` gets the reply as it is now.
 *
 * @throws {AppError} NOT_FOUND, BAD_REQUEST (content too long, or empty without a status), UNPROCESSABLE_CONTENT (the key named
 * other content), CONFLICT (another writer has the reply), TOO_MANY_REQUESTS (too many replies are streaming)
 */
export async function addMessage(services: Services, input: AddMessageInput): Promise<SentMessage> {
  const { session_id: sessionId, content, status } = input;
  if (content === "" && status === undefined) throw invalidInput([emptyContent]);
  assertContentFits(services, content);
  const { row, seq, stored } = await services.store.change(sessionId, async (session) => {
    const earlier = await findEarlierSend(session, input);
    const sent = earlier ?? (await store(services, session, input));
    if (status === "streaming" && sent.row.status === "streaming") await renew(services, session, sent.row);
    return { ...sent, stored: !earlier };
  });
  return { message: messageOf(row), seq, stored };
}

async function store(services: Services, session: SessionChange, input: AddMessageInput): Promise<Sent> {
  const { content, sender, timestamp, key, status, writer } = input;
  if (status === "streaming") await assertRoomForReply(session);
  const row = await session.addMessage({
    content,
    sender,
    timestamp: timestamp ?? services.now().toISOString(),
    key: key ?? null,
    key_digest: key === undefined ? null : digest(input),
    extra: toExtra(extrasOf(input)),
    status: status ?? null,
    writer: writer ?? "",
  });
  if (!row) throw sessionNotFound(input.session_id);
  return { row, seq: row.seq };
}

/** Renews the lease of a reply that its writer opens, or comes back to. */
async function renew(
  { leases }: Services,
  session: SessionChange,
  { id, session_id }: MessageRow,
): Promise<void> {
  leases.renew({ message_id: id, session_id, renewals: await session.renewReply(id) });
}

/** The message of the first send with this key, as it was then, even if it was edited or deleted since. */
async function findEarlierSend(session: SessionChange, input: AddMessageInput): Promise<Sent | undefined> {
  if (input.key === undefined) return undefined;
  const found = await session.findSend(input.key);
  if (!found) return undefined;
  if (found.key_digest !== digest(input)) throw keyUsedBefore();
  // A reply that was deleted while it was open is like any deleted message: only the repeat says that it was one.
  const isReply = input.status !== undefined || found.status !== null || found.complete_id !== null;
  if (isReply) return readReply(session, found, input);
  const { sent_seq, seq, ...row } = found;
  const { content } = input;
  // A row that was changed before migration 0007 does not have its first `seq`. Any `seq` before the change is correct here.
  const firstSeq = sent_seq ?? (row.content === content ? seq : seq - 1);
  // An edit removes what the send named beside its content.
  const extra = toExtra(extrasOf(input));
  return { row: { ...row, content, extra, seq: firstSeq }, seq };
}

/** A reply as it is now, for a writer that comes back to it. */
async function readReply(
  session: SessionChange,
  { id, key }: SendRow,
  { session_id, status, writer = "" }: AddMessageInput,
): Promise<Sent> {
  const found = await findReply(session, { session_id, message_id: id, key: undefined });
  if (status === "streaming" && found.status === "streaming" && found.writer !== writer) {
    throw writtenByAnother(toStandNow(found));
  }
  const row = await readMessage(session, id);
  return { row: { ...row, key }, seq: row.seq };
}

function extrasOf({ parent_key, parts, format, metadata }: AddMessageInput) {
  return { parent_key, parts, format, metadata };
}

/**
 * The digest of a send covers sender, content and, where they are set, the optional fields. A client that retries may send
 * another timestamp.
 */
function digest(input: AddMessageInput): string {
  const extra = toExtra(extrasOf(input));
  const named = [input.sender, input.content, ...(extra === null ? [] : [extra])];
  return createHash("sha256").update(JSON.stringify(named)).digest("base64url");
}
