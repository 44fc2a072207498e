import type { Message } from "../../server/contract/message.ts";
import type { Session } from "../../server/contract/session.ts";
import type { AnswerInPieces } from "../../server/domain/answers-in-pieces.ts";
import { streamMessages, streamSession, streamSessions } from "../../server/domain/answers-in-pieces.ts";
import type { Desk } from "../../server/domain/desk.ts";

/** The value of an answer that is made in pieces. */
export async function readWhole<Value>(answer: Promise<AnswerInPieces>): Promise<Value> {
  const { pieces } = await answer;
  return JSON.parse((await Array.fromAsync(pieces)).join("")) as Value;
}

export function getSession(desk: Desk, id: string): Promise<Session> {
  return readWhole(streamSession(desk, { session_id: id }, "full"));
}

/** All sessions with their messages, newest first. */
export function listSessions(desk: Desk): Promise<Session[]> {
  return readWhole(streamSessions(desk, {}, "full"));
}

/** @param before only messages before that id */
export function listMessages(desk: Desk, id: string, before?: number): Promise<Message[]> {
  return readWhole(
    streamMessages(desk, { session_id: id, limit: 500, ...(before !== undefined && { before }) }),
  );
}
