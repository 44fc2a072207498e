import type { Message } from "../../server/contract/message.ts";
import type { Session } from "../../server/contract/session.ts";
import type { AnswerInPieces } from "../../server/domain/answers-in-pieces.ts";
import { streamMessages, streamSession, streamSessions } from "../../server/domain/answers-in-pieces.ts";
import type { Services } from "../../server/domain/services.ts";

/** The value of an answer in pieces. */
export async function readWhole<Value>(answer: Promise<AnswerInPieces>): Promise<Value> {
  const { pieces } = await answer;
  return JSON.parse((await Array.fromAsync(pieces)).join("")) as Value;
}

export function getSession(services: Services, id: string): Promise<Session> {
  return readWhole(streamSession(services, { session_id: id }, "full"));
}

/** All sessions with their messages, newest first. */
export function listSessions(services: Services): Promise<Session[]> {
  return readWhole(streamSessions(services, {}, "full"));
}

/** @param before only messages before that id */
export function listMessages(services: Services, id: string, before?: number): Promise<Message[]> {
  return readWhole(
    streamMessages(services, { session_id: id, limit: 500, ...(before !== undefined && { before }) }),
  );
}
