import { once } from "node:events";
import type { IncomingMessage } from "node:http";
import { get } from "node:http";
import type { Connection, Feed, FeedOptions, Wire, WireListener } from "./feed.ts";
import { openFeed } from "./feed.ts";
import { readChatFrame, readEvent } from "./read-event.ts";
import { splitServerSentEvents } from "./server-sent-events.ts";
import { openWireSocket } from "./wire-socket.ts";

/** A door that sessions are followed by. */
export type LiveDoor = { name: string; open(options: FeedOptions): Promise<Feed> };

/** The plain WebSocket as the original has it: messages alone, with no positions. */
export const plainChat: LiveDoor = {
  name: "plain",
  open: (options) =>
    openFeed(options, {
      connect: (on) => openWireSocket(`${options.url}/ws/${options.sessionId}`, on),
      read: readChatFrame,
      tellsCaughtUp: false,
    }),
};

export const plainEvents: LiveDoor = {
  name: "plain",
  open: (options) => {
    const after = options.after === undefined ? "" : `&after=${options.after}`;
    const address = `${options.url}/ws/${options.sessionId}?events=all${after}`;
    return openFeed(
      options,
      allEvents((on) => openWireSocket(address, on)),
    );
  },
};

export const trpcSocket: LiveDoor = {
  name: "trpc",
  open: (options) =>
    openFeed(
      options,
      allEvents(async ({ onText, onClose }) => {
        const socket = await openWireSocket(`${options.url}/trpc`, {
          onClose,
          onText(text) {
            if (text.length === 4 && text.toString() === "PING") socket.send("PONG");
            else onText(text);
          },
        });
        const params = { path: "session.onEvent", input: subscriptionInput(options) };
        socket.send(JSON.stringify({ id: 1, method: "subscription", params }));
        return socket;
      }),
    ),
};

export const restSse: LiveDoor = {
  name: "rest-sse",
  open: (options) => {
    const after = options.after === undefined ? "" : `?after=${options.after}`;
    const address = `${options.url}/api/sessions/${options.sessionId}/events${after}`;
    return openFeed(
      options,
      allEvents((on) => openServerSentEvents(address, on)),
    );
  },
};

const trpcSse: LiveDoor = {
  name: "trpc-sse",
  open: (options) => {
    const input = encodeURIComponent(JSON.stringify(subscriptionInput(options)));
    const address = `${options.url}/trpc/session.onEvent?input=${input}`;
    return openFeed(
      options,
      allEvents((on) => openServerSentEvents(address, on)),
    );
  },
};

/** Each door that gives every event with its position. */
export const eventDoors: LiveDoor[] = [trpcSocket, plainEvents, restSse, trpcSse];

export const eventSockets: LiveDoor[] = [plainEvents, trpcSocket];

function allEvents(connect: Connection["connect"]): Connection {
  return { connect, read: readEvent, tellsCaughtUp: true };
}

function subscriptionInput({ sessionId, after }: FeedOptions): object {
  return { session_id: sessionId, ...(after !== undefined && { lastEventId: String(after) }) };
}

async function openServerSentEvents(address: string, { onText, onClose }: WireListener): Promise<Wire> {
  const request = get(address, { agent: false, headers: { accept: "text/event-stream" } });
  const [response] = (await once(request, "response")) as [IncomingMessage];
  if (response.statusCode !== 200) throw new Error(`${address} answers ${response.statusCode}.`);
  response.on("data", splitServerSentEvents(onText));
  // A stream that is cut is an error to Node; what it means is for whoever waits for more of it.
  response.on("error", () => undefined);
  response.on("close", () => onClose(0));
  const { socket } = response;
  return {
    bytesRead: () => socket.bytesRead,
    pause: () => void response.pause(),
    resume: () => void response.resume(),
    send() {
      throw new Error("Server-sent events go one way.");
    },
    close: () => void request.destroy(),
  };
}
