import { onTestFinished } from "vitest";
import { createClient } from "../../client-sdk/src/index.ts";
import { applyListEvent, emptyList } from "../../client-sdk/src/chat/apply-list-event.ts";
import type { ListEvent } from "../../server/contract/list-event.ts";
import type { SidebarSession } from "../../server/contract/session-list.ts";
import type { TrackedEvent } from "../../server/live/change-log.ts";
import type { Address } from "./live-door.ts";
import { listDoors } from "./list-doors.ts";

/** The content of a sidebar that applies the events. */
export function apply(seen: TrackedEvent<ListEvent>[]): Map<string, SidebarSession> {
  const { sessions } = seen.map(({ event }) => event).reduce(applyListEvent, emptyList);
  return new Map(sessions.map((session) => [session.id, session]));
}

/** The same as the server has it now. */
export async function readSidebar({ url }: Address): Promise<Map<string, SidebarSession>> {
  const client = createClient({ url });
  const { items } = await client.session.list.query({ limit: 500 });
  const sessions = new Map<string, SidebarSession>();
  // One after the other: a batch of all of them would be too large.
  for (const { id, title, created_at, activity_seq } of items) {
    const last = (await client.session.get.query({ session_id: id })).messages.at(-1);
    const last_message = last
      ? {
          id: last.id,
          key: last.key,
          sender: last.sender,
          timestamp: last.timestamp,
          excerpt: last.content.slice(0, 200),
        }
      : null;
    sessions.set(id, { id, title, created_at, activity_seq, last_message });
  }
  return sessions;
}

export function isCaughtUp(seen: TrackedEvent<ListEvent>[]): boolean {
  return seen.some(({ event }) => event.type === "caught_up");
}

/** A reader of the list by each door, which goes with the test. */
export function followEverywhere(server: Address) {
  return listDoors.map((door) => {
    const following = door.follow(server);
    onTestFinished(() => following.stop());
    return following;
  });
}
