import { setImmediate as nextTurn } from "node:timers/promises";
import type { ClientSocket } from "../http/client-socket.ts";
import { createIntake } from "../http/intake.ts";

type Listener = (data: Buffer, isBinary: boolean) => void;

/**
 * The same socket, whose frames are handed on one at a time, and only while its client takes what it is sent: the adapter
 * answers whatever it is given at once. One chunk off the wire may hold hundreds of frames, so it is not enough to read no
 * further.
 */
export function paceSocket(socket: ClientSocket, stallTimeoutMs: number): ClientSocket {
  const listeners: Listener[] = [];
  const waiting: [Buffer, boolean][] = [];
  const intake = createIntake(socket);
  let isHandingOn = false;

  async function handOn(): Promise<void> {
    isHandingOn = true;
    for (let frame = waiting.shift(); frame; frame = waiting.shift()) {
      for (const listener of listeners) listener.call(socket, ...frame);
      // What the frame asks for is read and sent by then.
      await nextTurn();
      await socket.withinSendBudget(stallTimeoutMs);
      intake.release(frame[0].length);
    }
    isHandingOn = false;
  }

  socket.on("message", (data: Buffer, isBinary) => {
    waiting.push([data, isBinary]);
    intake.take(data.length);
    if (!isHandingOn) void handOn();
  });
  const paced: ClientSocket = new Proxy(socket, {
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
