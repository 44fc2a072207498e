import type { SessionExtent } from "../../db/store.ts";
import { SessionEndedError } from "../contract/app-error.ts";
import type { Message } from "../contract/message.ts";
import { readMessages, toDocumented } from "./read-messages.ts";
import type { Services } from "./services.ts";

/** In the `documented` form messages and listed sessions have only the fields of the documented REST paths. */
export type Form = "documented" | "full";

/** The number of characters that an answer in pieces gathers before it flushes them. */
export const flushChars = 64 * 1024;

/** The form of sessions in an answer: the JSON before their messages, and the form of the messages. */
export type Shown<Session> = { toHead: (session: Session) => object; form: Form };

export async function* headsJson<Session>(
  sessions: Iterable<Session> | AsyncIterable<Session>,
  toHead: (session: Session) => object,
): AsyncGenerator<string> {
  let separator = "[";
  for await (const session of sessions) {
    yield separator + JSON.stringify(toHead(session));
    separator = ",";
  }
  yield separator === "[" ? "[]" : "]";
}

/** A session that is deleted before its first flush is left out. @throws {SessionEndedError} if one is deleted later */
export async function* sessionsJson<Session extends SessionExtent>(
  services: Services,
  sessions: Iterable<Session> | AsyncIterable<Session>,
  shown: Shown<Session>,
): AsyncGenerator<string> {
  let separator = "[";
  for await (const session of sessions) {
    const pieces = sessionJson(services, session, shown);
    const beginning = await readBeginning(pieces);
    if (!beginning) continue;
    // A large piece is not joined to others: joining would copy all of them.
    if (beginning.isAll) yield separator + beginning.pieces.join("");
    else {
      yield separator;
      yield* beginning.pieces;
      yield* pieces;
    }
    separator = ",";
  }
  yield separator === "[" ? "[]" : "]";
}

/** The pieces of a session up to its first flush, or all of them. Undefined if the session is deleted meanwhile. */
async function readBeginning(
  from: AsyncGenerator<string, void>,
): Promise<{ pieces: string[]; isAll: boolean } | undefined> {
  const pieces: string[] = [];
  try {
    for (let chars = 0; chars < flushChars;) {
      const { value } = await from.next();
      if (value === undefined) return { pieces, isAll: true };
      pieces.push(value);
      chars += value.length;
    }
  } catch (error) {
    if (error instanceof SessionEndedError) return undefined;
    throw error;
  }
  return { pieces, isAll: false };
}

export async function* sessionJson<Session extends SessionExtent>(
  services: Services,
  session: Session,
  { toHead, form }: Shown<Session>,
): AsyncGenerator<string, void> {
  yield `${JSON.stringify(toHead(session)).slice(0, -1)},"messages":`;
  yield* arrayJson(readMessages(services, session), form);
  yield "}";
}

/** One JSON array from chunks of messages. */
export async function* arrayJson(
  chunks: AsyncIterable<readonly Message[]>,
  form: Form,
): AsyncGenerator<string, void> {
  let separator = "[";
  for await (const chunk of chunks) {
    for (const part of inParts(chunk)) {
      const json = JSON.stringify(form === "full" ? part : part.map(toDocumented)).slice(1, -1);
      // A large text is not joined to another: joining would copy it.
      if (json.length < partChars) yield separator + json;
      else {
        yield separator;
        yield json;
      }
      separator = ",";
    }
  }
  yield separator === "[" ? "[]" : "]";
}

/** The amount of content that is encoded at a time, in characters. Its JSON may be six times as long. */
const partChars = 64 * 1024;

function* inParts(messages: readonly Message[]): Generator<readonly Message[]> {
  let start = 0;
  let chars = 0;
  for (const [index, { content }] of messages.entries()) {
    chars += content.length;
    if (chars < partChars) continue;
    yield messages.slice(start, index + 1);
    start = index + 1;
    chars = 0;
  }
  if (start < messages.length) yield start === 0 ? messages : messages.slice(start);
}
