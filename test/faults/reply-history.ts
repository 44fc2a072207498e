import type { Message } from "../../server/contract/message.ts";

/** The request of the writer of a reply, or of a client that stops it. */
export type ReplyRequest =
  | { type: "open" }
  | {
      type: "append";
      offset: number;
      text: string;
      /** Each chunk is its own number. */
      chunks?: number[];
      /** Whether the server must refuse it: the offset, the text or the writer is another. */
      isStray?: true;
      writer?: string;
    }
  /** One request with the text as its body. The end of the body finishes the reply. */
  | { type: "stream"; offset: number; text: string; breaksOff: boolean }
  | { type: "finish"; content?: string }
  | { type: "stop" };

/** The answer to it: see `Answer` of the other writers. A refusal tells where the reply stands. */
export type ReplyAnswer =
  | { outcome: "done"; message?: Partial<Message>; length?: number; seq?: number }
  | { outcome: "refused"; code: string; length?: number | undefined; status?: string | undefined }
  | { outcome: "unknown" }
  | { outcome: "overdue" };

/** One call: see `Call` of the other writers. */
export type ReplyCall = {
  door: string;
  request: ReplyRequest;
  wanted: number;
  begun: number;
  ended: number;
  /** The times of both, on the clock of the leases, in milliseconds. */
  begunMs: number;
  endedMs: number;
  answer: ReplyAnswer;
};

/** A reply, and all that was asked about it. */
export type ReplyHistory = {
  session: string;
  key: string;
  writer: string;
  /** The pieces that its writer has appended, or wants to. Each is unique. */
  pieces: string[];
  calls: ReplyCall[];
};

/** The lease of replies in all scenarios, in seconds. */
export const replyLeaseSeconds = 1;

/** The text that the writer wants the reply to have. Any stored text is a beginning of it, unless a finish replaced it. */
export function plannedText({ pieces }: ReplyHistory): string {
  return pieces.join("");
}

/** The texts by which a finish may have replaced the text. */
export function replacedTexts({ calls }: ReplyHistory): string[] {
  return calls.flatMap(({ request, answer }) =>
    request.type === "finish" && request.content !== undefined && answer.outcome !== "refused"
      ? [request.content]
      : [],
  );
}

/** The most text that may be stored: also appends without an outcome may have taken effect. */
export function attemptedLength({ calls }: ReplyHistory): number {
  return Math.max(
    0,
    ...calls.flatMap(({ request, answer }) => {
      const isText = request.type === "append" || request.type === "stream";
      // A refused stream may have appended its beginning.
      const isPossible = request.type === "stream" || answer.outcome !== "refused";
      return isText && isPossible && !("isStray" in request) ? [request.offset + request.text.length] : [];
    }),
  );
}

/** How the reply ended, as an answer told it. */
export type ToldEnd = { status: string; length: number; call: ReplyCall };

export function toldEnds(calls: readonly ReplyCall[]): ToldEnd[] {
  return calls.flatMap((call): ToldEnd[] => {
    const { answer, request } = call;
    if (answer.outcome === "refused" && isEnd(answer.status)) {
      return [{ status: answer.status, length: answer.length ?? 0, call }];
    }
    if (answer.outcome !== "done" || request.type === "append") return [];
    const { status = "complete", content = "" } = answer.message ?? {};
    // A repeated opening gets the reply as it is.
    return isEnd(status) || request.type !== "open" ? [{ status, length: content.length, call }] : [];
  });
}

function isEnd(status: string | undefined): status is string {
  return status !== undefined && status !== "streaming" && status !== "requested";
}
