import { once } from "node:events";
import type { Socket } from "node:net";
import { connect } from "node:net";

/**
 * A keep-alive connection that asks one thing at a time. Much less than an HTTP client, so that the load generator has
 * little to do beside the server that it measures.
 */
export class HttpConnection {
  readonly #socket: Socket;
  #chunks: Buffer[] = [];
  #length = 0;
  /** How the answer ends, once its head has come. */
  #end: End | undefined;
  #settle: { resolve: (body: Buffer) => void; reject: (error: Error) => void } | undefined;

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.setNoDelay(true);
    socket.on("data", (chunk: Buffer) => this.#take(chunk));
    socket.on("error", (error) => this.#settle?.reject(error));
    socket.on("close", () => this.#settle?.reject(new Error("The server has closed the connection.")));
  }

  static async open(url: string): Promise<HttpConnection> {
    const { hostname, port } = new URL(url);
    const socket = connect(Number(port), hostname);
    await once(socket, "connect");
    return new HttpConnection(socket);
  }

  /** Sends a whole request and resolves with the body of the answer. @throws if its status is not 200 */
  ask(request: string): Promise<Buffer> {
    return new Promise((resolve, reject) => {
      this.#settle = { resolve, reject };
      this.#socket.write(request);
    });
  }

  /** Sends a piece of the body of a request that was asked with its head alone. */
  sendPiece(text: string): void {
    this.#socket.write(`${Buffer.byteLength(text).toString(16)}\r\n${text}\r\n`);
  }

  /** Ends that body. */
  endBody(): void {
    this.#socket.write("0\r\n\r\n");
  }

  close(): void {
    this.#settle = undefined;
    this.#socket.destroy();
  }

  #take(chunk: Buffer): void {
    this.#chunks.push(chunk);
    this.#length += chunk.length;
    this.#end ??= endOf(this.#chunks.length === 1 ? chunk : Buffer.concat(this.#chunks));
    if (this.#end === undefined || !this.#isWhole(this.#end)) return;
    const answer = this.#chunks.length === 1 ? chunk : Buffer.concat(this.#chunks);
    const body = answer.subarray(this.#end.headBytes);
    const settle = this.#settle;
    this.#chunks = [];
    this.#length = 0;
    this.#end = undefined;
    this.#settle = undefined;
    if (answer.toString("latin1", 9, 12) === "200") settle?.resolve(body);
    else settle?.reject(new Error(answer.toString()));
  }

  #isWhole({ headBytes, bodyBytes }: End): boolean {
    if (bodyBytes !== undefined) return this.#length >= headBytes + bodyBytes;
    return Buffer.concat(this.#chunks.slice(-2)).subarray(-7).equals(lastChunk);
  }
}

const lastChunk = Buffer.from("\r\n0\r\n\r\n");

/** `bodyBytes` is undefined for a body in chunks, which is given with their lengths in it. */
type End = { headBytes: number; bodyBytes: number | undefined };

/** Undefined while the head is not whole. */
function endOf(answer: Buffer): End | undefined {
  const headEnd = answer.indexOf("\r\n\r\n");
  if (headEnd < 0) return undefined;
  const length = /^content-length: *(\d+)/im.exec(answer.toString("latin1", 0, headEnd));
  return { headBytes: headEnd + 4, bodyBytes: length ? Number(length[1]) : undefined };
}

export function getRequest(path: string): string {
  return `GET ${path} HTTP/1.1\r\nHost: localhost\r\n\r\n`;
}

export function postRequest(path: string, body: unknown): string {
  return requestWith("POST", path, body);
}

export function patchRequest(path: string, body: unknown): string {
  return requestWith("PATCH", path, body);
}

/** The head of a request whose body is text that comes in pieces. */
export function putTextHead(path: string): string {
  return `PUT ${path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: text/plain\r\nTransfer-Encoding: chunked\r\n\r\n`;
}

function requestWith(method: string, path: string, body: unknown): string {
  const text = JSON.stringify(body);
  const length = Buffer.byteLength(text);
  return `${method} ${path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: ${length}\r\n\r\n${text}`;
}
