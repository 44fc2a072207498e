import type { ListedSessionRow } from "../../db/statements/listed-sessions.ts";
import { listChangedSessions, readListHead, readListSnapshot } from "../../db/list-queries.ts";
import { limits } from "../contract/limits.ts";
import type { ListEvent } from "../contract/list-event.ts";
import type { SidebarSession } from "../contract/session-list.ts";
import { countFitting, mostBytes } from "../live/fit-in-json.ts";
import { AppError } from "./app-error.ts";
import type { Desk } from "./desk.ts";
import { activityCursor } from "./list-sessions.ts";
import { streamLog } from "./stream-log.ts";
import type { LiveStream } from "./live-stream.ts";
import type { Log, Positioned } from "./log.ts";
import { changesPerRead } from "./log.ts";
import { toSidebarSession } from "./sidebar-session.ts";

export const listTopic = "list";

/** The events of the list of sessions from a position on, as {@link streamLog} sends them. */
export function followList(
  desk: Desk,
  { after, signal }: { after: string | undefined; signal: AbortSignal },
): LiveStream<Positioned<ListEvent>> {
  return streamLog(desk.hub, listLog(desk), { after, signal });
}

/** So many changes are a small read. */
const fewChanges = 10;

/** All sessions, in the order of their last changes of any kind. */
function listLog(desk: Desk): Log<ListEvent> {
  const { database, hub } = desk;
  const { read } = database;
  const { excerptChars } = limits;
  return {
    topic: listTopic,
    snapshotName: listTopic,
    maxMissed: Number.POSITIVE_INFINITY,
    // Every client has a sidebar, so the list has no limit.
    maxReaders: Number.POSITIVE_INFINITY,
    coalesceMs: limits.listIntervalMs,
    async readHead() {
      const { epoch, seq } = await readListHead(read);
      return {
        epoch,
        seq,
        life: hub.lifeOf(listTopic),
        startSeq: 0,
        end: undefined,
        async readChanges(after) {
          const rows = await listChangedSessions(read, {
            after,
            upTo: seq,
            limit: changesPerRead,
            excerptChars,
          });
          const upTo = rows.length < changesPerRead ? seq : (rows.at(-1)?.list_seq ?? seq);
          return { changes: rows.map(toChange), upTo };
        },
        // The snapshot has excerpts alone, and is read once for all who ask.
        isSmallRead: async (after) => after === undefined || seq - after <= fewChanges,
      };
    },
    async readSnapshot() {
      const { seq, rows } = await readListSnapshot(read, {
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
