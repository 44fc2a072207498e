import type { IncomingMessage } from "node:http";
import type { Socket } from "node:net";
import { WebSocket } from "ws";
import type { LiveEvent } from "../../server/contract/live-event.ts";
import type { Message } from "../../server/contract/message.ts";
import type { LogEvent, TrackedEvent } from "../../server/live/change-log.ts";
import type { WireError } from "../support/doors.ts";
import { Collector } from "../support/readers.ts";
import type { Envelope } from "../support/trpc-wire.ts";
import { toQuery } from "./http-doors.ts";
import type { Following, LiveDoor, Seen } from "./live-door.ts";

/** The live doors that are WebSockets. */
export const socketDoors: LiveDoor[] = [
  {
    name: "tRPC over WebSocket",
    tellsCaughtUp: true,
    ends: { sessionDeleted: "complete", tooMany: "TOO_MANY_REQUESTS", slow: "4008" },
    follow: ({ wsUrl }, { session_id, after, extent }) =>
      subscribeOverSocket(wsUrl, "session.onEvent", {
        session_id,
        ...extent,
        ...(after !== undefined && { lastEventId: after }),
      }),
  },
  {
    name: "the plain WebSocket",
    tellsCaughtUp: true,
    ends: { sessionDeleted: "4504", tooMany: "4005", slow: "4008" },
    follow({ wsUrl }, { session_id, after, extent }) {
      const query = toQuery({ events: "all", after, ...extent });
      return openSocket<LiveEvent>(`${wsUrl}/ws/${encodeURIComponent(session_id)}?${query}`, {
        read(frame, { events }) {
          const { session_id: of, ...seen } = frame as Seen & { session_id: string };
          if (of !== session_id) throw new Error(`A frame of another session: ${of}`);
          events.add(seen);
        },
      });
    },
  },
];

/**
 * The plain WebSocket without `events=all`. It tells of messages alone, under their ids: the id of a message stands here for its
 * position and for its `seq`.
 */
export const messagesDoor: LiveDoor = {
  name: "the plain WebSocket's messages",
  tellsCaughtUp: false,
  ends: { sessionDeleted: "4504", tooMany: "4005", slow: "4008" },
  follow({ wsUrl }, { session_id, after }) {
    return openSocket<LiveEvent>(`${wsUrl}/ws/${encodeURIComponent(session_id)}?${toQuery({ after })}`, {
      read(frame, { events }) {
        const { message } = frame as { message: Message };
        const { id } = message;
        events.add({ position: `${id}`, event: { type: "message", seq: id, prev: id - 1, message } });
      },
    });
  },
};

/** A tRPC subscription on a socket of its own. */
export function subscribeOverSocket<Event extends LogEvent>(
  wsUrl: string,
  path: string,
  input: object | undefined,
): Following<Event> {
  return openSocket<Event>(`${wsUrl}/trpc`, {
    hello: { id: 1, method: "subscription", params: { path, input } },
    goodbye: { id: 1, method: "subscription.stop" },
    read(frame, { events, end }) {
      const { result, error } = frame as Envelope;
      if (error) end(error.data.code);
      if (result?.type === "stopped") end("complete");
      if (result?.type !== "data" || result.id === undefined) return;
      const { id, data } = result.data as { id: string; data: Event };
      if (id !== result.id) throw new Error(`Two ids: ${id} and ${result.id}`);
      events.add({ position: id, event: data });
    },
  });
}

type Protocol<Event extends LogEvent> = {
  /** Sent first. */
  hello?: object;
  /** Sent to want no more; the socket is closed after it. */
  goodbye?: object;
  read: (frame: unknown, to: { events: Collector<TrackedEvent<Event>>; end: (how: string) => void }) => void;
};

function openSocket<Event extends LogEvent>(
  address: string,
  { hello, goodbye, read }: Protocol<Event>,
): Following<Event> {
  const socket = new WebSocket(address);
  const events = new Collector<TrackedEvent<Event>>();
  const { promise: ended, resolve: end } = Promise.withResolvers<string>();
  let connection: Socket | undefined;
  socket.on("upgrade", (response: IncomingMessage) => (connection = response.socket));
  socket.on("open", () => {
    if (hello) socket.send(JSON.stringify(hello));
  });
  socket.on("message", (data: Buffer) => read(JSON.parse(data.toString()), { events, end }));
  socket.on("unexpected-response", (_request, response) => {
    const chunks: Buffer[] = [];
    response.on("data", (chunk: Buffer) => chunks.push(chunk));
    response.on("end", () => end((JSON.parse(Buffer.concat(chunks).toString()) as WireError).code));
  });
  socket.on("close", (code) => end(code === 1006 ? "cut" : String(code)));
  socket.on("error", () => undefined);
  return {
    events,
    ended,
    pause() {
      if (connection) socket.pause();
    },
    resume() {
      if (connection) socket.resume();
    },
    cut() {
      if (connection) connection.resetAndDestroy();
      else socket.terminate();
    },
    stop() {
      if (goodbye && socket.readyState === socket.OPEN) socket.send(JSON.stringify(goodbye));
      socket.close();
    },
  };
}
