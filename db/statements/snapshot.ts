import type { Snapshot, SnapshotExtent } from "../rows.ts";
import { sql } from "kysely";
import type { Executor } from "./executor.ts";
import type { Placeholders } from "./statement.ts";
import { unpeekedParam, prepare } from "./statement.ts";
import { messageBytes } from "./message-columns.ts";
import { listMessages, listMessageSizes } from "./message-pages.ts";

/** Message ids are numbers that JSON can hold. */
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
              .select(messageBytes.as("bytes"))
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

/** A session and its latest messages at one moment. For contents beyond the extent only the sizes are read. */
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
    // No messages came back. Either the session has changed since its `seq` was read, so the messages belong to another
    // moment; or other programs wrote all of them with a `seq` beyond the session's.
    const isStray = messages.length === 0 && readAt === session.seq;
    readAt = session.seq;
    if (messages.length > 0 || isStray)
      return { session, messages: messages.toReversed(), hasEarlier: fitting < count };
  }
}

/** The number of messages, newest first, that a snapshot holds. */
function fittingIn(extent: SnapshotExtent, sizes: readonly { bytes: number }[]): number {
  let total = 0;
  const tooMany = sizes.findIndex(
    ({ bytes }, index) => index === extent.messages || (total += bytes) > extent.contentBytes,
  );
  return tooMany < 0 ? sizes.length : Math.max(1, tooMany);
}
