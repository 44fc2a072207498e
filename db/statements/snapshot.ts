import type { Snapshot, SnapshotExtent } from "../rows.ts";
import { sql } from "kysely";
import type { Executor } from "./executor.ts";
import type { Placeholders } from "./statement.ts";
import { unpeekedParam, prepare } from "./statement.ts";
import { listMessages, listMessageSizes } from "./message-pages.ts";

/** Ids are numbers that JSON can hold. */
const belowEveryId = Number.MIN_SAFE_INTEGER - 1;

const selectStand = prepare((db, { sessionId, limit }: Placeholders<{ sessionId: string; limit: number }>) =>
  db
    .selectFrom("chatsession as session")
    .innerJoin(
      (eb) =>
        eb
          .selectFrom((inner) =>
            inner
              .selectFrom("message")
              .select(sql<number>`octet_length(content)`.as("bytes"))
              .where("session_id", "=", unpeekedParam(sessionId, "text"))
              .where("message.deleted", "=", sql.lit(0))
              .where("message.id", ">", (own) =>
                own
                  .selectFrom("chatsession as own")
                  .select(sql<number>`ifnull(own.purge_id, ${sql.lit(belowEveryId)})`.as("id"))
                  .where("own.id", "=", unpeekedParam(sessionId, "text")),
              )
              .orderBy("message.id", "desc")
              .limit(unpeekedParam(limit, "integer"))
              .as("latest"),
          )
          .select(({ fn }) => [
            fn.countAll<number>().as("message_count"),
            fn.coalesce(fn.sum<number>("bytes"), sql.lit(0)).as("content_bytes"),
          ])
          .as("extent"),
      (join) => join.on(sql.lit(true)),
    )
    .selectAll(["session", "extent"])
    .where("session.id", "=", sessionId)
    .where("session.deleted", "=", sql.lit(0)),
);

/**
 * A session and its latest messages as they stood together at one moment. Contents beyond the extent are not read, only
 * how large they are.
 *
 * @returns undefined if there is no such session.
 */
export async function readSnapshot(
  db: Executor,
  sessionId: string,
  extent: SnapshotExtent,
): Promise<Snapshot | undefined> {
  for (let readAt: number | undefined; ;) {
    const limit = extent.messages + 1;
    const stand = await selectStand.takeFirst(db, { sessionId, limit });
    if (!stand) return undefined;
    const { message_count: count, content_bytes: bytes, ...session } = stand;
    if (count === 0 || extent.messages === 0) return { session, messages: [], hasEarlier: count > 0 };
    const latest = { life: session, atSeq: session.seq, upToSeq: session.seq, from: "newest" } as const;
    const isLess = count > extent.messages || bytes > extent.contentBytes;
    const fitting = isLess ? fittingIn(extent, await listMessageSizes(db, { ...latest, limit })) : count;
    const messages = await listMessages(db, { ...latest, limit: fitting });
    // None, if the session has changed since it was read: what there is now is of another moment. Or all of them were written
    // by others beyond its position.
    const isStray = messages.length === 0 && readAt === session.seq;
    readAt = session.seq;
    if (messages.length > 0 || isStray)
      return { session, messages: messages.toReversed(), hasEarlier: fitting < count };
  }
}

/** How many of these, newest first, a snapshot holds. */
function fittingIn(extent: SnapshotExtent, sizes: readonly { bytes: number }[]): number {
  let total = 0;
  const tooMany = sizes.findIndex(
    ({ bytes }, index) => index === extent.messages || (total += bytes) > extent.contentBytes,
  );
  return tooMany < 0 ? sizes.length : Math.max(1, tooMany);
}
