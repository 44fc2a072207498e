import { once } from "node:events";
import type { IncomingMessage, ServerResponse } from "node:http";
import { createServer, request as ask } from "node:http";
import { buffer } from "node:stream/consumers";
import { onTestFinished } from "vitest";

/** The fate of a request. */
export type Fault =
  | "pass"
  /** The server does it, and the answer is lost. */
  | "cut after"
  /** The server does not see it. */
  | "cut before"
  /** The client loses its connection, and the server sees the request when the test says so by `deliverLate`. */
  | "late"
  /** Another server's answer: 502 with HTML. */
  | "html";

/** A request that waits for the test. */
export type Held = { body: string; go: (fault?: Fault) => void };

const jsonHeaders = { "content-type": "application/json" };

/** A reverse proxy that spoils requests as the test says. It ends with the test. */
export class FaultyProxy {
  /** The faults of the next requests, in order; those after them pass. */
  readonly faults: Fault[] = [];
  /** The bodies of all requests, in the order of their arrival. */
  readonly bodies: string[] = [];
  /** The fault of every request while it is set. */
  always: Fault | undefined;
  /** Chooses the fault of each request while it is set. */
  choose: (() => Fault) | undefined;
  url = "";
  readonly #upstream: string;
  readonly #held: Held[] = [];
  readonly #late: (() => Promise<void>)[] = [];
  #isHolding = false;
  #onHeld: (() => void) | undefined;

  private constructor(upstream: string) {
    this.#upstream = upstream;
  }

  static async start(upstream: string): Promise<FaultyProxy> {
    const proxy = new FaultyProxy(upstream);
    const server = createServer((request, response) => void proxy.#answer(request, response));
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    onTestFinished(() => {
      server.closeAllConnections();
      server.close();
    });
    const address = server.address();
    if (address === null || typeof address === "string") throw new Error("The proxy has no port.");
    proxy.url = `http://127.0.0.1:${address.port}`;
    return proxy;
  }

  /** From now on requests wait for `nextHeld`. */
  hold(): void {
    this.#isHolding = true;
  }

  /** Lets everything go, and holds nothing more. */
  release(): void {
    this.#isHolding = false;
    for (const { go } of this.#held.splice(0)) go();
  }

  /** @returns the request that has waited longest, as soon as there is one */
  async nextHeld(): Promise<Held> {
    for (;;) {
      const held = this.#held.shift();
      if (held) return held;
      await new Promise<void>((resolve) => {
        this.#onHeld = resolve;
      });
    }
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await buffer(request);
    this.bodies.push(body.toString());
    const fault =
      this.always ?? this.choose?.() ?? this.faults.shift() ?? (await this.#whenLetGo(body.toString()));
    if (fault === "html") {
      response.writeHead(502, { "content-type": "text/html" }).end("<h1>Bad gateway</h1>");
      return;
    }
    if (fault === "cut before") {
      request.socket.destroy();
      return;
    }
    const { method, headers, url = "" } = request;
    if (fault === "late") {
      request.socket.destroy();
      this.#late.push(async () => {
        await (await fetch(this.#upstream + url, { method: "POST", headers: jsonHeaders, body })).text();
      });
      return;
    }
    const upstream = ask(this.#upstream + url, { method, headers }, (answer) => {
      void this.#passOn(answer, fault === "cut after" ? undefined : response, request);
    });
    upstream.on("error", () => request.socket.destroy());
    upstream.end(body);
  }

  /** Lets the server have the late requests. @returns when it has answered them */
  async deliverLate(): Promise<void> {
    await Promise.all(this.#late.splice(0).map((deliver) => deliver()));
  }

  async #passOn(answer: IncomingMessage, response: ServerResponse | undefined, request: IncomingMessage) {
    const content = await buffer(answer);
    if (response) response.writeHead(answer.statusCode ?? 502, answer.headers).end(content);
    else request.socket.destroy();
  }

  #whenLetGo(body: string): Promise<Fault> {
    if (!this.#isHolding) return Promise.resolve("pass");
    return new Promise((resolve) => {
      this.#held.push({ body, go: (fault = "pass") => resolve(fault) });
      this.#onHeld?.();
    });
  }
}
