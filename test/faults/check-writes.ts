import type { Call, History, Operation, StoredMessage, StoredSession } from "./history.ts";
import { madeKey } from "../../server/domain/made-key.ts";
import { tokenOf } from "./history.ts";
import type { Violation } from "./violation.ts";
import { violation } from "./violation.ts";

type CallOf<Type extends Operation["type"]> = Call & { operation: Extract<Operation, { type: Type }> };

/** Checks that the acknowledged writes are stored, once and as acknowledged, and that nothing else is stored. */
export function checkWrites({ calls, replies, stored, incidents, begunAnewAt }: History): Violation[] {
  const keys = new Set<string | null>(replies.map(({ key }) => key));
  return [
    ...incidents.map((incident) => violation("SERVER_ERROR", incident)),
    ...calls.flatMap(checkAnswer),
    ...stored.flatMap((whole) => {
      // `checkReplies` knows the contents of replies.
      const session = { ...whole, messages: whole.messages.filter(({ key }) => !keys.has(key)) };
      const own = calls.filter((call) => call.session === session.id);
      // The messages of a deleted session are gone, so nothing can be checked.
      return of(own, "delete session").length > 0
        ? checkPhantoms(session, own)
        : [
            ...checkSession(session, own, begunAnewAt),
            ...whole.messages.flatMap((row) => checkDeletion(row, own, begunAnewAt)),
          ];
    }),
  ];
}

function of<Type extends Operation["type"]>(calls: Call[], type: Type): CallOf<Type>[] {
  return calls.filter((call): call is CallOf<Type> => call.operation.type === type);
}

function describe({ door, session, operation, answer }: Call): string {
  return `${JSON.stringify({ ...operation, ...("content" in operation && { content: operation.content.slice(0, 40) }) })} in ${session} by ${door}: ${JSON.stringify(answer).slice(0, 200)}`;
}

function checkAnswer(call: Call): Violation[] {
  const { operation, answer, session } = call;
  if (answer.outcome === "refused" && answer.code === "INTERNAL_SERVER_ERROR") {
    return [violation("SERVER_ERROR", describe(call))];
  }
  if (answer.outcome === "overdue") return [violation("STUCK", describe(call))];
  if (answer.outcome !== "done" || !("content" in operation)) return [];
  const { content, session_id, key, id } = answer.message ?? {};
  const isAnswered =
    content === operation.content &&
    session_id === session &&
    (operation.type === "edit" ? id === operation.id : id !== undefined && isKey(key, operation.key, id));
  return isAnswered || (operation.type === "send" && operation.reusesKey)
    ? []
    : [violation("ANSWER", describe(call))];
}

/** If the send had no key, the answer has a key made from the message's id, or on a documented path none. */
function isKey(key: string | undefined, sent: string | undefined, id: number): boolean {
  return key === sent || (sent === undefined && key === madeKey(id));
}

/** Writes that were acknowledged before a copy was put back may be missing, and edits of that time may be undone. */
function checkSession(session: StoredSession, all: Call[], begunAnewAt: number): Violation[] {
  const calls = all.filter(({ wanted }) => wanted >= begunAnewAt);
  return [
    ...checkPhantoms(session, all),
    ...checkSends(session, calls),
    ...checkKeys(calls),
    ...checkOrder(of(all, "send"), begunAnewAt),
    ...session.messages
      .filter(({ deleted }) => !deleted)
      .flatMap((row) => checkContent(row, all, begunAnewAt)),
    ...checkTitle(session, all, begunAnewAt),
    ...checkRefusals(calls, all),
  ];
}

/** Every stored content was sent to this session. */
function checkPhantoms({ id, messages }: StoredSession, calls: Call[]): Violation[] {
  const sent = new Set(
    calls.flatMap(({ operation, answer }) =>
      "content" in operation && answer.outcome !== "refused" ? [operation.content] : [],
    ),
  );
  return messages
    .filter(({ deleted, content }) => !deleted && !sent.has(content))
    .map(({ id: messageId, content }) =>
      violation("PHANTOM", `message ${messageId} of ${id} says ${content.slice(0, 40)}`),
    );
}

function checkSends({ id, messages }: StoredSession, calls: Call[]): Violation[] {
  const ids = new Set(messages.map((row) => row.id));
  const sends = of(calls, "send");
  const lost = sends
    .filter(({ answer }) => answer.outcome === "done" && !ids.has(answer.message?.id ?? 0))
    .map((call) => violation("LOST", describe(call)));
  const living = messages.filter(({ deleted }) => !deleted).map(({ content }) => tokenOf(content));
  const keys = messages.flatMap(({ key }) => (key === null ? [] : [key]));
  const told = sends.flatMap(({ answer, operation }) =>
    answer.outcome === "done" ? [`${tokenOf(operation.content)} ${answer.message?.id}`] : [],
  );
  const toldTwice = [...new Set(told)].map((each) => each.split(" ")[0] ?? "");
  return [
    ...lost,
    ...[...repeated(living), ...repeated(keys), ...repeated(toldTwice)].map((what) =>
      violation("DOUBLED", `${what} in ${id}`),
    ),
  ];
}

function repeated(items: string[]): string[] {
  return [...new Set(items.filter((item, index) => items.indexOf(item) !== index))];
}

/** Each key always gets the answer of the first send, and is refused for other content. */
function checkKeys(calls: Call[]): Violation[] {
  const sends = of(calls, "send").filter(({ operation }) => operation.key !== undefined);
  const firsts = new Map<string, string>();
  const seqs = new Map<string, number>();
  return sends.flatMap((call) => {
    const { operation, answer } = call;
    const key = operation.key ?? "";
    if (operation.reusesKey) {
      const isUnprocessable = answer.outcome === "refused" && answer.code === "UNPROCESSABLE_CONTENT";
      return isUnprocessable || answer.outcome === "unknown" || answer.outcome === "overdue"
        ? []
        : [violation("KEY", describe(call))];
    }
    if (answer.outcome === "refused") return [violation("KEY", describe(call))];
    if (answer.outcome !== "done") return [];
    const { seq, ...message } = answer.message ?? {};
    const said = JSON.stringify(Object.entries(message).toSorted(([a], [b]) => a.localeCompare(b)));
    const first = firsts.get(key) ?? said;
    firsts.set(key, first);
    // A documented path has no `seq`.
    const firstSeq = seqs.get(key) ?? seq;
    if (firstSeq !== undefined) seqs.set(key, firstSeq);
    return said === first && (seq ?? firstSeq) === firstSeq
      ? []
      : [violation("KEY", `${describe(call)}, first ${first.slice(0, 200)}`)];
  });
}

/** A message that is sent after the answer to another send is stored after that one. */
function checkOrder(sends: CallOf<"send">[], begunAnewAt: number): Violation[] {
  // A repeat is answered with an early id, so only the first call of a content shows when the message came in.
  const begun = new Map<string, CallOf<"send">>();
  for (const call of sends) if (!begun.has(call.operation.content)) begun.set(call.operation.content, call);
  const done = [...begun.values()].filter(
    ({ answer, wanted }) => answer.outcome === "done" && wanted >= begunAnewAt,
  );
  const byEnd = done.toSorted((a, b) => a.ended - b.ended);
  let ended = 0;
  let highest = 0;
  return done
    .toSorted((a, b) => a.begun - b.begun)
    .flatMap((call) => {
      for (let next = byEnd[ended]; next && next.ended < call.begun; next = byEnd[ended]) {
        highest = Math.max(highest, idOf(next));
        ended += 1;
      }
      return idOf(call) > highest
        ? []
        : [violation("ORDER", `${describe(call)}, after ${highest} was answered`)];
    });
}

function idOf({ answer }: Call): number {
  return answer.outcome === "done" ? (answer.message?.id ?? 0) : 0;
}

/** A message is deleted exactly if somebody deleted it. */
function checkDeletion({ id, deleted }: StoredMessage, all: Call[], begunAnewAt: number): Violation[] {
  const deletes = of(all, "delete").filter(
    ({ operation, answer }) => operation.id === id && !isRefused(answer),
  );
  if (deleted) {
    return deletes.length > 0 ? [] : [violation("LOST", `message ${id} is gone, and nobody deleted it`)];
  }
  const isDeleted = deletes.some(({ answer, wanted }) => answer.outcome === "done" && wanted >= begunAnewAt);
  return isDeleted ? [violation("LOST", `message ${id} was deleted, and is there`)] : [];
}

/** A message has the content of its last write. */
function checkContent({ id, content }: StoredMessage, all: Call[], begunAnewAt: number): Violation[] {
  // A repeat writes nothing: the send counts from its first answered call.
  const sends = of(all, "send")
    .filter((call) => idOf(call) === id)
    .slice(0, 1)
    .filter(({ begun }) => begun >= begunAnewAt);
  const edits = of(all, "edit").filter(({ operation, answer }) => operation.id === id && !isRefused(answer));
  const possible = lastOf([...sends, ...edits], begunAnewAt).map(({ operation }) => operation.content);
  // The answer to the send may be lost with the connection, so a stored message proves no more than that.
  if (sends.length === 0 || possible.includes(content)) return [];
  return [
    violation(
      "LOST",
      `message ${id} says ${content.slice(0, 40)}, not ${possible.map((each) => each.slice(0, 40)).join(" or ")}`,
    ),
  ];
}

function titlesOf(calls: Call[]): CallOf<"create" | "rename">[] {
  return [...of(calls, "create"), ...of(calls, "rename")].filter(({ answer }) => !isRefused(answer));
}

function checkTitle({ id, title }: StoredSession, all: Call[], begunAnewAt: number): Violation[] {
  const writes = titlesOf(all);
  const isRenamed = writes.some(({ answer, begun }) => answer.outcome === "done" && begun >= begunAnewAt);
  const possible = (isRenamed ? lastOf(writes, begunAnewAt) : writes).map(({ operation }) => operation.title);
  if (possible.includes(title)) return [];
  return [violation("LOST", `the title of ${id} is ${title}, not ${possible.join(" or ")}`)];
}

function isRefused({ outcome }: Call["answer"]): boolean {
  return outcome === "refused";
}

/**
 * The writes that may be the last: no other write began after their end. A write that was pending when a copy was put
 * back may have reached either server.
 */
function lastOf<Write extends Call>(writes: Write[], begunAnewAt: number): Write[] {
  const last = Math.max(
    begunAnewAt,
    ...writes.filter(({ answer }) => answer.outcome === "done").map(({ begun }) => begun),
  );
  return writes.filter(({ ended }) => ended >= last);
}

/** Checks that each refused call had a reason for the refusal. */
function checkRefusals(calls: Call[], all: Call[]): Violation[] {
  const deleted = new Set(of(all, "delete").map(({ operation }) => operation.id));
  return calls
    .filter(({ operation, answer }) => {
      if (answer.outcome !== "refused" || answer.code === "INTERNAL_SERVER_ERROR") return false;
      if (answer.code === "UNPROCESSABLE_CONTENT") return operation.type !== "send";
      if (answer.code === "NOT_FOUND") return !("id" in operation && deleted.has(operation.id));
      return answer.code !== "CONFLICT" || operation.type !== "create";
    })
    .map((call) => violation("REFUSED", describe(call)));
}
