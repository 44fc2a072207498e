import { getTRPCErrorFromUnknown } from "@trpc/server";
import type { TRPCError } from "@trpc/server";
import type { ListMessagesInput } from "../contract/message-list.ts";
import { limits } from "../contract/limits.ts";
import type { ListSessionsInput } from "../contract/session-list.ts";
import type { AnswerInPieces } from "../domain/answers-in-pieces.ts";
import { actions } from "../domain/actions.ts";
import type { Calling } from "../domain/perform.ts";
import { parsePieces } from "../domain/answer-share.ts";
import type { AnswerAllowance } from "../http/answer-allowance.ts";
import type { JsonParts } from "../http/whole-json.ts";
import { gatherJson } from "../http/whole-json.ts";

/** The outcome of a call. Its data may be a subscription's stream of events or a {@link LargeAnswer}. */
export type Outcome = { ok: true; data: unknown } | { ok: false; error: TRPCError };

/** A possibly large answer: JSON in pieces, byte for byte as tRPC's own adapter would encode the value. */
export class LargeAnswer {
  readonly #pieces: AsyncIterable<string>;
  readonly #advice: string;

  constructor(pieces: AsyncIterable<string>, advice: string) {
    this.#pieces = pieces;
    this.#advice = advice;
  }

  /** Gathers the JSON of the answer. @throws {AppError} PAYLOAD_TOO_LARGE, and the errors of reading it */
  async gather(allowance: AnswerAllowance): Promise<JsonParts> {
    return gatherJson(this.#pieces, allowance.begin(this.#advice));
  }

  /** Parses the JSON into a value, for tRPC's own adapter. @throws {AppError} as {@link gather} does */
  async parse<Value>(allowance: AnswerAllowance): Promise<Value> {
    return parsePieces(this.#pieces, allowance.begin(this.#advice));
  }
}

export async function getLargeSession(
  { caller, perform }: Calling,
  input: { session_id: string },
): Promise<LargeAnswer> {
  const { pieces } = await perform(caller, actions.getSession, { ...input, form: "full" });
  return new LargeAnswer(pieces, "read its messages in pages with message.list");
}

export async function listLargeSessions(
  { caller, perform }: Calling,
  input: ListSessionsInput,
): Promise<LargeAnswer> {
  const { limit = limits.defaultPageItems, messages = "none" } = input;
  const page = await perform(caller, actions.listSessions, { ...input, limit, messages, form: "full" });
  return new LargeAnswer(
    pageJson(page),
    'take fewer sessions with limit, or leave their messages out with messages: "none" and read those with message.list',
  );
}

export async function listLargeMessages(
  { caller, perform }: Calling,
  input: ListMessagesInput,
): Promise<LargeAnswer> {
  return new LargeAnswer(
    pageJson(await perform(caller, actions.listMessages, input)),
    "take fewer messages of message.list with limit",
  );
}

type MakeAnswer = (calling: Calling, input: never) => Promise<LargeAnswer>;

/** The procedures whose answers may be large. */
export const largeAnswers: ReadonlyMap<string, MakeAnswer> = new Map<string, MakeAnswer>([
  ["session.get", getLargeSession],
  ["session.list", listLargeSessions],
  ["message.list", listLargeMessages],
]);

/** Gathers the large answer of an outcome, if it has one. */
export async function gatherLarge(
  outcome: Outcome,
  allowance: AnswerAllowance,
): Promise<Outcome & { large?: JsonParts | undefined }> {
  if (!outcome.ok || !(outcome.data instanceof LargeAnswer)) return outcome;
  try {
    return { ok: true, data: undefined, large: await outcome.data.gather(allowance) };
  } catch (error) {
    return { ok: false, error: getTRPCErrorFromUnknown(error) };
  }
}

async function* pageJson({ pieces, nextCursor }: AnswerInPieces): AsyncGenerator<string> {
  yield '{"items":';
  yield* pieces;
  yield `,"next_cursor":${JSON.stringify(nextCursor)}}`;
}
