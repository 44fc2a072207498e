import { eventDoors } from "./doors.ts";

/** The task of the reader: to read a session from its beginning to a position, to say so, and leave. */
export type CatchUp = { door: string; url: string; sessionId: string; position: number };

// A process of its own: what it reads must not keep those waiting whose delivery is measured meanwhile.
process.on("message", (catchUp: CatchUp) => void read(catchUp));

async function read({ door, url, sessionId, position }: CatchUp): Promise<void> {
  const feed = await eventDoors.find(({ name }) => name === door)?.open({ url, sessionId, after: 0 });
  await feed?.until(position);
  process.send?.("caught up");
  feed?.close();
}
