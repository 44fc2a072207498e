import { sql } from "kysely";
import type { Executor } from "./executor.ts";
import type { ChangeSeqs } from "./session-queries.ts";
import type { SessionRow } from "../rows.ts";
import { beyondPositions, lastSeqOfSession, nextListSeq } from "./session-queries.ts";
import type { Placeholders } from "./statement.ts";
import { prepare } from "./statement.ts";

/**
 * Strays are rows that another program has written without a correct `seq`: a message with a `seq` beyond its
 * session's, or a session with a `list_seq` that the list has already passed. Lists show strays, but no subscriber gets
 * them until they have a correct `seq`.
 *
 * These marks say how far the tables reached at one moment.
 */
export type StrayMarks = {
  /** The highest id of a message. */
  messageId: number;
  /** The highest row id of a session. */
  sessionRow: number;
  /** The `seq` of the list. */
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

/** The current marks. Rows beyond them were written later. */
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

/** The sessions of which messages with these ids are strays. */
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

/** Those of the sessions with these row ids that have strays. */
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
    // The plus keeps SQLite from scanning all rows by row id: few rows have such a `list_seq`.
    .where(sql<number>`+rowid`, ">", since.row)
    .where("list_seq", "<=", since.listSeq),
);

/** Sessions that were created since, with a `list_seq` that the list has already passed. */
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
 * Gives the strays of a session their `seq`: the session's `seq` rises to the last of them, and the list gets a change.
 *
 * @param listSeq a `list_seq` up to this one was already passed
 * @returns undefined if there are no strays (any more)
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

/** Raises the session's `seq` so that its next change comes after every existing message. */
export async function passStrays(db: Executor, id: string): Promise<void> {
  await raiseSeq.execute(db, { id });
}

/** The `seq` of a session, and the last `seq` of its messages. */
export type Stand = Pick<SessionRow, "id" | "seq" | "ordinal" | "deleted"> & { last_seq: number };

const selectStands = prepare((db, { ids }: Placeholders<{ ids: string }>) =>
  db
    .selectFrom(sql<{ value: string }>`json_each(${ids})`.as("wanted"))
    .innerJoin("chatsession", "chatsession.id", "wanted.value")
    .select(["chatsession.id", "chatsession.seq", "chatsession.ordinal", "chatsession.deleted"])
    .select(lastSeqOfSession.as("last_seq")),
);

/** The `seq` of sessions. Sessions that do not exist are left out. */
export function readStands(db: Executor, ids: readonly string[]): Promise<Stand[]> {
  return selectStands.execute(db, { ids: JSON.stringify(ids) });
}

const selectExtent = prepare((db) =>
  db
    .selectFrom("chatsession")
    .select((eb) => [eb.fn.countAll<number>().as("count"), sql<number | null>`max(rowid)`.as("last")]),
);

/**
 * The number of session rows that are missing below the last one. This program never removes such rows, so the number
 * rises only through other programs.
 */
export async function countMissingSessions(db: Executor): Promise<{ last: number; missing: number }> {
  const { count, last } = await selectExtent.takeFirstOrThrow(db, {});
  return { last: last ?? 0, missing: (last ?? 0) - count };
}
