import type { ListedSessionRow } from "../../db/store.ts";
import { limits } from "../contract/limits.ts";
import type { ListEvent } from "../contract/list-event.ts";
import type { SidebarSession } from "../contract/session-list.ts";
import { countFitting, mostBytes } from "../live/fit-in-json.ts";
import { AppError } from "../contract/app-error.ts";
import type { Services } from "./services.ts";
import { activityCursor } from "./list-sessions.ts";
import { openFeed } from "../live/open-feed.ts";
import type { Feed } from "../live/feed.ts";
import type { ChangeLog, TrackedEvent } from "../live/change-log.ts";
import { changesPerRead } from "../live/change-log.ts";
import { toSidebarSession } from "./sidebar-session.ts";

export const listTopic = "list";

/** The events of the list of sessions after a position, as {@link openFeed} sends them. */
export function followList(
  services: Services,
  { after, signal }: { after: string | undefined; signal: AbortSignal },
): Feed<TrackedEvent<ListEvent>> {
  return openFeed(services.hub, listLog(services), { after, signal });
}

/** Up to this many changes are a small read. */
const fewChanges = 10;

/** The change log of all sessions, in the order of their last changes of any kind. */
function listLog(services: Services): ChangeLog<ListEvent> {
  const { store, hub } = services;
  const { excerptChars } = limits;
  return {
    topic: listTopic,
    snapshotName: listTopic,
    maxMissed: Number.POSITIVE_INFINITY,
    // Every client shows the list, so the number of its subscribers is unlimited.
    maxReaders: Number.POSITIVE_INFINITY,
    coalesceMs: limits.listIntervalMs,
    async readHead() {
      const { epoch, seq } = await store.list.readHead();
      return {
        epoch,
        seq,
        life: hub.lifeOf(listTopic),
        startSeq: 0,
        end: undefined,
        async readChanges(after) {
          const rows = await store.list.listChanged({
            after,
            upTo: seq,
            limit: changesPerRead,
            excerptChars,
          });
          const upTo = rows.length < changesPerRead ? seq : (rows.at(-1)?.list_seq ?? seq);
          return { changes: rows.map(toChange), upTo };
        },
        // The snapshot has only excerpts, and is read once for all subscribers.
        isSmallRead: async (after) => after === undefined || seq - after <= fewChanges,
      };
    },
    async readSnapshot() {
      const { seq, rows } = await store.list.readSnapshot({
        limit: limits.snapshotSessions + 1,
        excerptChars,
      });
      const latest = rows.slice(0, limits.snapshotSessions);
      const sessions = latest.map(toSidebarSession);
      const count = countFitting(sessions, limits.snapshotBytes - mostBytes([]), textsOf);
      const last = latest[count - 1];
      return {
        seq,
        sessions: sessions.slice(0, count),
        next_cursor: rows.length > count && last ? activityCursor(last) : null,
      };
    },
    gone: () => new AppError("NOT_FOUND"),
  };
}

function toChange(row: ListedSessionRow) {
  return row.deleted
    ? ({ type: "session_deleted", seq: row.list_seq, session_id: row.id } as const)
    : ({ type: "session", seq: row.list_seq, session: toSidebarSession(row) } as const);
}

function textsOf({ id, title, created_at, last_message: last }: SidebarSession): (string | undefined)[] {
  return [id, title, created_at, last?.key, last?.sender, last?.timestamp, last?.excerpt];
}
