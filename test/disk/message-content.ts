import type { Answer } from "./answers.ts";
import { AnswerReader } from "./answers.ts";
import { contentOf } from "./keyed-content.ts";
import type { StoredContent } from "./stored-content.ts";

type StoredRow = { id: number; seq: number; key: string; content: string };

/** Messages that are sent to one session and kept. */
export const messageContent: StoredContent<Answer> = {
  makeReader: () => new AnswerReader(),
  examine(database, acknowledged) {
    const messages = "select id, seq, key, content from message order by id";
    const rows = database.prepare<[], StoredRow>(messages).all();
    const stored = new Map(rows.map(({ id, key }) => [id, key]));
    return {
      faults: describeFaults(rows),
      missing: acknowledged.filter(({ id, key }) => stored.get(id) !== key),
    };
  },
};

/** The file must hold a complete beginning of the history of its session. */
function describeFaults(rows: readonly StoredRow[]): string[] {
  const faults: string[] = [];
  for (const [index, { id, seq, key, content }] of rows.entries()) {
    if (id !== index + 1 || seq !== index + 1)
      faults.push(`GAP message ${id} at ${seq} is number ${index + 1}`);
    if (content !== contentOf(key)) faults.push(`CONTENT of ${key} is another`);
  }
  const keys = new Set(rows.map(({ key }) => key));
  if (keys.size < rows.length) faults.push(`DOUBLED ${rows.length - keys.size} keys`);
  return faults;
}
