import { once } from "node:events";
import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from "node:http";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { json } from "node:stream/consumers";
import { onTestFinished } from "vitest";
import { Collector } from "./readers.ts";

type PromptBody = { model: string; stream: boolean; messages: { role: string; content: string }[] };

/** A request for an answer, which the test answers step by step. */
export class ModelRequest {
  readonly headers: IncomingHttpHeaders;
  readonly body: PromptBody;
  /** Resolves when the connection is closed, or the answer has ended. */
  readonly closed: Promise<unknown>;
  readonly #response: ServerResponse;

  constructor({ headers }: IncomingMessage, response: ServerResponse, body: PromptBody) {
    this.headers = headers;
    this.body = body;
    this.#response = response;
    this.closed = once(response, "close");
  }

  /** The prompt, a line for each message: `user: Hello`. */
  get prompt(): string[] {
    return this.body.messages.map(({ role, content }) => `${role}: ${content}`);
  }

  /** Whether the whole answer was sent. */
  get isFinished(): boolean {
    return this.#response.writableFinished;
  }

  begin(): void {
    if (!this.#response.headersSent) {
      this.#response.writeHead(200, { "content-type": "text/event-stream" }).flushHeaders();
    }
  }

  /** Sends one event of the stream. */
  event(data: string): void {
    this.begin();
    this.#response.write(`data: ${data}\n\n`);
  }

  /** Sends a piece of the answer. */
  say(content: string): void {
    this.event(JSON.stringify({ choices: [{ index: 0, delta: { content } }] }));
  }

  finish(): void {
    this.event(JSON.stringify({ choices: [{ index: 0, delta: {}, finish_reason: "stop" }] }));
    this.event("[DONE]");
    this.#response.end();
  }

  answer(...pieces: string[]): void {
    for (const piece of pieces) this.say(piece);
    this.finish();
  }

  /** Ends the answer without its last event. */
  end(): void {
    this.#response.end();
  }

  /** Closes the connection in the middle of the answer. */
  cut(): void {
    this.#response.destroy();
  }

  refuse(status: number, message: string, headers: Record<string, string> = {}): void {
    this.#response
      .writeHead(status, { "content-type": "application/json", ...headers })
      .end(JSON.stringify({ error: { message } }));
  }
}

export type ModelServerUnderTest = {
  /** Its base URL. */
  url: string;
  /** All requests so far. */
  requests: readonly ModelRequest[];
  /** Resolves with the request of that number, from 1 on. */
  request(number: number): Promise<ModelRequest>;
};

/** A server that speaks OpenAI's protocol. It ends with the test. */
export async function startModelServer(): Promise<ModelServerUnderTest> {
  const requests = new Collector<ModelRequest>();
  const server = createServer((request, response) => {
    void json(request).then((body) => requests.add(new ModelRequest(request, response, body as PromptBody)));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => {
    server.close();
    server.closeAllConnections();
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`,
    requests: requests.items,
    async request(number) {
      await requests.until((items) => items.length >= number);
      const found = requests.items[number - 1];
      if (!found) throw new Error("unreachable: it has come");
      return found;
    },
  };
}
