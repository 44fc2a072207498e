import { createInterface } from "node:readline";
import { openDatabase } from "../../../db/sqlite/open-database.ts";

/** Opens each file whose path it reads on a line of stdin, closes it, and answers with a line. */
for await (const file of createInterface({ input: process.stdin })) {
  try {
    const database = await openDatabase({ file, synchronous: "normal" });
    const sessions = await database.read.builder.selectFrom("chatsession").select("id").execute();
    await database.close();
    process.stdout.write(`opened with ${sessions.length} sessions\n`);
  } catch (error) {
    process.stdout.write(`${String(error)}\n`);
  }
}
