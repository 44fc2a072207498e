import { trpcSocket } from "./doors.ts";
import type { Delta, Feed } from "./feed.ts";
import { HttpConnection } from "./http-connection.ts";
import type { ReplyInPieces } from "./written-reply.ts";
import { pieceChars } from "./written-reply.ts";

/** Opens a reply, written in one way or another. */
export type OpenReply = (connection: HttpConnection, sessionId: string) => Promise<ReplyInPieces>;

type Act = "open" | "append" | "finish" | "pause";

/** A session in which one reply follows the other, the program that writes them, and a subscriber. */
export class Talk {
  /** How long the first word of each reply took from being sent to being read, in milliseconds. */
  readonly firsts: number[] = [];
  /** The same of the first word of each delta. */
  readonly deltas: number[] = [];
  readonly #sessionId: string;
  readonly #connection: HttpConnection;
  readonly #open: OpenReply;
  #feed: Feed | undefined;
  #reply: ReplyInPieces | undefined;
  /** When each append of a reply was sent, by the id of the reply. */
  readonly #sentAt = new Map<number, number[]>();
  #last = Promise.resolve();

  private constructor(sessionId: string, connection: HttpConnection, open: OpenReply) {
    this.#sessionId = sessionId;
    this.#connection = connection;
    this.#open = open;
  }

  static async open(url: string, sessionId: string, open: OpenReply): Promise<Talk> {
    const talk = new Talk(sessionId, await HttpConnection.open(url), open);
    talk.#feed = await trpcSocket.open({ url, sessionId, onDelta: (delta) => talk.#note(delta) });
    return talk;
  }

  /** Opens a reply, appends to it, or ends it, after what was begun before. */
  take(act: Act): Promise<void> {
    const at = performance.now();
    return (this.#last = this.#last.then(() => this.#do(act, at)));
  }

  /** @throws if the subscriber has missed something */
  close(): void {
    this.#feed?.close();
    this.#connection.close();
    if (this.#feed?.failure) throw this.#feed.failure;
  }

  async #do(act: Act, at: number): Promise<void> {
    if (act === "open") {
      this.#reply = await this.#open(this.#connection, this.#sessionId);
      this.#sentAt.set(this.#reply.id, []);
    } else if (act === "append" && this.#reply) {
      this.#sentAt.get(this.#reply.id)?.push(at);
      await this.#reply.append();
    } else if (act === "finish") {
      await this.#reply?.finish();
      this.#reply = undefined;
    }
  }

  #note({ messageId, offset }: Delta): void {
    const sentAt = this.#sentAt.get(messageId)?.[offset / pieceChars] ?? Number.NaN;
    const ms = performance.now() - sentAt;
    this.deltas.push(ms);
    if (offset === 0) this.firsts.push(ms);
  }
}
