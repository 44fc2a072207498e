import { openDatabase } from "../../../db/sqlite/open-database.ts";
import { insertSession } from "../../../db/statements/make-session.ts";

// Opens the file, writes to it, and ends by itself without closing it: within a write where it is told so.
const [, , file = "", how = ""] = process.argv;
const database = await openDatabase({ file, synchronous: "normal" });
const session = { id: how, title: "", created_at: "" };
await database.write((trx) => insertSession(trx, session));
if (how === "an error that nobody catches") {
  setImmediate(() => {
    throw new Error(how);
  });
} else {
  await database.write(async (trx) => {
    await insertSession(trx, { ...session, id: "not committed" });
    process.exit(3);
  });
}
