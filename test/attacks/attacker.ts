import { once } from "node:events";
import type { Socket } from "node:net";
import { connect } from "node:net";

/** One client of ill will: it opens connections, sends what it likes, and reads nothing unless an attack says so. */
export class Attacker implements Disposable {
  readonly #target: URL;
  readonly #share: number;
  readonly #sockets: Socket[] = [];

  /** @param share how much of each attack is done, from 0 to 1 */
  constructor(url: string, share: number) {
    this.#target = new URL(url);
    this.#share = share;
  }

  /** So many of what a whole attack has. */
  scaled(count: number): number {
    return Math.ceil(count * this.#share);
  }

  /** Opens as many connections as the share of `count` is, and does `use` with each. Refused ones do not count. */
  async withEach(count: number, use: (socket: Socket, index: number) => Promise<void> | void): Promise<void> {
    const all = Array.from({ length: this.scaled(count) }, (_, index) => index);
    // A few at a time: a queue of connections that are not taken yet is no attack.
    while (all.length > 0) {
      await Promise.all(
        all.splice(0, 50).map(async (index) => {
          const socket = await this.#open();
          if (socket) await use(socket, index);
        }),
      );
    }
  }

  /** The same with WebSockets that have been opened. */
  withEachSocket(path: string, count: number, use: (socket: Socket) => void): Promise<void> {
    return this.withEach(count, async (socket) => {
      socket.write(`GET ${path} HTTP/1.1\r\n${head}${upgrade}\r\n`);
      await oneOf(socket, "readable", "close");
      use(socket);
    });
  }

  [Symbol.dispose](): void {
    for (const socket of this.#sockets) socket.destroy();
  }

  async #open(): Promise<Socket | undefined> {
    const socket = connect(Number(this.#target.port), this.#target.hostname).pause();
    this.#sockets.push(socket);
    socket.on("error", () => undefined);
    await oneOf(socket, "connect", "close");
    return socket.destroyed ? undefined : socket;
  }
}

/** The first of these events, or an error of the socket: a server may refuse or reset a connection of an attack. */
async function oneOf(socket: Socket, ...events: string[]): Promise<void> {
  await Promise.race(events.map((event) => once(socket, event))).catch(() => undefined);
}

export const head = "Host: localhost\r\n";

const upgrade =
  "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n";

/** A request that brings nothing. */
export function get(path: string, headers = ""): string {
  return `GET ${path} HTTP/1.1\r\n${head}${headers}\r\n`;
}

export function post(path: string, body: string): string {
  const length = Buffer.byteLength(body);
  return `POST ${path} HTTP/1.1\r\n${head}Content-Type: application/json\r\nContent-Length: ${length}\r\n\r\n${body}`;
}

/** A client's text frame. Its mask is zero, which changes nothing. */
export function frame(text: string, { fin = true } = {}): Buffer {
  const payload = Buffer.from(text);
  const header = Buffer.alloc(14);
  header[0] = fin ? 0x81 : 0x01;
  if (payload.length < 126) {
    header[1] = 0x80 | payload.length;
    return Buffer.concat([header.subarray(0, 6), payload]);
  }
  if (payload.length < 0x1_0000) {
    header[1] = 0x80 | 126;
    header.writeUInt16BE(payload.length, 2);
    return Buffer.concat([header.subarray(0, 8), payload]);
  }
  header[1] = 0x80 | 127;
  header.writeBigUInt64BE(BigInt(payload.length), 2);
  return Buffer.concat([header, payload]);
}

/** A call over tRPC's WebSocket. */
export function callFrame(id: number | string, method: string, path: string, input: unknown): Buffer {
  return frame(JSON.stringify({ id, method, params: { path, input } }));
}
