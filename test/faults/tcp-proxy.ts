import { once } from "node:events";
import type { AddressInfo, Server, Socket } from "node:net";
import { connect, createServer } from "node:net";
import type { TransformCallback } from "node:stream";
import { pipeline, Transform } from "node:stream";

/** One direction of a connection, which can be held up. It takes no more than it can pass on. */
class Gate extends Transform {
  #held: (() => void) | undefined;
  isStalled = false;
  delayMs = 0;
  /** Set to halve the next chunk: what is to be done then. */
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
    // Whichever side ends first, and however, the other learns of it.
    pipeline(client, toServer, server, () => this.#endAfter(server, client));
    pipeline(server, toClient, client, () => this.#endAfter(client, server));
  }

  #endAfter(reader: Socket, writer: Socket): void {
    reader.destroySoon();
    writer.destroySoon();
  }

  /** Ends it at once on both sides, with what was on its way. */
  reset(): void {
    this.#client.resetAndDestroy();
    this.#server.resetAndDestroy();
  }

  /** Ends it with a FIN to each side, as a peer does that closes without a word. */
  end(): void {
    this.#client.destroy();
    this.#server.destroy();
  }

  /** Passes on half of the next chunk and ends, with nothing more the other way: no answer comes to half a request. */
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

  /** Passes on each chunk so much later, until it is released. */
  delay(direction: Direction, delayMs: number): void {
    this.#gates[direction].delayMs = delayMs;
  }

  release(): void {
    for (const gate of Object.values(this.#gates)) gate.release();
  }
}

const badGateway =
  "HTTP/1.1 502 Bad Gateway\r\ncontent-type: text/html\r\nconnection: close\r\n\r\n<h1>Bad gateway</h1>";

/** A TCP proxy in front of a server that comes and goes: the address stays, the connections suffer. */
export class TcpProxy {
  readonly #listener: Server;
  readonly #links = new Set<Link>();
  #port: number | undefined;
  /** Answers each new connection with the page of a gateway whose server is away, while it is set. */
  isGatewayAlone = false;
  /** Gives the time by which a new connection passes on each chunk later, in milliseconds. */
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

  /** The connections there are. */
  get links(): Link[] {
    return [...this.#links];
  }

  /** Where connections from now on lead to. Without a port they are refused. */
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
