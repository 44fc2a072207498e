import type { Run } from "../row.ts";
import type { PinnedProcess } from "../start-pinned.ts";
import type { LiveDoor } from "./doors.ts";
import type { Feed } from "./feed.ts";
import { HttpConnection } from "./http-connection.ts";
import { openAll } from "./open-all.ts";
import { steadily } from "./publish.ts";
import { WrittenReply } from "./written-reply.ts";

const perSecond = 100;

/** A reply in the session `s0`, of so many appends, 100 a second, to subscribers on this door. */
export type GrowingReply = {
  door: LiveDoor;
  subscribers: number;
  pieces: number;
  /** The length of a reply before it, which is not counted. */
  warmUp: number;
  /** The last position of the session before it; 0 by default. */
  position?: number;
};

export type GrownReply = {
  /** The deltas that all subscribers got together. */
  deltas: number;
  seconds: number;
  serverCpuMs: number;
  /** The bytes that all subscribers got together, from its opening on. */
  bytes: number;
  /** Those of them that came before its end. */
  bytesBeforeEnd: number;
  /** The last position of the session. */
  position: number;
};

export async function growReply(run: Run, server: PinnedProcess, reply: GrowingReply): Promise<GrownReply> {
  const { door, subscribers, pieces, warmUp } = reply;
  const { url } = server;
  let deltas = 0;
  const onDelta = (): number => (deltas += 1);
  const feeds = await openAll(subscribers, () => door.open({ url, sessionId: "s0", onDelta }));
  const connection = await HttpConnection.open(url);
  let { position = 0 } = reply;
  const reach = async (seqs: number): Promise<void> => {
    position += seqs;
    await Promise.all(feeds.map((feed) => feed.until(position)));
  };
  const write = async (count: number): Promise<number> => {
    const written = await writeSteadily(connection, count);
    // Its opening and each append have a position.
    await reach(1 + count);
    const bytes = countBytes(feeds);
    await written.finish();
    await reach(1);
    return bytes;
  };
  await write(warmUp);
  deltas = 0;
  const before = countBytes(feeds);
  const { value: beforeEnd, seconds, serverCpuMs } = await run.measure(server, () => write(pieces));
  const all = countBytes(feeds);
  connection.close();
  for (const feed of feeds) feed.close();
  return { deltas, seconds, serverCpuMs, position, bytes: all - before, bytesBeforeEnd: beforeEnd - before };
}

/** Writes a reply at a steady rate, and leaves it open. */
async function writeSteadily(connection: HttpConnection, pieces: number): Promise<WrittenReply> {
  const reply = await WrittenReply.open(connection, "s0");
  let last = Promise.resolve();
  await steadily({ perSecond, seconds: pieces / perSecond }, () => (last = last.then(() => reply.append())));
  return reply;
}

function countBytes(feeds: readonly Feed[]): number {
  return feeds.reduce((sum, feed) => sum + feed.bytesRead(), 0);
}
