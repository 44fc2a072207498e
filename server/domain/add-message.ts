import { createHash } from "node:crypto";
import type { SessionChange } from "../../db/store.ts";
import type { AddMessageInput, Message } from "../contract/message.ts";
import { keyUsedBefore, sessionNotFound } from "../contract/app-error.ts";
import { assertContentFits } from "./content-length.ts";
import type { Services } from "./services.ts";
import { toMessage } from "./read-messages.ts";

/**
 * A message, the `seq` of its last change, and whether this send stored the message. A repeat with the same key gets
 * the message of the first send.
 */
export type SentMessage = { message: Message; seq: number; stored: boolean };

/**
 * Stores a message. A repeat of a `key` within the session stores nothing and gets the answer of the first send.
 *
 * @throws {AppError} NOT_FOUND, BAD_REQUEST (content too long), UNPROCESSABLE_CONTENT (the key was used for other
 *   content)
 */
export async function addMessage(services: Services, input: AddMessageInput): Promise<SentMessage> {
  assertContentFits(services, input.content);
  return services.store.change(input.session_id, async (session): Promise<SentMessage> => {
    const earlier = await findEarlierSend(session, input);
    if (earlier) return { ...earlier, stored: false };
    const row = await session.addMessage({
      content: input.content,
      sender: input.sender,
      timestamp: input.timestamp ?? services.now().toISOString(),
      key: input.key ?? null,
      key_digest: input.key === undefined ? null : digest(input),
    });
    if (!row) throw sessionNotFound(input.session_id);
    return { message: toMessage(row), seq: row.seq, stored: true };
  });
}

/** The message of the first send with this key, as it was then, even if it was edited or deleted since. */
async function findEarlierSend(
  session: SessionChange,
  input: AddMessageInput,
): Promise<Omit<SentMessage, "stored"> | undefined> {
  if (input.key === undefined) return undefined;
  const found = await session.findSend(input.key);
  if (!found) return undefined;
  const { key_digest, sent_seq, seq, ...row } = found;
  if (key_digest === digest(input)) {
    const { content } = input;
    // A row that was changed before migration 0007 does not have its first `seq`. Any `seq` before the change is
    // correct here.
    const firstSeq = sent_seq ?? (row.content === content ? seq : seq - 1);
    return { message: toMessage({ ...row, content, seq: firstSeq }), seq };
  }
  throw keyUsedBefore();
}

/** The digest of a send covers sender and content. A client that retries may send another timestamp. */
function digest({ content, sender }: AddMessageInput): string {
  return createHash("sha256")
    .update(JSON.stringify([sender, content]))
    .digest("base64url");
}
