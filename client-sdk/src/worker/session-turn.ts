import { Thread } from "../../../server/contract/thread.ts";
import { unanswered } from "../../../server/contract/next-reply.ts";
import type { Pauses } from "../chat/pauses.ts";
import { mergeRuns } from "../chat/merge-runs.ts";
import type { Client, Message } from "../types.ts";
import { isRefusal } from "./follow-list.ts";
import type { ServeOptions } from "./options.ts";
import { ReplyWriter } from "./reply-writer.ts";
import { SessionReplies } from "./session-replies.ts";

export type TurnOptions = Required<
  Pick<ServeOptions, "reply" | "onBusy" | "writer" | "history" | "describeError" | "onError">
> & {
  format: string | undefined;
  rpc: Client;
  pauses: Pauses;
  sessionId: string;
  /** Waits for room among the replies that are written at a time. @returns a function that leaves the room */
  enter: () => Promise<() => void>;
  /** @returns a function that notes that everything up to now is done */
  begin: () => () => void;
  /** Called when nothing is under way any more. */
  onIdle: () => void;
  /** Aborts when the worker is closed. */
  closing: AbortSignal;
  /** Aborts a while later: until then open replies are ended. */
  closed: AbortSignal;
};

const busy = "The assistant is busy with another answer. Ask again when that one has ended.";

/** Writes the replies of one session, one after the other. */
export class SessionTurn {
  readonly #options: TurnOptions;
  readonly #replies: SessionReplies;
  /** Looks at a reply that is being written. */
  #onChange: (() => Promise<void>) | undefined;
  /** The session has changed since it was looked at. */
  #isStale = false;
  #running: Promise<void> | undefined;

  constructor(options: TurnOptions) {
    const { closed: signal } = options;
    this.#options = options;
    this.#replies = new SessionReplies({ ...options, signal });
  }

  /** The session has changed. */
  wake(): void {
    this.#isStale = true;
    if (this.#onChange) void this.#onChange().catch(() => undefined);
    else this.#running ??= this.#run().finally(() => this.#rest());
  }

  /** Resolves when nothing is under way. */
  async end(): Promise<void> {
    await this.#running;
  }

  #rest(): void {
    this.#running = undefined;
    // A change may have come since the last look.
    if (this.#isStale && !this.#options.closing.aborted) this.wake();
    else this.#options.onIdle();
  }

  async #run(): Promise<void> {
    const { closing, begin, onError, sessionId } = this.#options;
    while (this.#isStale && !closing.aborted) {
      this.#isStale = false;
      const settle = begin();
      try {
        if (await this.#step()) this.#isStale = true;
        settle();
      } catch (error) {
        if (closing.aborted) return;
        settle();
        // A session that is gone needs no replies.
        if (!isRefusal(error, "NOT_FOUND")) onError(error, { session_id: sessionId });
      }
    }
  }

  /** @returns whether there may be more to do */
  async #step(): Promise<boolean> {
    const next = await this.#replies.next();
    if (!next) return false;
    if (next.kind === "wait") return this.#replies.abandon(next.key);
    const leave = await this.#options.enter();
    try {
      if (this.#options.closing.aborted) return false;
      const reply = await this.#replies.open(next);
      if (reply) await this.#write(reply);
      // A reply of another writer is waited for: its end changes the session.
      return reply !== undefined || next.kind === "open";
    } finally {
      leave();
    }
  }

  async #write(reply: Message): Promise<void> {
    const { rpc, pauses, writer, reply: source, history, closing, closed, onError } = this.#options;
    const { session_id, key, id } = reply;
    const stopping = new AbortController();
    const writing = new ReplyWriter(
      {
        rpc,
        pauses,
        reply: { session_id, key, writer },
        signal: closed,
        onRefused(error) {
          stopping.abort(error);
          // A stop, an end of the lease and a deletion are the will of somebody else.
          if (!closed.aborted && !isRefusal(error, "CONFLICT", "NOT_FOUND"))
            onError(error, { session_id, key });
        },
      },
      { length: reply.content.length, chunkCount: reply.chunks?.length ?? 0 },
    );
    let end: Parameters<ReplyWriter["finish"]>[0] = {};
    const interrupt = (): void => {
      end = { status: "interrupted" };
      stopping.abort(closing.reason);
    };
    closing.addEventListener("abort", interrupt);
    if (closing.aborted) interrupt();
    this.#onChange = this.#watch(reply, (isEnded) => {
      if (isEnded) writing.end();
      else end = { status: "stopped" };
      stopping.abort();
    });
    const { signal } = stopping;
    try {
      const before = await this.#replies.readBefore(id, history);
      const messages = new Thread([...before, reply]).pathTo(key).slice(0, -1);
      await copy(source({ session_id, key, messages, signal }), writing, signal);
    } catch (error) {
      if (!signal.aborted) {
        onError(error, { session_id, key });
        end = { status: "failed", error: this.#options.describeError(error) };
      }
    } finally {
      closing.removeEventListener("abort", interrupt);
      this.#onChange = undefined;
    }
    await writing.finish(end).catch((error: unknown) => {
      writing.end();
      if (!closed.aborted && !isRefusal(error)) throw error;
    });
  }

  /** @param onOver called when the reply has ended, or its writer should end it for later messages */
  #watch(reply: Message, onOver: (isEnded: boolean) => void): () => Promise<void> {
    const { onBusy } = this.#options;
    return mergeRuns(async () => {
      const [own, ...later] = await this.#replies.readFrom(reply.id);
      if (own?.id !== reply.id || own.status !== "streaming") return onOver(true);
      const questions = unanswered(later);
      if (onBusy === "interrupt" && questions.length > 0) onOver(false);
      if (onBusy === "refuse") for (const question of questions) await this.#replies.refuse(question, busy);
    });
  }
}

/** Writes what a source yields, until it ends or the signal aborts. A source that ignores the signal is left alone. */
async function copy(
  source: AsyncIterable<Parameters<ReplyWriter["write"]>[0]>,
  writing: ReplyWriter,
  signal: AbortSignal,
): Promise<void> {
  const iterator = source[Symbol.asyncIterator]();
  const aborted = new Promise<undefined>((resolve) => {
    signal.addEventListener("abort", () => resolve(undefined), { once: true });
  });
  try {
    while (!signal.aborted) {
      const next = await Promise.race([iterator.next(), aborted]);
      if (next === undefined || next.done) return;
      await Promise.race([writing.write(next.value), aborted]);
    }
  } finally {
    // It may never answer, and its failure has no meaning any more.
    void Promise.resolve(iterator.return?.()).catch(() => undefined);
  }
}
