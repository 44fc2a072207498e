import { createClient } from "../../client-sdk/src/index.ts";
import type { ListEvent } from "../../server/contract/list-event.ts";
import type { TrackedEvent } from "../../server/live/change-log.ts";
import { Collector } from "../support/readers.ts";
import { pollList, streamList, subscribeOverStream } from "./http-doors.ts";
import type { Address, Following } from "./live-door.ts";
import { subscribeOverSocket } from "./socket-doors.ts";

/** One way to follow the list of sessions. */
export type ListDoor = {
  name: string;
  follow(server: Address, after?: string): Pick<Following<ListEvent>, "events" | "stop">;
};

const path = "session.onListEvent";

function toInput(after: string | undefined): { lastEventId: string } | undefined {
  return after === undefined ? undefined : { lastEventId: after };
}

export const listDoors: ListDoor[] = [
  {
    name: "tRPC over WebSocket",
    follow: ({ wsUrl }, after) => subscribeOverSocket(wsUrl, path, toInput(after)),
  },
  {
    name: "tRPC over SSE",
    follow: ({ url }, after) => subscribeOverStream(url, path, { input: undefined, after }),
  },
  {
    name: "the client",
    follow({ url }, after) {
      const events = new Collector<TrackedEvent<ListEvent>>();
      const subscription = createClient({ url }).session.onListEvent.subscribe(toInput(after), {
        onData: ({ id, data }) => events.add({ position: id, event: data }),
      });
      return { events, stop: () => subscription.unsubscribe() };
    },
  },
  { name: "REST's stream", follow: streamList },
  { name: "REST's poll", follow: pollList },
];
