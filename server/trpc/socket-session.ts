import { getTRPCErrorFromUnknown, TRPCError } from "@trpc/server";
import { AppError } from "../contract/app-error.ts";
import type { Calling } from "../domain/perform.ts";
import { AnswerAllowance } from "../http/answer-allowance.ts";
import type { ClientSocket } from "../socket/client-socket.ts";
import { parsingTurn } from "../http/parsing-turns.ts";
import { SocketSink } from "../socket/socket-sink.ts";
import type { CallableProcedure } from "./fast-path/invoke-procedure.ts";
import type { FurtherSubscriptions } from "./further-subscriptions.ts";
import { fewSubscriptions } from "./further-subscriptions.ts";
import type { SocketCall, SocketProcedureCall } from "./prepare-frame.ts";
import { prepareFrame } from "./prepare-frame.ts";
import type { Outcome } from "./large-answers.ts";
import { gatherLarge } from "./large-answers.ts";
import type { Answer, RequestName } from "./socket-frames.ts";
import { answerFrame, subscriptionEncoding, largeAnswer, pongFrame } from "./socket-frames.ts";
import { Subscription } from "./subscription.ts";
import { fromTRPCError, toErrorShape } from "./to-error-shape.ts";
import type { Report } from "../http/report.ts";
import type { Traced } from "../http/traced-request.ts";

export type SocketSessionOptions = Calling & {
  procedures: ReadonlyMap<string, CallableProcedure>;
  /** The most subscriptions of one socket at a time. */
  maxSubscriptions: number;
  further: FurtherSubscriptions;
  /** The largest answer, in bytes of JSON. */
  maxAnswerBytes: number;
  report: Report;
  /** The request that opened the socket. */
  trace: Traced | undefined;
};

type Subscribed = { stop: AbortController; isFurther: boolean };

/**
 * Answers the calls of one socket as tRPC's own adapter would, but with backpressure: queries run one after the other,
 * each when there is room for its answer, and subscriptions send a page at a time. Mutations run together, so that they
 * can share a commit.
 */
export class SocketSession {
  readonly #socket: ClientSocket;
  readonly #options: SocketSessionOptions;
  readonly #subscriptions = new Map<number | string, Subscribed>();
  #last: Promise<void> = Promise.resolve();

  constructor(socket: ClientSocket, options: SocketSessionOptions) {
    this.#socket = socket;
    this.#options = options;
    socket.on("close", () => {
      for (const { stop } of this.#subscriptions.values()) stop.abort();
    });
  }

  /** Answers the calls of a frame, after those of earlier frames. */
  take(data: Buffer, isBinary: boolean): void {
    this.#socket.receiveWindow.take(data.length);
    this.#last = this.#last.then(() => this.#answerFrame(data, isBinary));
  }

  /** Answers a client's keep-alive at once. */
  takePing(bytes: number): void {
    this.#socket.receiveWindow.take(bytes);
    this.#socket.sendFrame(pongFrame);
    void this.#release(bytes);
  }

  /** Resolves when the next frame may be answered. */
  async #answerFrame(data: Buffer, isBinary: boolean): Promise<void> {
    const { length } = data;
    const answers: Promise<void>[] = [];
    const turn = parsingTurn(length);
    if (turn) await turn;
    if (this.#socket.isCut) return this.#socket.receiveWindow.release(length);
    for (const call of prepareFrame(data, isBinary, this.#options.procedures)) {
      answers.push(...(await this.#begin(call)));
    }
    void Promise.all(answers).then(() => this.#release(length));
  }

  /**
   * Frees the place of a frame once the socket is writable, so that answers do not pile up for a client that does not
   * read.
   */
  async #release(bytes: number): Promise<void> {
    if (!this.#socket.isWritable) await this.#socket.whenWritable(() => Promise.resolve());
    this.#socket.receiveWindow.release(bytes);
  }

  /** Begins a call. Resolves when the next call may begin, with the answers that are still pending. */
  async #begin(call: SocketCall): Promise<Promise<void>[]> {
    // On a closed socket, subscriptions are not told that the socket is closed.
    if (this.#socket.readyState === this.#socket.CLOSED) return [];
    if (call.method === "refused") {
      this.#answerError(call.name, call.cause, undefined);
    } else if (call.method === "subscription.stop") {
      this.#subscriptions.get(call.id)?.stop.abort();
    } else if (call.method === "subscription") {
      void this.#subscribe(call);
    } else if (call.method === "mutation" && this.#socket.isWritable) {
      return [this.#call(call)];
    } else {
      await this.#socket.whenWritable(() => this.#call(call));
    }
    return [];
  }

  async #call(call: SocketProcedureCall): Promise<void> {
    const { name, path } = call;
    const allowance = this.#allowance();
    const outcome = await gatherLarge(await this.#run(call, allowance, undefined), allowance);
    if (!outcome.ok) this.#answerError(name, outcome.error, path);
    else if (outcome.large) this.#socket.sendInParts(largeAnswer(name, outcome.large));
    else this.#answer(name, { result: { type: "data", data: outcome.data } });
    allowance.release();
  }

  async #subscribe(call: SocketProcedureCall): Promise<void> {
    const { name, path } = call;
    let subscribed: Subscribed | undefined;
    try {
      subscribed = this.#reserve(name.id);
      const { signal } = subscribed.stop;
      const outcome = await this.#run(call, this.#allowance(), signal);
      if (!outcome.ok) throw outcome.error;
      if (!(outcome.data instanceof Subscription))
        throw new TypeError("A subscription gave nothing to follow.");
      if (!signal.aborted) {
        this.#answer(name, { result: { type: "started" } });
        await outcome.data.pipeTo(new SocketSink(this.#socket, subscriptionEncoding(name)));
      }
      this.#endSubscription(name.id, subscribed);
      this.#answer(name, { result: { type: "stopped" } });
    } catch (cause) {
      if (subscribed) this.#endSubscription(name.id, subscribed);
      this.#answerError(name, cause, path);
    }
  }

  #run(
    { run, batchIndex }: SocketProcedureCall,
    allowance: AnswerAllowance,
    signal: AbortSignal | undefined,
  ): Promise<Outcome> {
    const { caller, perform } = this.#options;
    return run({
      ctx: { caller, perform, allowance, connection: this.#socket },
      signal,
      batchIndex,
    });
  }

  #allowance(): AnswerAllowance {
    return new AnswerAllowance({ maxBytes: this.#options.maxAnswerBytes, account: this.#socket.account });
  }

  /** @throws {TRPCError | AppError} BAD_REQUEST, TOO_MANY_REQUESTS */
  #reserve(id: number | string): Subscribed {
    const { maxSubscriptions, further } = this.#options;
    const { size } = this.#subscriptions;
    if (this.#subscriptions.has(id)) {
      throw new TRPCError({ code: "BAD_REQUEST", message: `Duplicate id ${id}` });
    }
    if (size >= maxSubscriptions) {
      throw new AppError(
        "TOO_MANY_REQUESTS",
        `This socket has ${maxSubscriptions} subscriptions already: stop one, or open another socket.`,
      );
    }
    const isFurther = size >= fewSubscriptions;
    if (isFurther) further.take();
    const subscribed = { stop: new AbortController(), isFurther };
    this.#subscriptions.set(id, subscribed);
    return subscribed;
  }

  #endSubscription(id: number | string, subscribed: Subscribed): void {
    if (this.#subscriptions.get(id) !== subscribed) return;
    this.#subscriptions.delete(id);
    if (subscribed.isFurther) this.#options.further.release();
  }

  #answerError(request: RequestName, cause: unknown, path: string | undefined): void {
    const error = getTRPCErrorFromUnknown(cause);
    this.#options.report(fromTRPCError(error), this.#options.trace);
    this.#answer(request, { error: toErrorShape(error, path) });
  }

  #answer(request: RequestName, answer: Answer): void {
    this.#socket.sendFrame(answerFrame(request, answer));
  }
}
