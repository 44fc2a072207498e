import { connect } from "node:net";
import SqliteFile from "better-sqlite3";
import type { Message } from "../../server/contract/message.ts";
import type { Random } from "../support/random.ts";
import { parseAnswer } from "../support/raw-request.ts";
import type { WriteDoor } from "./write-doors.ts";

/** Another program that writes to the tables as the server does. It has the file open during the whole run. */
export function openTool(file: string): WriteDoor {
  const database = new SqliteFile(file, { timeout: 2000 });
  const takePlace = database
    .prepare<[string], number>(
      `update chatsession set seq = seq + 1, list_seq = (select max(list_seq) + 1 from chatsession)
        where id = ? and deleted = 0 returning seq`,
    )
    .pluck();
  const insert = database.prepare<[string, string, number], Message>(
    `insert into message (session_id, content, sender, timestamp, seq)
      values (?, ?, 'user', '2025-11-30T12:00:00Z', ?) returning id, session_id, content, sender, timestamp`,
  );
  const store = database.transaction((session: string, content: string): Message | undefined => {
    const seq = takePlace.get(session);
    return seq === undefined ? undefined : insert.get(session, content, seq);
  });
  return {
    name: "a tool",
    takes: (operation) => operation.type === "send" && operation.key === undefined,
    async perform(session, operation) {
      try {
        const message = "content" in operation ? store.immediate(session, operation.content) : undefined;
        return message ? { outcome: "done", message } : { outcome: "refused", code: "NOT_FOUND" };
      } catch {
        return { outcome: "unknown" };
      }
    },
    close: () => void database.close(),
  };
}

const junk = [
  "junk\r\n\r\n",
  "\0\0\0\0",
  "{}\n",
  "GET",
  "POST / HTTP/1.1\r\nContent-Length: x\r\n\r\n",
  "\x16\x03\x01",
];

/** Requests on separate connections that are followed by junk bytes, such as a longer body than announced. */
export function junkAfterRequests({ url }: { url: string }, random: Random): WriteDoor {
  return {
    name: "REST with junk after it",
    takes: (operation) => operation.type === "send",
    async perform(session, operation) {
      if (operation.type !== "send") return { outcome: "unknown" };
      const body = JSON.stringify({ content: operation.content, sender: "user" });
      const key = operation.key === undefined ? "" : `Idempotency-Key: ${operation.key}\r\n`;
      const { hostname, port } = new URL(url);
      const socket = connect(Number(port), hostname);
      const chunks: Buffer[] = [];
      socket.on("data", (chunk: Buffer) => chunks.push(chunk));
      socket.on("error", () => undefined);
      socket.write(
        `POST /api/sessions/${session}/messages HTTP/1.1\r\nHost: 127.0.0.1\r\n${key}` +
          `Content-Type: application/json\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}${random.pick(junk)}`,
      );
      // Some of the junk may be the beginning of a request that never ends.
      setTimeout(() => socket.end(), 50);
      await new Promise((ended) => socket.once("close", ended));
      return toAnswer(Buffer.concat(chunks).toString());
    },
    close: () => undefined,
  };
}

function toAnswer(text: string): Awaited<ReturnType<WriteDoor["perform"]>> {
  try {
    const { status, headers, body } = parseAnswer(text);
    const answer = JSON.parse(body.slice(0, Number(headers["content-length"]))) as Message & { code: string };
    if (status === 200) return { outcome: "done", message: answer };
    return status === 503 ? { outcome: "unknown" } : { outcome: "refused", code: answer.code };
  } catch {
    // The connection ended before or during the answer.
    return { outcome: "unknown" };
  }
}
