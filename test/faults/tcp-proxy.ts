import { once } from "node:events";
import type { AddressInfo, Server, Socket } from "node:net";
import { connect, createServer } from "node:net";
import type { TransformCallback } from "node:stream";
import { pipeline, Transform } from "node:stream";

/** One direction of a connection, which can be held up. It accepts no more than it can pass on. */
class Gate extends Transform {
  #held: (() => void) | undefined;
  isStalled = false;
  delayMs = 0;
  /** If set, the next chunk is halved; called then. */
  onHalved: (() => void) | undefined;

  override _transform(chunk: Buffer, _encoding: BufferEncoding, done: TransformCallback): void {
    if (this.onHalved) {
      this.onHalved();
      this.push(chunk.subarray(0, chunk.length >> 1));
      this.push(null);
      return;
    }
    const pass = (): void => done(null, chunk);
    if (this.isStalled) this.#held = pass;
    else if (this.delayMs > 0) setTimeout(pass, this.delayMs);
    else pass();
  }

  release(): void {
    this.isStalled = false;
    this.delayMs = 0;
    this.#held?.();
    this.#held = undefined;
  }
}

export type Direction = "toServer" | "toClient";

/** One connection through the proxy. */
export class Link {
  readonly #client: Socket;
  readonly #server: Socket;
  readonly #gates = { toServer: new Gate(), toClient: new Gate() };

  constructor(client: Socket, server: Socket) {
    this.#client = client;
    this.#server = server;
    const { toServer, toClient } = this.#gates;
    // When one side ends in any way, the other side ends too.
    pipeline(client, toServer, server, () => this.#endAfter(server, client));
    pipeline(server, toClient, client, () => this.#endAfter(client, server));
  }

  #endAfter(reader: Socket, writer: Socket): void {
    reader.destroySoon();
    writer.destroySoon();
  }

  /** Resets the connection on both sides, and drops the bytes in transit. */
  reset(): void {
    this.#client.resetAndDestroy();
    this.#server.resetAndDestroy();
  }

  /** Ends the connection with a FIN to each side, as a peer does that closes silently. */
  end(): void {
    this.#client.destroy();
    this.#server.destroy();
  }

  /** Passes on half of the next chunk and ends. Nothing is passed the other way: half a request gets no answer. */
  halve(direction: Direction): void {
    const isToServer = direction === "toServer";
    const [from, to] = isToServer ? [this.#client, this.#server] : [this.#server, this.#client];
    this.#gates[direction].onHalved = () => {
      this.stall(isToServer ? "toClient" : "toServer");
      to.once("finish", () => from.destroy());
    };
  }

  /** Passes on nothing until it is released. */
  stall(direction: Direction): void {
    this.#gates[direction].isStalled = true;
  }

  isStalled(direction: Direction): boolean {
    return this.#gates[direction].isStalled;
  }

  /** Delays each chunk by this time, until it is released. */
  delay(direction: Direction, delayMs: number): void {
    this.#gates[direction].delayMs = delayMs;
  }

  release(): void {
    for (const gate of Object.values(this.#gates)) gate.release();
  }
}

const badGateway =
  "HTTP/1.1 502 Bad Gateway\r\ncontent-type: text/html\r\nconnection: close\r\n\r\n<h1>Bad gateway</h1>";

/**
 * A TCP proxy in front of a server that stops and restarts. The address stays the same; the connections have faults.
 */
export class TcpProxy {
  readonly #listener: Server;
  readonly #links = new Set<Link>();
  #port: number | undefined;
  /** While set, each new connection is answered with the page of a gateway whose server is down. */
  isGatewayAlone = false;
  /** Returns the delay of each chunk on a new connection, in milliseconds. */
  latencyMs: (() => number) | undefined;

  private constructor() {
    this.#listener = createServer((client) => this.#accept(client));
  }

  static async listen(): Promise<TcpProxy> {
    const proxy = new TcpProxy();
    proxy.#listener.listen(0, "127.0.0.1");
    await once(proxy.#listener, "listening");
    return proxy;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#listener.address() as AddressInfo).port}`;
  }

  get wsUrl(): string {
    return this.url.replace(/^http/, "ws");
  }

  /** The open connections. */
  get links(): Link[] {
    return [...this.#links];
  }

  /** The target of connections from now on. Without a port they are refused. */
  pointTo(port: number | undefined): void {
    this.#port = port;
  }

  close(): void {
    this.#listener.close();
    for (const link of this.#links) link.reset();
  }

  #accept(client: Socket): void {
    client.on("error", () => undefined);
    if (this.#port === undefined) {
      client.resetAndDestroy();
      return;
    }
    if (this.isGatewayAlone) {
      client.once("data", () => client.end(badGateway));
      return;
    }
    const server = connect(this.#port, "127.0.0.1");
    server.on("error", () => undefined);
    const link = new Link(client.setNoDelay(), server.setNoDelay());
    this.#links.add(link);
    if (this.latencyMs) {
      link.delay("toServer", this.latencyMs());
      link.delay("toClient", this.latencyMs());
    }
    client.once("close", () => this.#links.delete(link));
  }
}
