import { limits } from "../../server/contract/limits.ts";
import type { Call, History, StoredMessage, StoredSession } from "./history.ts";
import type { ReplyCall, ReplyHistory } from "./reply-history.ts";
import { attemptedLength, plannedText, replacedTexts, replyLeaseSeconds, toldEnds } from "./reply-history.ts";
import type { Violation } from "./violation.ts";
import { violation } from "./violation.ts";

type Facts = {
  session: StoredSession | undefined;
  /** The calls of other writers to its session. */
  calls: Call[];
  begunAnewAt: number;
};

/**
 * Checks that each acknowledged append is stored at its offset, once; that nothing else is; that an answered end was the
 * end; and that leases end the replies that were left, and no others [REPLY-1] [REPLY-2] [REPLY-5] [REPLY-6] [REPLY-9].
 */
export function checkReplies({ replies, stored, calls, begunAnewAt }: History): Violation[] {
  return replies.flatMap((reply) => {
    const facts: Facts = {
      session: stored.find(({ id }) => id === reply.session),
      calls: calls.filter(({ session }) => session === reply.session),
      begunAnewAt,
    };
    const row = facts.session?.messages.find(({ key }) => key === reply.key);
    return [
      ...reply.calls.flatMap((call) => checkAnswer(reply, call)),
      ...checkRefusals(reply, row, { facts, replies }),
      ...checkEarlyLeases(reply),
      ...checkRow(reply, row, facts),
    ];
  });
}

function describe({ key, session }: ReplyHistory, { door, request, answer }: ReplyCall): string {
  const asked = JSON.stringify(request, (name, value: unknown) =>
    name === "text" && typeof value === "string" ? `${value.slice(0, 30)} (${value.length})` : value,
  );
  return `${key} in ${session}, ${asked} by ${door}: ${JSON.stringify(answer).slice(0, 200)}`;
}

/** Whether a text is possible as the content of the reply at some time. */
export function isTextOf(reply: ReplyHistory, text: string): boolean {
  return plannedText(reply).startsWith(text) || replacedTexts(reply).includes(text);
}

function checkAnswer(reply: ReplyHistory, call: ReplyCall): Violation[] {
  const { request, answer } = call;
  const what = describe(reply, call);
  if (answer.outcome === "overdue") return [violation("STUCK", what)];
  if (answer.outcome !== "done") return [];
  if (request.type === "append") {
    if (request.isStray) return [violation("OFFSET", what)];
    return answer.length === request.offset + request.text.length ? [] : [violation("ANSWER", what)];
  }
  const { key, session_id: session, content = "", status } = answer.message ?? {};
  if (key !== reply.key || session !== reply.session) return [violation("ANSWER", what)];
  if (!isTextOf(reply, content)) return [violation("PHANTOM", what)];
  const isOpen = status === "streaming" || status === "requested";
  return isOpen && request.type !== "open" ? [violation("REOPENED", what)] : [];
}

type Company = { facts: Facts; replies: readonly ReplyHistory[] };

/** Checks that each refused call had a reason for the refusal. */
function checkRefusals(
  reply: ReplyHistory,
  row: StoredMessage | undefined,
  { facts, replies }: Company,
): Violation[] {
  const { calls, begunAnewAt } = facts;
  const isUndone = reply.calls.some(({ wanted }) => wanted < begunAnewAt);
  const mayBeGone =
    isUndone ||
    row?.deleted === 1 ||
    calls.some(({ operation }) => operation.type === "delete session") ||
    calls.some(({ operation }) => operation.type === "delete" && operation.id === row?.id);
  let known = 0;
  return reply.calls.flatMap((call): Violation[] => {
    const { answer, request } = call;
    const what = describe(reply, call);
    if (answer.outcome === "done" && request.type === "append" && !request.isStray) {
      known = Math.max(known, request.offset + request.text.length);
    }
    if (answer.outcome !== "refused") return [];
    const { code, status, length = 0 } = answer;
    if (code === "INTERNAL_SERVER_ERROR") return [violation("SERVER_ERROR", what)];
    if (code === "NOT_FOUND" && mayBeGone) return [];
    if (code === "TOO_MANY_REQUESTS" && request.type === "open") {
      const others = replies.filter((other) => other.session === reply.session && mayBeOpen(other, call));
      return others.length >= limits.openReplies ? [] : [violation("REFUSED", what)];
    }
    if (code !== "CONFLICT" || request.type === "open" || request.type === "stop") {
      return [violation("REFUSED", what)];
    }
    // The checks of the end compare how a reply has ended.
    if (status !== "streaming" || isUndone || ("isStray" in request && length >= known)) return [];
    // A stream that was broken off may have gone on meanwhile.
    return [violation(length < known ? "LOST" : "REFUSED", what)];
  });
}

/** Whether a reply may have been open when a call was made. */
function mayBeOpen({ calls }: ReplyHistory, { begun, ended }: ReplyCall): boolean {
  const isOpened = calls.some((call) => call.request.type === "open" && call.begun < ended);
  return isOpened && !toldEnds(calls).some(({ call }) => call.ended < begun);
}

/** The lease of a reply runs from the last request that was answered: no answer tells earlier that it has ended. */
function checkEarlyLeases(reply: ReplyHistory): Violation[] {
  const [told] = reply.calls
    .filter(({ answer }) => answer.outcome === "refused" && answer.status === "interrupted")
    .toSorted((a, b) => a.endedMs - b.endedMs);
  const renewals = reply.calls.filter(
    ({ answer, request, ended }) =>
      answer.outcome === "done" && request.type === "append" && ended < (told?.begun ?? 0),
  );
  const lastMs = Math.max(...renewals.map(({ begunMs }) => begunMs));
  if (!told || told.endedMs - lastMs >= replyLeaseSeconds * 1000) return [];
  const sinceMs = Math.round(told.endedMs - lastMs);
  return [violation("LEASE", `${describe(reply, told)}, ${sinceMs} ms after its last append began`)];
}

function checkRow(reply: ReplyHistory, row: StoredMessage | undefined, facts: Facts): Violation[] {
  const { session, calls, begunAnewAt } = facts;
  const isSessionGone = calls.some(({ operation }) => operation.type === "delete session");
  // Acknowledgements from before a copy was put back prove nothing.
  const binding = reply.calls.filter(({ wanted }) => wanted >= begunAnewAt);
  const isAcknowledged = binding.some(({ answer }) => answer.outcome === "done");
  if (isSessionGone || row?.deleted) return [];
  if (!row) return isAcknowledged ? [violation("LOST", `${reply.key} in ${session?.id}`)] : [];
  const isUndone = binding.length < reply.calls.length;
  return [
    ...checkText(reply, row, binding),
    ...checkEnd(reply, row, binding),
    ...checkStatus(reply, row, isUndone),
  ];
}

/** The content is the concatenation of the acknowledged pieces, and of those whose outcome is unknown. */
function checkText(reply: ReplyHistory, { content }: StoredMessage, binding: ReplyCall[]): Violation[] {
  if (replacedTexts(reply).includes(content)) return [];
  const who = `${reply.key} in ${reply.session} with ${content.length} characters, …${content.slice(-60)}`;
  const isDoubled = reply.pieces.some((piece) => content.split(piece).length > 2);
  if (isDoubled) return [violation("DOUBLED", who)];
  const lost = binding.find(
    ({ request, answer }) =>
      request.type === "append" &&
      answer.outcome === "done" &&
      !request.isStray &&
      content.slice(request.offset, request.offset + request.text.length) !== request.text,
  );
  if (lost) return [violation("LOST", `${who}: ${describe(reply, lost)}`)];
  const isPossible = plannedText(reply).startsWith(content) && content.length <= attemptedLength(reply);
  return isPossible ? [] : [violation("PHANTOM", who)];
}

/** An end that was answered is the end, and every answer after it tells the same one. */
function checkEnd(reply: ReplyHistory, row: StoredMessage, binding: ReplyCall[]): Violation[] {
  const { content } = row;
  const status = row.status ?? "complete";
  const ends = toldEnds(binding);
  const others = ends.filter((end) => end.status !== status || end.length !== content.length);
  const endedBy = Math.min(...ends.map(({ call }) => call.ended));
  const late = binding.filter(
    ({ request, answer, begun }) => request.type === "append" && answer.outcome === "done" && begun > endedBy,
  );
  return [...others.map(({ call }) => call), ...late].map((call) =>
    violation("REOPENED", `${describe(reply, call)}; it is ${status} with ${content.length} characters`),
  );
}

/** Each end has a reason. A reply that no writer and no stop has ended was ended by its lease. */
function checkStatus(reply: ReplyHistory, { status }: StoredMessage, isUndone: boolean): Violation[] {
  const mayHave = (isMeant: (call: ReplyCall) => boolean): boolean =>
    reply.calls.some((call) => call.answer.outcome !== "refused" && isMeant(call));
  const isFinished = mayHave(
    ({ request }) => request.type === "finish" || (request.type === "stream" && !request.breaksOff),
  );
  const isStopped = mayHave(({ request }) => request.type === "stop");
  const who = `${reply.key} in ${reply.session} is ${status ?? "complete"}`;
  if (status === "streaming" || status === "requested") return [violation("LEASE", who)];
  // How long its writer was silent is not known to the millisecond: see `checkEarlyLeases`.
  if (status === "interrupted" || (status === "stopped" && isStopped)) return [];
  return (status === null && isFinished) || isUndone ? [] : [violation("LEASE", who)];
}
