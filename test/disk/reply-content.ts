import type SqliteFile from "better-sqlite3";
import type { Call } from "./read-trace.ts";
import type { StoredContent } from "./stored-content.ts";

/** The word with this number of the reply with this key. All replies of a recording are made of such words. */
export function wordOf(key: string, index: number): string {
  // Some words take several pages of the database.
  return `${key}.${index}${"x".repeat(index % 7 === 6 ? 9000 : 0)} 👋 `;
}

/** A server's answer about a reply: that a piece is stored up to a length, or that the reply has ended. */
type Told = { key: string } & ({ length: number } | { end: string });

/** Where each piece of a recording ends, by its `seq`: the answer to an append does not name its reply. */
export type PieceEnds = ReadonlyMap<number, { key: string; length: number }>;

const latin1 = new TextDecoder("latin1");
const appended = /"length":\d+,"seq":(?<seq>\d+)\}/g;
/** The answer to an end. The key of a reply is the last field but these two, and the status of a complete one is absent. */
const ended =
  /"content":"(?<content>[^"]*)"[^{}]*?"key":"(?<key>[^"]+)","seq":\d+(?:,"status":"(?<status>\w+)")?\}/g;

class ReplyAnswerReader {
  readonly #ends: PieceEnds;
  readonly #unread = new Map<number, string>();

  constructor(ends: PieceEnds) {
    this.#ends = ends;
  }

  read(call: Call): Told[] {
    if (call.kind === "close") this.#unread.delete(call.handle.fd);
    if (call.kind !== "send" || !call.handle.target.startsWith("socket:")) return [];
    const { fd } = call.handle;
    // A message may be written in several calls.
    const text = (this.#unread.get(fd) ?? "") + latin1.decode(call.data);
    const told: Told[] = [];
    let end = 0;
    for (const found of text.matchAll(appended)) {
      const piece = this.#ends.get(Number(found.groups?.["seq"]));
      if (piece) told.push(piece);
      end = Math.max(end, found.index + found[0].length);
    }
    for (const found of text.matchAll(ended)) {
      const { key = "", status = "complete" } = found.groups ?? {};
      if (status !== "streaming") told.push({ key, end: status });
      end = Math.max(end, found.index + found[0].length);
    }
    this.#unread.set(fd, text.slice(end));
    return told;
  }
}

type ReplyRow = { id: number; seq: number; key: string; content: string; status: string | null };
type OpenRow = { message_id: number; seq: number; chars: number };
type PieceRow = { message_id: number; seq: number; start: number; text: string };

/** Replies of one session that are opened, appended to and ended. */
export function replyContent(ends: PieceEnds): StoredContent<Told> {
  return {
    makeReader: () => new ReplyAnswerReader(ends),
    examine(database, acknowledged) {
      const { texts, faults } = readReplies(database);
      const missing = acknowledged.filter((told) => {
        const { text = "", status } = texts.get(told.key) ?? {};
        return "length" in told ? text.length < told.length : status !== told.end;
      });
      return { faults, missing };
    },
  };
}

/** Reads the text of each reply, which is either in its row or, as long as it is open, in its pieces. */
function readReplies(database: SqliteFile.Database) {
  const rows = database.prepare<[], ReplyRow>("select id, seq, key, content, status from message").all();
  const open = database.prepare<[], OpenRow>("select message_id, seq, chars from reply").all();
  const pieces = database.prepare<[], PieceRow>("select * from reply_piece order by message_id, seq").all();
  const faults: string[] = [];
  const texts = new Map<string, { text: string; status: string }>();
  for (const { id, seq, key, content, status } of rows) {
    const own = pieces.filter((piece) => piece.message_id === id);
    const reply = open.find((each) => each.message_id === id);
    if ((status === "streaming") !== (reply !== undefined)) faults.push(`OPEN ${key} is ${status}`);
    if (status !== "streaming" && own.length > 0) faults.push(`FOLD ${key} is ${status} and has pieces`);
    if (status === "streaming" && content !== "") faults.push(`FOLD ${key} streams and has content`);
    let text = content;
    for (const piece of own) {
      if (piece.start !== text.length) faults.push(`GAP a piece of ${key} starts at ${piece.start}`);
      text += piece.text;
    }
    if (reply && reply.chars !== text.length) faults.push(`LENGTH ${key} has ${text.length}`);
    if (reply && reply.seq !== (own.at(-1)?.seq ?? seq)) faults.push(`SEQ ${key} is not at its last piece`);
    if (!isWritten(key, text)) faults.push(`CONTENT of ${key} is another: ${text.slice(-60)}`);
    texts.set(key, { text, status: status ?? "complete" });
  }
  const strays = pieces.filter((piece) => !rows.some(({ id }) => id === piece.message_id));
  if (strays.length > 0) faults.push(`STRAY ${strays.length} pieces of no message`);
  return { texts, faults };
}

/** Whether a text is that of the first words of its reply: each append has one word. */
function isWritten(key: string, text: string): boolean {
  let written = "";
  for (let index = 0; written.length < text.length; index += 1) written += wordOf(key, index);
  return written === text;
}
