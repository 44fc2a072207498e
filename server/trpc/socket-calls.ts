import { getTRPCErrorFromUnknown, TRPCError } from "@trpc/server";
import type { TRPCClientOutgoingMessage } from "@trpc/server/rpc";
import { AppError } from "../domain/app-error.ts";
import type { Desk } from "../domain/desk.ts";
import type { ClientSocket } from "../http/client-socket.ts";
import { Intake } from "../http/intake.ts";
import { SocketSink } from "../http/socket-sink.ts";
import type { CallableProcedure } from "./call-procedure.ts";
import { maxBatchSize } from "./http-door.ts";
import { idsOf, readFrame, readMessages } from "./read-frame.ts";
import type { Answer, RequestName } from "./socket-frames.ts";
import { answerFrame, eventEncoding, pongFrame } from "./socket-frames.ts";
import { Subscription } from "./subscription.ts";
import { fromTRPCError, toErrorShape } from "./to-error-shape.ts";
import { withLastEventId } from "./with-last-event-id.ts";

export type SocketCallsOptions = {
  desk: Desk;
  procedures: ReadonlyMap<string, CallableProcedure>;
  /** How many subscriptions one socket may have at a time. */
  maxSubscriptions: number;
  report: (error: AppError) => void;
};

/** A message that is not a `subscription.stop`. */
type Call = Exclude<TRPCClientOutgoingMessage, { method: "subscription.stop" }>;

const nobody: RequestName = { id: null };

/**
 * Answers the calls of one socket as tRPC's own adapter would, but no faster than its client takes the answers: queries
 * one after the other, each when there is room for what it answers, and subscriptions a page at a time. Mutations go on
 * together, so that they can share a commit.
 */
export class SocketCalls {
  readonly #socket: ClientSocket;
  readonly #options: SocketCallsOptions;
  readonly #intake: Intake;
  readonly #subscriptions = new Map<number | string, AbortController>();
  #last: Promise<void> = Promise.resolve();

  constructor(socket: ClientSocket, options: SocketCallsOptions) {
    this.#socket = socket;
    this.#options = options;
    this.#intake = new Intake(socket);
    socket.on("close", () => {
      for (const stop of this.#subscriptions.values()) stop.abort();
    });
  }

  /** Answers what is asked for in a frame, after those before it. */
  take(data: Buffer, isBinary: boolean): void {
    this.#intake.take(data.length);
    this.#last = this.#last.then(() => this.#answerFrame(data, isBinary));
  }

  /** Gives a client the sign of life that it asks for, at once. */
  takePing(bytes: number): void {
    this.#intake.take(bytes);
    this.#socket.sendFrame(pongFrame);
    void this.#release(bytes);
  }

  /** Resolves when the next frame may be answered. */
  async #answerFrame(data: Buffer, isBinary: boolean): Promise<void> {
    const answers: Promise<void>[] = [];
    try {
      const { messages, isBatch } = readFrame(data, isBinary);
      if (isBatch && messages.length > maxBatchSize) {
        this.#refuse(idsOf(messages));
      } else {
        const read = readMessages(messages);
        for (const [index, message] of read.entries()) answers.push(...(await this.#begin(message, index)));
      }
    } catch (cause) {
      this.#answerError(nobody, cause, undefined);
    }
    void Promise.all(answers).then(() => this.#release(data.length));
  }

  /** Answers are not to pile up for a client that does not read them, whether or not anything had to wait for its turn. */
  async #release(bytes: number): Promise<void> {
    if (!this.#socket.isReady) await this.#socket.inTurn(() => Promise.resolve());
    this.#intake.release(bytes);
  }

  /** Resolves when the next message may be begun, with what is not yet answered. */
  async #begin(message: TRPCClientOutgoingMessage, batchIndex: number): Promise<Promise<void>[]> {
    const { id } = message;
    // Nobody would tell a subscription that it is over.
    if (this.#socket.readyState === this.#socket.CLOSED) return [];
    if (id === null) {
      this.#answerError(
        message,
        new TRPCError({ code: "PARSE_ERROR", message: "`id` is required" }),
        undefined,
      );
    } else if (message.method === "subscription.stop") {
      this.#subscriptions.get(id)?.abort();
    } else if (message.method === "subscription") {
      void this.#subscribe(id, message, batchIndex);
    } else if (message.method === "mutation" && this.#socket.isReady) {
      return [this.#call(message, batchIndex)];
    } else {
      await this.#socket.inTurn(() => this.#call(message, batchIndex));
    }
    return [];
  }

  async #call(message: Call, batchIndex: number): Promise<void> {
    try {
      const data = await this.#callProcedure(message, batchIndex, undefined);
      this.#answer(message, { result: { type: "data", data } });
    } catch (cause) {
      this.#answerError(message, cause, message.params.path);
    }
  }

  async #subscribe(id: number | string, message: Call, batchIndex: number): Promise<void> {
    const stop = new AbortController();
    let isMine = false;
    try {
      this.#assertMaySubscribe(id);
      this.#subscriptions.set(id, stop);
      isMine = true;
      const subscription = await this.#callProcedure(message, batchIndex, stop.signal);
      if (!(subscription instanceof Subscription))
        throw new TypeError("A subscription gave nothing to follow.");
      if (!stop.signal.aborted) {
        this.#answer(message, { result: { type: "started" } });
        await subscription.into(new SocketSink(this.#socket, eventEncoding(message)));
      }
      this.#subscriptions.delete(id);
      this.#answer(message, { result: { type: "stopped" } });
    } catch (cause) {
      if (isMine) this.#subscriptions.delete(id);
      this.#answerError(message, cause, message.params.path);
    }
  }

  #assertMaySubscribe(id: number | string): void {
    const { maxSubscriptions } = this.#options;
    if (this.#subscriptions.has(id)) {
      throw new TRPCError({ code: "BAD_REQUEST", message: `Duplicate id ${id}` });
    }
    if (this.#subscriptions.size >= maxSubscriptions) {
      throw new AppError(
        "TOO_MANY_REQUESTS",
        `This socket has ${maxSubscriptions} subscriptions already: stop one, or open another socket.`,
      );
    }
  }

  /** @throws {TRPCError} */
  async #callProcedure(
    { method: type, params }: Call,
    batchIndex: number,
    signal: AbortSignal | undefined,
  ): Promise<unknown> {
    const { path, input, lastEventId } = params;
    const { desk, procedures } = this.#options;
    const procedure = procedures.get(path);
    if (procedure?.type !== type) {
      throw new TRPCError({ code: "NOT_FOUND", message: `No "${type}"-procedure on path "${path}"` });
    }
    const readInput = (): unknown =>
      lastEventId === undefined ? input : withLastEventId(input, lastEventId);
    const outcome = await procedure.call({ ctx: { desk }, readInput, signal, batchIndex });
    if (!outcome.ok) throw outcome.error;
    return outcome.data;
  }

  #refuse(requests: RequestName[]): void {
    const error = new TRPCError({ code: "BAD_REQUEST", message: "Batch call exceeds maximum size" });
    for (const request of requests.length > 0 ? requests : [nobody]) {
      this.#answerError(request, error, undefined);
    }
  }

  #answerError(request: RequestName, cause: unknown, path: string | undefined): void {
    const error = getTRPCErrorFromUnknown(cause);
    this.#options.report(fromTRPCError(error));
    this.#answer(request, { error: toErrorShape(error, path) });
  }

  #answer(request: RequestName, answer: Answer): void {
    this.#socket.sendFrame(answerFrame(request, answer));
  }
}
