import { isAlike } from "../chat/is-alike.ts";
import type { SessionSnapshot } from "../chat/session-snapshot.ts";
import { isOpenReply, type ShownMessage } from "../chat/shown-messages.ts";
import type { MessageState, UIMessage } from "./ui-message.ts";
import { stateOf, toUIMessage } from "./ui-message.ts";

/** An event of the AG-UI protocol. The id of a run is the key of its reply. */
export type AgUiEvent =
  | { type: "MESSAGES_SNAPSHOT"; messages: readonly UIMessage[] }
  | { type: "RUN_STARTED" | "RUN_FINISHED"; threadId: string; runId: string; finishReason?: "stop" }
  | { type: "RUN_ERROR"; threadId: string; runId: string; message: string }
  | {
      type: "TEXT_MESSAGE_START";
      messageId: string;
      role: "assistant";
      metadata: { aiDesk: MessageState };
    }
  | { type: "TEXT_MESSAGE_CONTENT"; messageId: string; delta: string }
  | { type: "TEXT_MESSAGE_END"; messageId: string };

/** The keys of the replies that are being written or were asked for. */
export function runsOf({ messages, run }: SessionSnapshot): Set<string> {
  const shown = messages.filter(isOpenReply).map(({ key }) => key);
  return new Set(run ? [...shown, run.key] : shown);
}

/** Describes the changes of a session, snapshot by snapshot, as events of AG-UI. */
export class SessionEvents {
  readonly #threadId: string;
  #told: readonly ShownMessage[] | undefined;
  #runs: ReadonlySet<string> = new Set();
  /** The highest id of a message that was told. */
  #lastId = 0;

  constructor(threadId: string) {
    this.#threadId = threadId;
  }

  /** @returns the events that lead from the last snapshot to this one */
  next(snapshot: SessionSnapshot): AgUiEvent[] {
    const before = this.#beforeItsEnd(snapshot);
    return [...(before ? this.#tell(before) : []), ...this.#tell(snapshot)];
  }

  /**
   * The snapshot with its last reply still open, if that reply is new and has ended: it was stored whole, or began and ended
   * between two snapshots. The library waits for the end of a run that it was told of.
   */
  #beforeItsEnd(snapshot: SessionSnapshot): SessionSnapshot | undefined {
    const last = snapshot.messages.at(-1);
    if (!this.#told || this.#runs.size > 0 || last?.sender !== "assistant") return undefined;
    // A reply with a lower id is an alternative that was chosen.
    if (isOpenReply(last) || (last.id ?? 0) <= this.#lastId) return undefined;
    const open = { ...last, status: "streaming" } as const;
    return {
      ...snapshot,
      messages: [...snapshot.messages.slice(0, -1), open],
      run: { key: last.key, status: "streaming" },
    };
  }

  #tell(snapshot: SessionSnapshot): AgUiEvent[] {
    const { messages } = snapshot;
    const told = this.#told ?? [];
    const runs = runsOf(snapshot);
    const held = new Set(told.map(({ key }) => key));
    // A new reply at the end begins with its events, so that the library's status becomes `streaming`.
    const last = messages.at(-1);
    const begun = last && isOpenReply(last) && !held.has(last.key) ? last : undefined;
    const rest = begun ? messages.slice(0, -1) : messages;
    const isGrowth =
      this.#told?.length === rest.length && rest.every((message, at) => isSameOrLonger(told[at], message));
    const events: AgUiEvent[] = [
      ...this.#grow(told, messages),
      ...[...this.#runs].filter((key) => !runs.has(key)).flatMap((key) => this.#endRun(key, held, messages)),
    ];
    if (!isGrowth) events.push({ type: "MESSAGES_SNAPSHOT", messages: rest.map(toUIMessage) });
    // After a snapshot the library knows neither the runs nor the texts that are being written.
    const begins = [...runs].filter((key) => !isGrowth || !this.#runs.has(key));
    events.push(
      ...begins.map((runId) => ({ type: "RUN_STARTED" as const, threadId: this.#threadId, runId })),
    );
    if (!isGrowth) events.push(...rest.filter(isOpenReply).flatMap(beginText));
    if (begun) events.push(...beginText(begun));
    this.#told = messages;
    this.#lastId = Math.max(this.#lastId, ...messages.map(({ id = 0 }) => id));
    this.#runs = runs;
    return events;
  }

  #grow(told: readonly ShownMessage[], messages: readonly ShownMessage[]): AgUiEvent[] {
    const byKey = new Map(messages.map((message) => [message.key, message]));
    return told.filter(isOpenReply).flatMap(({ key, content }) => {
      const now = byKey.get(key)?.content ?? "";
      return now.startsWith(content) ? textOf(key, now.slice(content.length)) : [];
    });
  }

  #endRun(runId: string, held: ReadonlySet<string>, messages: readonly ShownMessage[]): AgUiEvent[] {
    const run = { threadId: this.#threadId, runId };
    const reply = messages.find(({ key }) => key === runId);
    if (!held.has(runId) || !reply) return [{ type: "RUN_FINISHED", ...run, finishReason: "stop" }];
    const end: AgUiEvent = { type: "TEXT_MESSAGE_END", messageId: runId };
    const failure = reply.failure ?? failures[reply.status ?? ""];
    return failure === undefined
      ? [end, { type: "RUN_FINISHED", ...run, finishReason: "stop" }]
      : [end, { type: "RUN_ERROR", ...run, message: failure }];
  }
}

const failures: Readonly<Record<string, string>> = {
  failed: "The reply failed.",
  interrupted: "The reply was interrupted.",
};

function beginText(reply: ShownMessage): AgUiEvent[] {
  const { key: messageId, content } = reply;
  const metadata = { aiDesk: stateOf(reply) };
  return [
    { type: "TEXT_MESSAGE_START", messageId, role: "assistant", metadata },
    ...textOf(messageId, content),
  ];
}

function textOf(messageId: string, delta: string): AgUiEvent[] {
  return delta === "" ? [] : [{ type: "TEXT_MESSAGE_CONTENT", messageId, delta }];
}

/** Whether the two differ by nothing but the text that an open reply has gained. */
function isSameOrLonger(told: ShownMessage | undefined, now: ShownMessage): boolean {
  if (told === now) return true;
  if (!told || !isOpenReply(now) || !now.content.startsWith(told.content)) return false;
  return isAlike(withoutText(told), withoutText(now));
}

function withoutText(message: ShownMessage): Omit<ShownMessage, "content" | "seq" | "chunks"> {
  const { content: _content, seq: _seq, chunks: _chunks, ...rest } = message;
  return rest;
}
