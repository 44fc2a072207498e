import { sql } from "kysely";
import { smallReadBytes } from "../read-sizes.ts";
import type { CompletedPage, CompletedPageQuery, MessageRow } from "../rows.ts";
import type { Executor } from "./executor.ts";
import { messageBytes } from "./message-columns.ts";
import { listMessageChunk } from "./message-pages.ts";
import { findMessage } from "./message-queries.ts";
import type { Placeholders } from "./statement.ts";
import { prepare } from "./statement.ts";

type EndedQuery = {
  sessionId: string;
  ordinal: number;
  purgeId: number;
  after: number;
  upTo: number;
  limit: number;
};

const selectEnded = prepare((db, query: Placeholders<EndedQuery>) =>
  db
    .selectFrom("message")
    .innerJoin("chatsession", "chatsession.id", "message.session_id")
    .select(["message.id", "message.complete_id", messageBytes.as("bytes")])
    .where("message.session_id", "=", query.sessionId)
    .where("chatsession.ordinal", "=", query.ordinal)
    .where("chatsession.deleted", "=", sql.lit(0))
    .where("message.deleted", "=", sql.lit(0))
    .where("message.id", ">", query.purgeId)
    .where("message.complete_id", ">", query.after)
    .where("message.complete_id", "<=", query.upTo)
    .$narrowType<{ complete_id: number }>()
    .orderBy("message.complete_id")
    .limit(query.limit),
);

/**
 * A page of the messages in the order in which they became complete. A message is complete with its send, at the place of its id;
 * a reply with its end, at the place that it took then.
 */
export async function listCompletedMessages(db: Executor, query: CompletedPageQuery): Promise<CompletedPage> {
  const { life, after, before, limit } = query;
  const chunk = await listMessageChunk(db, { life, after, before, limit, from: "oldest" });
  const end = chunk.isLast ? before - 1 : (chunk.rows.at(-1)?.id ?? after);
  const { id: sessionId, ordinal, purge_id: purgeId } = life;
  const ended = await selectEnded.execute(db, {
    sessionId,
    ordinal,
    purgeId: purgeId ?? Number.MIN_SAFE_INTEGER,
    after,
    upTo: end,
    limit,
  });
  const cut = findCut(ended, limit);
  const upTo = cut ?? end;
  const rows: MessageRow[] = chunk.rows.filter(
    ({ id, status, complete_id: place }) => status === null && place === null && id <= upTo,
  );
  for (const { id, complete_id: place } of ended) {
    const reply = place <= upTo ? await findMessage(db, sessionId, { id }) : undefined;
    if (reply && !reply.deleted) rows.push(reply);
  }
  rows.sort((a, b) => placeOf(a) - placeOf(b));
  return { rows, isLast: chunk.isLast && cut === undefined, upTo };
}

function placeOf({ id, complete_id: place }: MessageRow): number {
  return place ?? id;
}

/** The place of the last reply that the page has, where there may be more after it or they are large together. */
function findCut(
  ended: readonly { complete_id: number; bytes: number }[],
  limit: number,
): number | undefined {
  let total = 0;
  const tooMany = ended.findIndex(({ bytes }) => (total += bytes) > smallReadBytes);
  if (tooMany >= 0 && tooMany < ended.length - 1) return ended[tooMany]?.complete_id;
  return ended.length === limit ? ended.at(-1)?.complete_id : undefined;
}
