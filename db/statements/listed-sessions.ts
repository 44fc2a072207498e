import type { Tables } from "./tables.ts";
import type { ListedSessionRow } from "../rows.ts";
import type { Expression, Kysely } from "kysely";
import { sql } from "kysely";
import { appendedTo } from "./reply-text.ts";

export function selectSessions(db: Kysely<Tables>, excerptChars: Expression<number>) {
  return db
    .selectFrom("chatsession as session")
    .leftJoin("message as last", (join) =>
      join
        .on("last.id", "=", (eb) =>
          eb
            .selectFrom("message")
            .select((inner) => inner.fn.max("message.id").as("id"))
            .whereRef("message.session_id", "=", "session.id")
            .where("message.deleted", "=", sql.lit(0)),
        )
        // If the session has no message of its own, `max` finds one of an earlier life, which must not show.
        .on(sql`last.id <= session.purge_id`, "is not", sql.lit(true)),
    )
    .select([
      "session.id",
      "session.title",
      "session.created_at",
      "session.ordinal",
      "session.list_seq",
      "session.activity_seq",
      "session.deleted",
      "session.purge_id",
      "session.seq",
      "last.id as last_id",
      "last.key as last_key",
      "last.sender",
      "last.timestamp",
      "last.status",
      sql<
        string | null
      >`substr(case when last.status = 'streaming' then last.content || ${appendedTo("last").text}
        else last.content end, 1, ${excerptChars})`.as("excerpt"),
    ]);
}

export type SelectedRow = Awaited<ReturnType<ReturnType<typeof selectSessions>["execute"]>>[number];

export function toRow({
  last_id: id,
  last_key: key,
  sender,
  timestamp,
  excerpt,
  status,
  ...session
}: SelectedRow): ListedSessionRow {
  const isEmpty = id === null || sender === null || timestamp === null || excerpt === null;
  return { ...session, last_message: isEmpty ? null : { id, key, sender, timestamp, status, excerpt } };
}
