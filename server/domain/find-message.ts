import type { MessageRow, NamedMessage, SessionChange } from "../../db/store.ts";
import type { Services } from "./services.ts";
import type { MessageName } from "../contract/message.ts";
import { idOfMadeKey } from "./made-key.ts";
import type { AppError } from "../contract/app-error.ts";
import { invalidInput, messageNotFound, messageChanged, sessionNotFound } from "../contract/app-error.ts";

const keyPrefix = "key:";

/** The name of a message in an input: its id, or `key:` and its key. */
function toNamed(ref: number | string): NamedMessage {
  return typeof ref === "number" ? { id: ref } : namedByKey(ref.slice(keyPrefix.length));
}

function namedByKey(key: string): NamedMessage {
  const id = idOfMadeKey(key);
  return id === undefined ? { key } : { id };
}

/**
 * Reads the name of a message from an input. @throws {AppError} BAD_REQUEST unless exactly one of `message_id` and
 * `key` is given
 */
export function readName({ message_id: ref, key }: MessageName): NamedMessage {
  if (ref !== undefined && key === undefined) return toNamed(ref);
  if (ref === undefined && key !== undefined) return namedByKey(key);
  const message = "name the message by message_id or by key, and by one of them alone";
  throw invalidInput([{ path: ["message_id"], code: "custom", message }]);
}

/** Finds the message that a change refers to. @throws {AppError} NOT_FOUND, BAD_REQUEST (no name, or two) */
export async function findMessageToChange(session: SessionChange, name: MessageName): Promise<MessageRow> {
  const named = readName(name);
  const found = await session.findMessage(named);
  if (!found || found.deleted) throw await nothingFound(session, name.session_id, named);
  return found;
}

/** The error of a change that refers to a message which is not there. */
export async function nothingFound(
  session: SessionChange,
  sessionId: string,
  named: NamedMessage,
): Promise<AppError> {
  return (await session.find()) ? messageNotFound(named) : sessionNotFound(sessionId);
}

/** Asserts that `ifSeq`, if given, is the `seq` of the message. @throws {AppError} CONFLICT */
export function assertUnchanged({ seq }: MessageRow, ifSeq: number | undefined): void {
  if (ifSeq !== undefined && ifSeq !== seq) throw messageChanged(ifSeq, seq);
}

/** The place of a message in the order in which messages became complete. @throws {AppError} NOT_FOUND for an unknown key */
export async function findCompletion(
  { store }: Services,
  sessionId: string,
  ref: number | string,
): Promise<number> {
  const named = toNamed(ref);
  const found = await store.messages.find(sessionId, named);
  if (found) return found.complete_id ?? found.id;
  if ("id" in named) return named.id;
  throw messageNotFound(named);
}

/** The id of the message, deleted or not, at which a page or a stream begins. @throws {AppError} NOT_FOUND */
export async function findMessageId(
  { store }: Services,
  sessionId: string,
  ref: number | string,
): Promise<number> {
  const named = toNamed(ref);
  if ("id" in named) return named.id;
  const found = await store.messages.find(sessionId, named);
  if (!found) throw messageNotFound(named);
  return found.id;
}
