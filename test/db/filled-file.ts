import { tombstoneMessage, insertMessage, updateContent } from "../../db/statements/message-queries.ts";
import type { Database } from "../../db/sqlite/database.ts";
import { takeNextSeq, updateTitle } from "../../db/statements/session-queries.ts";
import { insertSession } from "../../db/statements/make-session.ts";
import { deleteSessionRow } from "../../db/statements/purge.ts";

const time = "2025-11-30T12:00:00.000Z";

/**
 * Makes every kind of change that there is. It leaves the sessions `busy`, with the messages 1, 2 and 4 and a deleted
 * one, and `again`, with one message, made after a session of that id was deleted.
 */
export async function fillFile(database: Database): Promise<void> {
  await database.write(async (trx) => {
    const session = (id: string) => insertSession(trx, { id, title: "New chat", created_at: time });
    const add = async (id: string, key: string | null = null): Promise<void> => {
      const place = await takeNextSeq(trx, id);
      await insertMessage(trx, {
        session_id: id,
        content: `Said in ${id}`,
        sender: "user",
        timestamp: time,
        seq: place?.seq ?? 0,
        key,
        key_digest: key,
      });
    };
    await session("busy");
    for (const key of [null, "first", null, "second"]) await add("busy", key);
    await updateTitle(trx, "busy", "A title");
    await updateContent(trx, {
      id: 1,
      content: "edited",
      extra: null,
      seq: (await takeNextSeq(trx, "busy"))?.seq ?? 0,
    });
    await tombstoneMessage(trx, { id: 3, seq: (await takeNextSeq(trx, "busy"))?.seq ?? 0 });
    await session("again");
    await add("again");
    await deleteSessionRow(trx, "again");
    await session("again");
    await add("again");
    await session("gone");
    await deleteSessionRow(trx, "gone");
  });
}
