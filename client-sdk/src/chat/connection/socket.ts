import type { ChatFailure } from "../chat-error.ts";
import { refused, unreachable } from "../chat-error.ts";
import type { ErrorCode } from "../../../../server/contract/error-codes.ts";
import type { Issue } from "../../../../server/contract/issue.ts";
import type { Carrier, CarrierEvents, CarrierOptions } from "./carrier.ts";
import type { OpenedSocket } from "./drop-socket.ts";
import { dropSocket } from "./drop-socket.ts";
import type { CarriedLog, LogEvent } from "./log.ts";
import type * as NodeSockets from "./node-sockets.ts";
import { platform } from "./platform.ts";

/** A frame of tRPC's protocol from the server. */
type Frame = {
  id: number | null;
  error?: { message: string; data: { code: ErrorCode; issues?: readonly Issue[] } };
  result?: { type: "started" | "stopped" } | { type: "data"; data: { id: string; data: LogEvent } };
};

/** Close codes that mean that frames were altered on the way: another kind of carrier is better. */
const manglingCodes = new Set([1002, 1003, 1007, 1008, 1009]);

/** One WebSocket that carries all logs, in tRPC's protocol. Pings detect a dead line. */
export function openSocket(
  { addresses, WebSocket, token, timing, patience }: CarrierOptions,
  events: CarrierEvents,
): Carrier {
  const logs = new Map<number, CarriedLog>();
  let lastId = 0;
  let socket: OpenedSocket | undefined;
  let isOpen = false;
  let isHeard = false;
  let isOver = false;
  /** The time of the unanswered ping. */
  let pingedAtMs: number | undefined;
  let heardAtMs = 0;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let node: typeof NodeSockets | undefined;

  void start();
  return {
    follow(log) {
      logs.set((lastId += 1), log);
      if (isOpen) subscribe(lastId, log);
    },
    unfollow(log) {
      for (const [id, each] of logs) {
        if (each !== log) continue;
        logs.delete(id);
        if (isOpen) send({ id, method: "subscription.stop" });
      }
    },
    check() {
      if (isHeard && pingedAtMs === undefined) ping();
    },
    tick() {
      const now = Date.now();
      if (pingedAtMs === undefined) {
        if (isHeard && now - heardAtMs >= timing.pingIntervalMs) ping();
      } else if (now - pingedAtMs >= patience.timeoutMs) dieOfSilence();
    },
    close: () => end(false),
  };

  async function start(): Promise<void> {
    wait(() => lose(true), timing.attemptTimeoutMs);
    try {
      // The caller must have its carrier before the carrier emits events.
      const value = await token?.();
      const params = value === undefined ? undefined : { token: value };
      if (!WebSocket && typeof globalThis.WebSocket !== "function") {
        return lose(true);
      }
      if (platform.process?.getBuiltinModule) {
        node = await import("./node-sockets.ts");
        node.watchNodeSockets();
      }
      if (isOver) return;
      open(
        new (WebSocket ?? globalThis.WebSocket)(
          addresses.socket + (params ? "?connectionParams=1" : ""),
        ) as OpenedSocket,
        params,
      );
    } catch {
      lose(true);
    }
  }

  function open(opened: OpenedSocket, params: { token: string } | undefined): void {
    socket = opened;
    opened.addEventListener("open", () => {
      node?.noteOpen(opened);
      if (isOver) return;
      isOpen = true;
      if (params) send({ method: "connectionParams", data: params });
      for (const [id, log] of logs) subscribe(id, log);
      if (logs.size === 0) opened.send("PING");
      wait(() => {
        patience.late();
        lose(true);
      }, patience.timeoutMs);
    });
    opened.addEventListener("message", ({ data }) => isOver || take(String(data)));
    // `ws` ends the process at an unhandled error.
    opened.addEventListener("error", () => undefined);
    opened.addEventListener("close", ({ code, reason }) => {
      // The server itself closed the socket: it is reachable, and the client should reconnect.
      const isServers = code === 1012 || code === 1013 || (code >= 4000 && code < 4500);
      if (code >= 4500 && code < 5000) {
        const message = `The server closed the connection and wants no further one: ${reason || code}.`;
        return fail(refused({ code: "FORBIDDEN", message }));
      }
      lose((!isHeard && !isServers) || manglingCodes.has(code));
    });
  }

  function subscribe(id: number, log: CarriedLog): void {
    const { name } = log;
    const lastEventId = log.position();
    const [path, input] =
      name === "list"
        ? ["session.onListEvent", { lastEventId }]
        : [
            "session.onEvent",
            { session_id: name.sessionId, limit: name.limit, max_missed: name.maxMissed, lastEventId },
          ];
    send({ id, method: "subscription", params: { path, input } });
  }

  function take(text: string): void {
    hear();
    if (text === "PONG") return;
    if (text === "PING") return socket?.send("PONG");
    let frame: Frame;
    try {
      frame = JSON.parse(text) as Frame;
    } catch {
      return lose(true);
    }
    const { id, error, result } = frame;
    const log = logs.get(id ?? 0);
    if (!log || id === null) return;
    if (result?.type === "data") return log.take([{ position: result.data.id, event: result.data.data }]);
    if (result?.type === "started") return;
    logs.delete(id);
    log.end(error && refused({ ...error.data, message: error.message }));
  }

  function hear(): void {
    const isFirst = !isHeard;
    isHeard = true;
    heardAtMs = Date.now();
    if (pingedAtMs !== undefined) patience.answered(heardAtMs - pingedAtMs);
    pingedAtMs = undefined;
    wait(ping, timing.pingIntervalMs);
    if (isFirst) events.onUp();
  }

  function ping(): void {
    pingedAtMs = Date.now();
    wait(dieOfSilence, patience.timeoutMs);
    socket?.send("PING");
  }

  function dieOfSilence(): void {
    patience.late();
    lose();
  }

  /** Ends a lost socket. No store shows the reason, because a retry or another kind of carrier follows. */
  function lose(isBlocked = false): void {
    fail(unreachable("The WebSocket was lost. It is opened again."), isBlocked);
  }

  function send(message: object): void {
    socket?.send(JSON.stringify(message));
  }

  function wait(act: () => void, ms: number): void {
    clearTimeout(timer);
    timer = isOver ? undefined : setTimeout(act, ms);
  }

  function end(isDead: boolean): void {
    isOver = true;
    isOpen = false;
    clearTimeout(timer);
    logs.clear();
    if (socket) dropSocket(socket, isDead, node?.releaseSocket);
  }

  function fail(cause: ChatFailure, isBlocked = false): void {
    if (isOver) return;
    end(true);
    events.onDown(cause, isBlocked);
  }
}
