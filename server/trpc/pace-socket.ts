import { setImmediate as nextTurn } from "node:timers/promises";
import type { RawData, WebSocket } from "ws";
import { withinSendBudget } from "../http/socket-server.ts";

/** How many frames of a client may wait for their turn before the socket is not read any further. */
const maxWaitingFrames = 64;

type Listener = (data: RawData, isBinary: boolean) => void;

/**
 * The same socket, whose frames are handed on one at a time, and only while its client takes what it is sent: the adapter
 * answers whatever it is given at once. One chunk off the wire may hold hundreds of frames, so it is not enough to read no
 * further.
 */
export function paceSocket(socket: WebSocket, stallTimeoutMs: number): WebSocket {
  const listeners: Listener[] = [];
  const waiting: [RawData, boolean][] = [];
  let isHandingOn = false;

  async function handOn(): Promise<void> {
    isHandingOn = true;
    for (let frame = waiting.shift(); frame; frame = waiting.shift()) {
      for (const listener of listeners) listener.call(socket, ...frame);
      // What the frame asks for is read and sent by then.
      await nextTurn();
      await withinSendBudget(socket, stallTimeoutMs);
      if (socket.isPaused && waiting.length < maxWaitingFrames) socket.resume();
    }
    isHandingOn = false;
  }

  socket.on("message", (data, isBinary) => {
    waiting.push([data, isBinary]);
    if (waiting.length >= maxWaitingFrames) socket.pause();
    if (!isHandingOn) void handOn();
  });
  const paced: WebSocket = new Proxy(socket, {
    get(target, name) {
      if (name === "on") {
        return (event: string, listener: Listener) => {
          if (event === "message") listeners.push(listener);
          else target.on(event, listener);
          return paced;
        };
      }
      const value: unknown = Reflect.get(target, name);
      return typeof value === "function" ? (value.bind(target) as unknown) : value;
    },
  });
  return paced;
}
