import type { SessionChange } from "../../../db/store.ts";
import { AppError, invalidInput, replyConflict, replyTooLong } from "../../contract/app-error.ts";
import type { AppendInput, Appended } from "../../contract/reply.ts";
import { limits } from "../../contract/limits.ts";
import type { Services } from "../services.ts";
import { endOpenReply } from "./end-open-reply.ts";
import type { OpenStand } from "./reply-stand.ts";
import { assertWritable, findReply, toStandNow } from "./reply-stand.ts";

type Outcome = Appended & { tooLarge?: AppError };

/**
 * Appends text and chunks to a reply that is streaming. What stands there already is skipped, so that an append may be repeated.
 * An append renews the lease of the reply. One that brings nothing new takes no position.
 *
 * @throws {AppError} NOT_FOUND; CONFLICT with the reply's length and status (a gap, other text, another writer, or the reply has
 * ended); PAYLOAD_TOO_LARGE, which ends the reply as `failed`
 */
export async function appendToReply(services: Services, input: AppendInput): Promise<Appended> {
  if ((input.chunks === undefined) !== (input.chunk_offset === undefined)) {
    const message = "chunks and chunk_offset come together";
    throw invalidInput([{ path: ["chunk_offset"], code: "custom", message }]);
  }
  const { tooLarge, ...appended } = await services.store.change(
    input.session_id,
    (session): Promise<Outcome> => append(services, session, input),
  );
  if (tooLarge) throw tooLarge;
  return appended;
}

async function append(services: Services, session: SessionChange, input: AppendInput): Promise<Outcome> {
  const found = await findReply(session, input);
  const reply = await assertWritable(session, found, input.writer ?? "");
  const text = await newText(session, reply, input);
  const chunks = await newChunks(session, reply, input);
  const length = input.offset + input.text.length;
  const renew = (renewals: number) =>
    services.leases.renew({ session_id: input.session_id, message_id: reply.id, renewals });
  if (text === "" && chunks.length === 0) {
    renew(await session.renewReply(reply.id));
    return { length, seq: reply.seq };
  }
  const tooLarge = findExcess(services, reply, { text, chunks });
  if (tooLarge) {
    const { seq } = await endOpenReply(session, reply.id, { status: "failed", failure: tooLarge.message });
    return { length, seq, tooLarge };
  }
  const seq = await session.appendToReply(reply.id, {
    start: reply.chars,
    text,
    chunk_start: reply.chunk_count,
    chunks,
  });
  renew(reply.renewals + 1);
  return { length, seq };
}

/** The part of the text that is not stored yet. */
async function newText(
  session: SessionChange,
  reply: OpenStand,
  { offset, text }: AppendInput,
): Promise<string> {
  if (offset > reply.chars) {
    const message = `offset: the reply has ${reply.chars} characters, and ${offset} is beyond them.`;
    throw replyConflict(message, toStandNow(reply));
  }
  const standing = reply.chars - offset;
  if (standing === 0 || text === "") return text;
  const message = await session.findMessage({ id: reply.id });
  const before = message?.content.slice(offset, offset + text.length) ?? "";
  if (text.startsWith(before)) return text.slice(before.length);
  throw replyConflict(`offset: other text stands at ${offset}.`, toStandNow(reply));
}

/** The chunks that are not stored yet, each as JSON. */
async function newChunks(
  session: SessionChange,
  reply: OpenStand,
  { chunks = [], chunk_offset: offset = reply.chunk_count }: AppendInput,
): Promise<string[]> {
  const sent = chunks.map((chunk) => JSON.stringify(chunk));
  if (offset > reply.chunk_count) {
    const message = `chunk_offset: the reply has ${reply.chunk_count} chunks, and ${offset} is beyond them.`;
    throw replyConflict(message, toStandNow(reply));
  }
  if (offset === reply.chunk_count || sent.length === 0) return sent;
  const message = await session.findMessage({ id: reply.id });
  const all = JSON.parse(`[${message?.chunks ?? ""}]`) as unknown[];
  const before = all.slice(offset, offset + sent.length).map((chunk) => JSON.stringify(chunk));
  if (before.every((chunk, index) => chunk === sent[index])) return sent.slice(before.length);
  throw replyConflict(`chunk_offset: other chunks stand at ${offset}.`, toStandNow(reply));
}

function findExcess(
  { maxMessageChars }: Services,
  { chars, chunk_bytes: bytes }: OpenStand,
  { text, chunks }: { text: string; chunks: readonly string[] },
): AppError | undefined {
  if (chars + text.length > maxMessageChars) {
    return replyTooLong(maxMessageChars);
  }
  const chunkBytes = chunks.reduce((sum, chunk) => sum + Buffer.byteLength(chunk) + 1, 0);
  if (chunkBytes === 0 || bytes + chunkBytes <= limits.replyChunkBytes) return undefined;
  return new AppError(
    "PAYLOAD_TOO_LARGE",
    `The reply's chunks are larger than ${limits.replyChunkBytes} bytes: it has ended as failed, with the text so far.`,
  );
}
