import { WebSocket } from "ws";
import type { ListEvent } from "../../server/contract/list-event.ts";
import type { LiveEvent } from "../../server/contract/live-event.ts";
import type { TrackedEvent } from "../../server/live/change-log.ts";
import { subscribeOverStream } from "../doors/http-doors.ts";
import type { Address, Following } from "../doors/live-door.ts";
import { liveDoors } from "../doors/live-doors.ts";
import { subscribeOverSocket } from "../doors/socket-doors.ts";
import type { Frame } from "../support/readers.ts";
import { Collector } from "../support/readers.ts";
import type { ShownMessage } from "./history.ts";
import { openTrpcClient } from "./write-doors.ts";

export type Followed<Item> = Omit<Following, "events"> & { events: Pick<Collector<Item>, "items" | "until"> };

/** One way to follow a session, or the list of them. */
export type FollowDoor<Item> = {
  name: string;
  /** Whether it reconnects by itself. */
  comesBack?: true;
  follow(server: Address, input: { session: string; after: string | undefined }): Followed<Item>;
};

/** The doors for live events. tRPC's own client reconnects by itself. */
export const eventDoors: FollowDoor<TrackedEvent<LiveEvent>>[] = [
  ...liveDoors.map((door): FollowDoor<TrackedEvent<LiveEvent>> => ({
    name: door.name,
    follow: (server, { session, after }) => door.follow(server, { session_id: session, after }),
  })),
  {
    name: "tRPC's client",
    comesBack: true,
    follow(server, { session, after }) {
      const { client, close } = openTrpcClient(server);
      const events = new Collector<TrackedEvent<LiveEvent>>();
      const { promise: ended, resolve: end } = Promise.withResolvers<string>();
      const subscription = client.session.onEvent.subscribe(
        { session_id: session, ...(after !== undefined && { lastEventId: after }) },
        {
          onData: ({ id, data }) => events.add({ position: id, event: data }),
          onComplete: () => end("complete"),
          onError: ({ data }) => end(data?.code ?? "cut"),
        },
      );
      const stop = (): void => {
        subscription.unsubscribe();
        close();
      };
      return { events, ended, pause: () => undefined, resume: () => undefined, cut: () => undefined, stop };
    },
  },
];

function toListInput(after: string | undefined): { lastEventId: string } | undefined {
  return after === undefined ? undefined : { lastEventId: after };
}

export const listDoors: FollowDoor<TrackedEvent<ListEvent>>[] = [
  {
    name: "tRPC over WebSocket",
    follow: ({ wsUrl }, { after }) =>
      subscribeOverSocket<ListEvent>(wsUrl, "session.onListEvent", toListInput(after)),
  },
  {
    name: "tRPC over SSE",
    follow: ({ url }, { after }) =>
      subscribeOverStream<ListEvent>(url, "session.onListEvent", { input: undefined, after }),
  },
];

/** The plain WebSocket without `events=all`. */
export const messageDoor: FollowDoor<ShownMessage> = {
  name: "the plain WebSocket's messages",
  follow({ wsUrl }, { session, after }) {
    const socket = new WebSocket(`${wsUrl}/ws/${session}${after === undefined ? "" : `?after=${after}`}`);
    const events = new Collector<ShownMessage>();
    const { promise: ended, resolve: end } = Promise.withResolvers<string>();
    socket.on("message", (data: Buffer) => {
      const { message, error } = JSON.parse(data.toString()) as Frame;
      if (error) end(error.code);
      if (message) events.add(message);
    });
    socket.on("unexpected-response", (request, response) => {
      end(response.statusCode === 404 ? "NOT_FOUND" : "cut");
      request.destroy();
    });
    socket.on("close", (code) => end(code === 1006 ? "cut" : String(code)));
    socket.on("error", () => end("cut"));
    return {
      events,
      ended,
      pause: () => void (socket.readyState === socket.OPEN && socket.pause()),
      resume: () => void (socket.readyState === socket.OPEN && socket.resume()),
      cut: () => socket.terminate(),
      stop: () => socket.close(),
    };
  },
};
