import SqliteFile from "better-sqlite3";
import { HttpConnection } from "../load/http-connection.ts";
import { prefill } from "../load/prefill.ts";
import { publishAll } from "../load/publish.ts";
import { pieceChars, writePieces } from "../load/written-reply.ts";
import type { Findings, Row, Run } from "../row.ts";
import type { PinnedProcess } from "../start-pinned.ts";

const replies = 10;

/**
 * Sent: ten replies over REST, one after the other, each of 2,000 appends of 7 characters, as fast as they are answered.
 *
 * Counted: how much the pages grow that the database file uses, for each reply after its end:
 * `(page_count - freelist_count) * page_size`.
 *
 * Instead of a floor: our server with the same texts as messages, each sent at once.
 *
 * Target: at most 1.5 times the text and 16 KiB.
 */
export const replyFileGrowth: Row[] = [
  {
    name: "reply-file-growth",
    floorIs: "ours with the texts as messages",
    rounds: 1,
    figures: [
      {
        name: "growth of each",
        unit: "kB",
        targets: [{ of: "ours", is: "at most", bound: (1.5 * 2000 * pieceChars + 16 * 1024) / 1000 }],
      },
      { name: "CPU of each", unit: "ms" },
    ],
    ours: (run) =>
      grow(run, async ({ url }, pieces) => {
        const connection = await HttpConnection.open(url);
        for (let reply = 0; reply < replies; reply += 1) {
          await (await writePieces(connection, { sessionId: "s0", pieces })).finish();
        }
        connection.close();
      }),
    floor: (run) =>
      grow(run, ({ url }, pieces) =>
        publishAll(url, { sessionId: "s0", count: replies, chars: pieces * pieceChars }),
      ),
  },
];

async function grow(
  run: Run,
  write: (server: PinnedProcess, pieces: number) => Promise<void>,
): Promise<Findings> {
  await prefill(run.databaseFile, { sessions: 1, messagesEach: 0, chars: 1 });
  const server = await run.startServer();
  const before = readUsedBytes(run.databaseFile);
  const pieces = run.load(2000, { quick: 20 });
  const { serverCpuMs } = await run.measure(server, () => write(server, pieces));
  const grown = readUsedBytes(run.databaseFile) - before;
  return { "growth of each": grown / replies / 1000, "CPU of each": serverCpuMs / replies };
}

function readUsedBytes(file: string): number {
  const database = new SqliteFile(file, { readonly: true });
  const read = (name: string): number => Number(database.pragma(name, { simple: true }));
  const bytes = (read("page_count") - read("freelist_count")) * read("page_size");
  database.close();
  return bytes;
}
