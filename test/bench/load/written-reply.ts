import type { HttpConnection } from "./http-connection.ts";
import { postRequest } from "./http-connection.ts";

const writer = "bench";

/** The length of a piece, in characters: about that of a word. */
export const pieceChars = 7;

/** A reply that a program writes over REST. Each request waits for the answer to the one before, as a writer's does. */
export class WrittenReply {
  readonly id: number;
  readonly #connection: HttpConnection;
  readonly #path: string;
  #length = 0;
  #pieces = 0;

  private constructor(connection: HttpConnection, { path, id }: { path: string; id: number }) {
    this.#connection = connection;
    this.#path = `${path}/${id}`;
    this.id = id;
  }

  static async open(connection: HttpConnection, sessionId: string): Promise<WrittenReply> {
    const path = `/api/sessions/${sessionId}/messages`;
    const fields = { content: "", sender: "assistant", status: "streaming", writer };
    const opened = await connection.ask(postRequest(path, fields));
    const { id } = JSON.parse(opened.toString()) as { id: number };
    return new WrittenReply(connection, { path, id });
  }

  async append(): Promise<void> {
    const text = `${this.#pieces} `.padStart(pieceChars, "x");
    const offset = this.#length;
    this.#pieces += 1;
    this.#length += text.length;
    await this.#connection.ask(postRequest(`${this.#path}/append`, { writer, offset, text }));
  }

  async finish(): Promise<void> {
    await this.#connection.ask(postRequest(`${this.#path}/finish`, { writer }));
  }
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
