import type { Message } from "../types.ts";

/** A piece of a reply: text, or what a UI library keeps beside it. */
export type ReplyPiece =
  | string
  | {
      /** Text to append. */
      readonly text?: string;
      /** Values of a UI library's own stream: opaque JSON, which readers get with the text while the reply is written. */
      readonly chunks?: readonly unknown[];
      /** The whole message in the form of a UI library. The last one is stored when the reply ends. */
      readonly parts?: unknown;
      /** Opaque JSON. The last one is stored when the reply ends. */
      readonly metadata?: unknown;
    };

/** The input of a reply. */
export type ReplyRequest = {
  readonly session_id: string;
  /** The key of the reply. */
  readonly key: string;
  /** The messages of the branch that the reply ends, oldest first: at most the `history` latest ones. */
  readonly messages: readonly Message[];
  /** Aborts when the reply is stopped or deleted, or the worker is closed. */
  readonly signal: AbortSignal;
};

/** Writes a reply. If it throws, the reply ends as `failed` with the text so far. */
export type ReplyFunction = (request: ReplyRequest) => AsyncIterable<ReplyPiece>;

export type ServeOptions = {
  reply: ReplyFunction;
  /**
   * The treatment of the messages that a user sends while a reply is written: `queue` answers them together when it has
   * ended, `interrupt` stops the reply and answers at once, `refuse` answers each with a `failed` reply. The default is
   * `queue`.
   */
  onBusy?: "queue" | "refuse" | "interrupt";
  /**
   * The name of this worker among those that may write a reply: no other name may write to its replies. A worker that
   * starts again with the name of one that was killed need not wait for the end of that one's leases. A random name by
   * default.
   */
  writer?: string;
  /**
   * The name under which the chat's storage keeps how far this worker has followed the sessions; `worker` by default.
   * A storage that outlives the program saves a look at every session at each start.
   */
  name?: string;
  /** The name of the form of the `parts` that `reply` yields. */
  format?: string;
  /** How many of the latest messages `reply` gets at most; 100 by default, and at most 500. */
  history?: number;
  /** How many replies are written at a time, over all sessions; 32 by default. */
  maxReplies?: number;
  /** The sentence for people with which a reply fails. The default, which is used also if this throws, names no reason. */
  describeError?: (error: unknown) => string;
  /** Called with each error of `reply`, and with each refusal of the server that ends a reply. An error that it throws is ignored. */
  onError?: (error: unknown, at: { readonly session_id: string; readonly key?: string }) => void;
};

/** A running worker. */
export type ReplyWorker = {
  /**
   * Ends the worker. Replies that are being written end as `interrupted`: another worker, or the next start, answers
   * again. Resolves when this is done.
   */
  close(): Promise<void>;
};
