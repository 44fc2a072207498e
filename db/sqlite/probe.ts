import { randomUUID } from "node:crypto";
import { sql } from "kysely";
import { readListHead } from "../statements/list-queries.ts";
import { insertMessage } from "../statements/message-queries.ts";
import { NothingLeft } from "../store-errors.ts";
import type { Database } from "./database.ts";
import type { Executor } from "../statements/executor.ts";
import { takeSeqOfMessage } from "../statements/session-queries.ts";
import { insertSession } from "../statements/make-session.ts";
import { listMessages } from "../statements/message-pages.ts";
import { listSessionExtents } from "../statements/session-extents.ts";

/**
 * Tests whether a database can be read and written, with the statements of the product and a commit that leaves nothing
 * behind but must reach the disk.
 *
 * @throws the reason if it cannot
 */
export async function probe({ read, write }: Pick<Database, "read" | "write">): Promise<void> {
  await readListHead(read);
  await listSessionExtents(read, { beforeOrdinal: Number.MAX_SAFE_INTEGER, limit: 1 });
  const session = { id: `probe ${randomUUID()}`, title: "", created_at: "" };
  await listMessages(read, {
    life: { id: session.id, ordinal: 0, purge_id: null },
    limit: 1,
    from: "newest",
  });
  await write(async (trx) => {
    await sql`savepoint probe`.execute(trx.builder);
    await tryWriting(trx, session);
    await sql`rollback to probe`.execute(trx.builder);
    await sql`release probe`.execute(trx.builder);
    await dirtyOnePage(trx);
  });
}

async function tryWriting(
  trx: Executor,
  session: { id: string; title: string; created_at: string },
): Promise<void> {
  await insertSession(trx, session);
  const place = await takeSeqOfMessage(trx, session.id);
  const message = { session_id: session.id, content: "", sender: "", timestamp: "" };
  try {
    await insertMessage(trx, { ...message, seq: place?.seq ?? 1 });
  } catch (error) {
    // Everything else can be written.
    if (!(error instanceof NothingLeft)) throw error;
  }
}

/** Writes the value that is already stored. SQLite skips writing an unchanged row, but not this number. */
async function dirtyOnePage(trx: Executor): Promise<void> {
  const { rows } = await sql<{ user_version: number }>`pragma main.user_version`.execute(trx.builder);
  await sql`pragma main.user_version = ${sql.lit(rows[0]?.user_version ?? 0)}`.execute(trx.builder);
}
