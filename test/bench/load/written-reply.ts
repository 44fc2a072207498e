import type { HttpConnection } from "./http-connection.ts";
import { postRequest, putTextHead } from "./http-connection.ts";

const writer = "bench";

/** The length of a piece, in characters: about that of a word. */
export const pieceChars = 7;

/** A reply that is being written. */
export type ReplyInPieces = { readonly id: number; append(): Promise<void>; finish(): Promise<void> };

/** A reply that a program writes over REST. Each request waits for the answer to the one before, as a writer's does. */
export class WrittenReply implements ReplyInPieces {
  readonly id: number;
  readonly #connection: HttpConnection;
  readonly #path: string;
  #length = 0;
  #pieces = 0;

  private constructor(connection: HttpConnection, { path, id }: OpenReply) {
    this.#connection = connection;
    this.#path = path;
    this.id = id;
  }

  static async open(connection: HttpConnection, sessionId: string): Promise<WrittenReply> {
    return new WrittenReply(connection, await openReply(connection, sessionId));
  }

  async append(): Promise<void> {
    const text = pieceOf(this.#pieces);
    const offset = this.#length;
    this.#pieces += 1;
    this.#length += text.length;
    await this.#connection.ask(postRequest(`${this.#path}/append`, { writer, offset, text }));
  }

  async finish(): Promise<void> {
    await this.#connection.ask(postRequest(`${this.#path}/finish`, { writer }));
  }
}

/** A reply that a program writes as the body of one request, which is answered at its end. */
export class StreamedReply implements ReplyInPieces {
  readonly id: number;
  readonly #connection: HttpConnection;
  readonly #answer: Promise<Buffer>;
  #pieces = 0;

  private constructor(connection: HttpConnection, { path, id }: OpenReply) {
    this.#connection = connection;
    this.#answer = connection.ask(putTextHead(`${path}/stream?writer=${writer}`));
    this.#answer.catch(() => undefined);
    this.id = id;
  }

  static async open(connection: HttpConnection, sessionId: string): Promise<StreamedReply> {
    return new StreamedReply(connection, await openReply(connection, sessionId));
  }

  append(): Promise<void> {
    this.#connection.sendPiece(pieceOf(this.#pieces));
    this.#pieces += 1;
    return Promise.resolve();
  }

  async finish(): Promise<void> {
    this.#connection.endBody();
    await this.#answer;
  }
}

type OpenReply = { id: number; path: string };

async function openReply(connection: HttpConnection, sessionId: string): Promise<OpenReply> {
  const path = `/api/sessions/${sessionId}/messages`;
  const fields = { content: "", sender: "assistant", status: "streaming", writer };
  const opened = await connection.ask(postRequest(path, fields));
  const { id } = JSON.parse(opened.toString()) as { id: number };
  return { id, path: `${path}/${id}` };
}

function pieceOf(index: number): string {
  return `${index} `.padStart(pieceChars, "x");
}

/** Writes a reply of so many pieces, as fast as they are answered, and leaves it open. */
export async function writePieces(
  connection: HttpConnection,
  { sessionId, pieces }: { sessionId: string; pieces: number },
): Promise<WrittenReply> {
  const reply = await WrittenReply.open(connection, sessionId);
  for (let piece = 0; piece < pieces; piece += 1) await reply.append();
  return reply;
}
