import { once } from "node:events";
import type { IncomingMessage, ServerResponse } from "node:http";
import { createServer, request as ask } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import { connect } from "node:net";
import type { Duplex } from "node:stream";
import { buffer } from "node:stream/consumers";
import { onTestFinished } from "vitest";
import { WebSocketServer } from "ws";
import { Collector } from "./readers.ts";

/** A received request, and whether its answer is still open. */
export type Passed = { path: string; headers: IncomingMessage["headers"]; isOpen: boolean };

/** `policy`: the Content-Security-Policy, if it has one. */
export type GatewayFile = { type: string; body: string | Uint8Array; policy?: string };

/** A reverse proxy for HTTP, like those of companies and hosters, with their possible faults. */
export type Gateway = {
  readonly url: string;
  readonly requests: Collector<Passed>;
  /** The paths of the received upgrades. */
  readonly upgrades: Collector<string>;
  /**
   * WebSockets are passed on, refused with a page, get no answer, or open and carry nothing back. With a number they
   * open, get one answer and are closed with that code.
   */
  sockets: "pass" | "refuse" | "hold" | "swallow" | number;
  /** Answers are passed on as they come, or only when they have ended. */
  answers: "pass" | "gather";
  /** The longest duration of an answer, in milliseconds. A longer one is ended with a page. */
  answerLimitMs: number | undefined;
  /** The path prefix under which the server appears. The gateway removes it. */
  prefix: string;
  /** Replaces the header `Host`. */
  host: string | undefined;
  /** The gateway's own answers, by path. */
  files: ReadonlyMap<string, GatewayFile>;
  /** Ends all unfinished answers. */
  cut(): void;
};

/** @param url the server behind it. The gateway ends with the test. */
export async function startGateway(
  url: string,
  behaviour: Partial<
    Pick<Gateway, "sockets" | "answers" | "answerLimitMs" | "prefix" | "host" | "files">
  > = {},
): Promise<Gateway> {
  const { hostname, port } = new URL(url);
  const answers = new Set<ServerResponse>();
  const sockets = new Set<Duplex>();
  const closing = new WebSocketServer({ noServer: true });
  const server = createServer((request, response) => void pass(request, response));

  async function pass(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method, headers } = request;
    const path = (request.url ?? "").slice(gateway.prefix.length);
    const file = gateway.files.get(path.replace(/\?.*/s, ""));
    if (file) {
      if (file.policy !== undefined) response.setHeader("content-security-policy", file.policy);
      return void response.writeHead(200, { "content-type": file.type }).end(file.body);
    }
    const passed: Passed = { path, headers, isOpen: true };
    gateway.requests.add(passed);
    answers.add(response);
    response.on("close", () => {
      passed.isOpen = false;
      answers.delete(response);
      upstream.destroy();
    });
    const host = gateway.host ?? headers.host;
    const upstream = ask({ hostname, port, path, method, headers: { ...headers, host } });
    upstream.on("error", () => response.destroy());
    request.pipe(upstream);
    if (gateway.answerLimitMs !== undefined) {
      const limit = setTimeout(() => {
        if (!response.headersSent) response.writeHead(504, { "content-type": "text/html" }).end("<html>");
      }, gateway.answerLimitMs);
      response.on("close", () => clearTimeout(limit));
    }
    try {
      const [answer] = (await once(upstream, "response")) as [IncomingMessage];
      const whole = gateway.answers === "gather" ? await buffer(answer) : undefined;
      if (response.headersSent) return;
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      if (whole) response.end(whole);
      else {
        response.flushHeaders();
        answer.on("error", () => response.destroy());
        answer.pipe(response);
      }
    } catch {
      response.destroy();
    }
  }

  server.on("upgrade", (request, socket, head) => {
    gateway.upgrades.add(request.url ?? "");
    sockets.add(socket);
    socket.on("error", () => undefined).on("close", () => sockets.delete(socket));
    if (gateway.sockets === "hold") return void socket.resume();
    if (gateway.sockets === "refuse") {
      return socket.end(
        "HTTP/1.1 400 Bad Request\r\ncontent-type: text/html\r\nconnection: close\r\n\r\n<html>",
      );
    }
    const { sockets: code } = gateway;
    if (typeof code === "number") {
      return closing.handleUpgrade(request, socket, head, (client) => {
        client.once("message", () => {
          client.send("PONG");
          client.close(code);
        });
      });
    }
    const upstream = connect(Number(port), hostname);
    const headers = { ...request.headers, host: gateway.host ?? request.headers.host };
    const lines = Object.entries(headers)
      .map(([name, value]) => `${name}: ${String(value)}\r\n`)
      .join("");
    upstream.write(`GET ${(request.url ?? "").slice(gateway.prefix.length)} HTTP/1.1\r\n${lines}\r\n`);
    upstream.on("error", () => undefined).on("close", () => socket.destroy());
    socket.on("close", () => upstream.destroy());
    socket.pipe(upstream);
    return carryBack(upstream, socket);
  });

  function carryBack(upstream: Socket, socket: Duplex): void {
    let isAccepted = false;
    upstream.on("data", (bytes) => {
      if (gateway.sockets === "pass" || !isAccepted) socket.write(bytes);
      isAccepted = true;
    });
  }

  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => {
    gateway.cut();
    server.closeAllConnections();
    server.close();
  });
  const gateway: Gateway = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}${behaviour.prefix ?? ""}`,
    requests: new Collector(),
    upgrades: new Collector(),
    sockets: "pass",
    answers: "pass",
    answerLimitMs: undefined,
    prefix: "",
    host: undefined,
    files: new Map(),
    ...behaviour,
    cut() {
      for (const answer of answers) answer.destroy();
      for (const socket of sockets) socket.destroy();
    },
  };
  return gateway;
}
