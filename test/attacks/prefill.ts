import { openDatabase } from "../../db/sqlite/open-database.ts";
import { createSqliteStore } from "../../db/sqlite/sqlite-store.ts";
import { addMessage } from "../../server/domain/add-message.ts";
import { createSession } from "../../server/domain/create-session.ts";
import { servicesOn } from "../support/services.ts";

const chars = 100_000;

/** The sessions that attacks ask for, by what each is in JSON: what an attacker may store. */
const sessions = [
  { id: "of-2-mb", messages: 20, content: "x".repeat(chars) },
  { id: "of-6-mb", messages: 60, content: "x".repeat(chars) },
  { id: "of-15-mb", messages: 25, content: "\u0001".repeat(chars) },
  { id: "of-60-mb", messages: 100, content: "\u0001".repeat(chars) },
  { id: "of-many", messages: 20_000, content: "x" },
  { id: "written", messages: 1, content: "Hello" },
  { id: "small", messages: 5, content: "Hello" },
];

/** Makes a database that holds them. */
export async function prefill(file: string): Promise<void> {
  const database = await openDatabase({ file, synchronous: "normal" });
  const services = { ...servicesOn(createSqliteStore(database)), maxMessageChars: chars };
  for (const { id, messages, content } of sessions) {
    await createSession(services, { id });
    const add = () => addMessage(services, { session_id: id, content, sender: "user" });
    for (let left = messages; left > 0; left -= 100) {
      await Promise.all(Array.from({ length: Math.min(100, left) }, add));
    }
  }
  await database.close();
}
