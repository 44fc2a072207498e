import { expect, test } from "vitest";
import { checkStream } from "./check-streams.ts";
import type { ReaderHistory, Seen } from "./history.ts";

/** A subscriber that had a position and got a `reset`. */
function resetTo(position: string, after: string): ReaderHistory<Seen> {
  const seq = Number(position.split(":")[1]);
  const items = [{ position, event: { type: "reset", seq, prev: 0 } }];
  const attachment = { after, isImpossible: false, knownPlaces: new Map(), items, heldUpBytes: 0, end: "" };
  return { door: "a door", session: "anew", comesBack: false, attachments: [attachment], isDone: true };
}

const epochs = ["first", "last"];

test.each([
  { position: "last:9", after: "last:3", startSeq: 8, wasDeleted: true, found: [] },
  { position: "last:9", after: "last:8", startSeq: 8, wasDeleted: true, found: ["RESET"] },
  // A copy was put back that had an earlier life of the session, or only the first.
  { position: "first:9", after: "first:8", startSeq: 8, wasDeleted: true, found: [] },
  { position: "first:9", after: "first:8", startSeq: 0, wasDeleted: true, found: [] },
  { position: "first:9", after: "first:9", startSeq: 0, wasDeleted: true, found: ["RESET"] },
  { position: "first:9", after: "first:0", startSeq: 0, wasDeleted: true, found: ["RESET"] },
  { position: "first:9", after: "first:8", startSeq: 0, wasDeleted: false, found: ["RESET"] },
])(
  "the checker finds $found if a subscriber after $after is reset to $position, the session's life began at $startSeq, and wasDeleted is $wasDeleted [RESET-2]",
  ({ position, after, startSeq, wasDeleted, found }) => {
    const violations = checkStream(resetTo(position, after), { epochs, startSeq, wasDeleted });
    expect(violations.map(({ name }) => name)).toEqual(found);
  },
);
