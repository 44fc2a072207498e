import { sql } from "kysely";
import type { Executor } from "./executor.ts";
import type { ChangeSeqs } from "./session-queries.ts";
import type { SessionRow } from "../rows.ts";
import { beyondPositions, lastSeqOfSession, nextListSeq } from "./session-queries.ts";
import type { Placeholders } from "./statement.ts";
import { prepare } from "./statement.ts";

/**
 * Strays are rows that another program has written without giving them their places in the logs: a message beyond the
 * position of its session, a session at a place of the list that was passed before. They are shown where rows are listed,
 * and no follower of a log is told of them, until they get their positions.
 */
export type StrayMarks = {
  /** The highest id of a message. */
  messageId: number;
  /** The highest row id of a session. */
  sessionRow: number;
  /** The position of the list. */
  listSeq: number;
};

const selectMarks = prepare((db) =>
  db.selectNoFrom((eb) => [
    eb
      .selectFrom("message")
      .select((inner) => inner.fn.coalesce(inner.fn.max("id"), sql.lit(0)).as("id"))
      .as("messageId"),
    eb
      .selectFrom("chatsession")
      .select(sql<number>`coalesce(max(rowid), 0)`.as("row"))
      .as("sessionRow"),
    eb
      .selectFrom("chatsession")
      .select((inner) => inner.fn.coalesce(inner.fn.max("list_seq"), sql.lit(0)).as("seq"))
      .as("listSeq"),
  ]),
);

/** How far the tables reach now: what is beyond that later was written since. */
export async function readStrayMarks(db: Executor): Promise<StrayMarks> {
  const { messageId, sessionRow, listSeq } = await selectMarks.takeFirstOrThrow(db, {});
  return { messageId: messageId ?? 0, sessionRow: sessionRow ?? 0, listSeq: listSeq ?? 0 };
}

const selectWithStrays = prepare((db, range: Placeholders<{ after: number; upTo: number }>) =>
  db
    .selectFrom("message")
    .innerJoin("chatsession", "chatsession.id", "message.session_id")
    .select("chatsession.id")
    .distinct()
    .where("message.id", ">", range.after)
    .where("message.id", "<=", range.upTo)
    .where("message.seq", "<", sql.lit(beyondPositions))
    .whereRef("message.seq", ">", "chatsession.seq")
    .where("chatsession.deleted", "=", sql.lit(0)),
);

/** The sessions of which messages among these ids are strays. */
export async function findSessionsWithStrays(
  db: Executor,
  range: { after: number; upTo: number },
): Promise<string[]> {
  return (await selectWithStrays.execute(db, range)).map(({ id }) => id);
}

const selectBehind = prepare((db, range: Placeholders<{ after: number; upTo: number }>) =>
  db
    .selectFrom("chatsession")
    .select("id")
    .where(sql<number>`rowid`, ">", range.after)
    .where(sql<number>`rowid`, "<=", range.upTo)
    .where("deleted", "=", sql.lit(0))
    .where("seq", "<", lastSeqOfSession),
);

/** Among the sessions with these row ids those that have strays. */
export async function findSessionsBehind(
  db: Executor,
  range: { after: number; upTo: number },
): Promise<string[]> {
  return (await selectBehind.execute(db, range)).map(({ id }) => id);
}

const selectStraySessions = prepare((db, since: Placeholders<{ row: number; listSeq: number }>) =>
  db
    .selectFrom("chatsession")
    .select("id")
    // With the plus it is no reason to go through all rows: those at such places are few.
    .where(sql<number>`+rowid`, ">", since.row)
    .where("list_seq", "<=", since.listSeq),
);

/** Sessions that were made since, at places of the list that were passed before. */
export async function findStraySessions(
  db: Executor,
  since: { row: number; listSeq: number },
): Promise<string[]> {
  return (await selectStraySessions.execute(db, since)).map(({ id }) => id);
}

const placeSession = prepare((db, stray: Placeholders<{ id: string; listSeq: number }>) =>
  db
    .updateTable("chatsession")
    .set((eb) => ({
      seq: sql<number>`max(seq, ${lastSeqOfSession})`,
      list_seq: nextListSeq(eb),
      activity_seq: nextListSeq(eb),
    }))
    .where("id", "=", stray.id)
    .where((eb) =>
      eb.or([
        eb.and([eb("deleted", "=", sql.lit(0)), eb("seq", "<", lastSeqOfSession)]),
        eb("list_seq", "<=", stray.listSeq),
      ]),
    )
    .returning(["seq", "list_seq"]),
);

/**
 * Gives what strays a session has their places: its log reaches to the last of them, and the list tells of it.
 *
 * @param listSeq up to where the place of the session itself was passed before
 * @returns undefined if there are none (any more)
 */
export function giveSeqsToStrays(
  db: Executor,
  stray: { id: string; listSeq: number },
): Promise<ChangeSeqs | undefined> {
  return placeSession.takeFirst(db, stray);
}

const raiseSeq = prepare((db, session: Placeholders<{ id: string }>) =>
  db
    .updateTable("chatsession")
    .set({ seq: sql<number>`max(seq, ${lastSeqOfSession})` })
    .where("id", "=", session.id),
);

/** The next change of the session takes its place after every message there is. */
export async function passStrays(db: Executor, id: string): Promise<void> {
  await raiseSeq.execute(db, { id });
}

/** The position of a session, and the last position of its messages. */
export type Stand = Pick<SessionRow, "id" | "seq" | "ordinal" | "deleted"> & { last_seq: number };

const selectStands = prepare((db, { ids }: Placeholders<{ ids: string }>) =>
  db
    .selectFrom(sql<{ value: string }>`json_each(${ids})`.as("wanted"))
    .innerJoin("chatsession", "chatsession.id", "wanted.value")
    .select(["chatsession.id", "chatsession.seq", "chatsession.ordinal", "chatsession.deleted"])
    .select(lastSeqOfSession.as("last_seq")),
);

/** The positions of sessions. Sessions that do not exist are left out. */
export function readStands(db: Executor, ids: readonly string[]): Promise<Stand[]> {
  return selectStands.execute(db, { ids: JSON.stringify(ids) });
}

const selectExtent = prepare((db) =>
  db
    .selectFrom("chatsession")
    .select((eb) => [eb.fn.countAll<number>().as("count"), sql<number | null>`max(rowid)`.as("last")]),
);

/**
 * How many sessions were removed from the table, of those below the last one. None ever is by this program, so it rises only
 * by what others do.
 */
export async function countMissingSessions(db: Executor): Promise<{ last: number; missing: number }> {
  const { count, last } = await selectExtent.takeFirstOrThrow(db, {});
  return { last: last ?? 0, missing: (last ?? 0) - count };
}
