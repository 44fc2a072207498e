import { setTimeout as wait } from "node:timers/promises";
import type { Random } from "../support/random.ts";
import type { Followed, FollowDoor } from "./follow-doors.ts";
import type { Attachment, ReaderHistory } from "./history.ts";
import { parsePosition } from "./history.ts";
import { holdUp } from "./hold-up.ts";
import type { Progress } from "./progress.ts";
import type { ServerUnderFire } from "./server-under-fire.ts";

/** The facts that a subscriber needs about its items. */
export type Reading<Item> = {
  session: string;
  /** The position to resume after this item. */
  positionOf: (item: Item) => string;
  /** The position at which it begins; undefined begins at the current state. */
  start: string | undefined;
  /** Whether it may resume with any position, including an impossible one. */
  strays: boolean;
  /** For each epoch the highest known position of any subscriber. */
  knownPlaces: () => ReadonlyMap<string, number>;
  /** Whether a subscriber that had these positions has everything. Resolves after the last write. */
  isAtEnd: Promise<(positions: readonly string[]) => boolean>;
};

export type ReaderStage = {
  server: ServerUnderFire;
  random: Random;
  progress: Progress;
  /** Whether it leaves and returns. */
  moody: boolean;
  /** Whether it is held up for so long that it falls behind. */
  heavy: boolean;
  /** The least number of bytes that were published to it so far. */
  published: () => number;
  /** Resolves when its time is over. */
  gaveUp: Promise<unknown>;
};

/** A subscriber through one door, which reconnects whenever its connection ends, until it is at the end. */
export async function runReader<Item>(
  door: FollowDoor<Item>,
  reading: Reading<Item>,
  { server, random, progress, moody, heavy, published, gaveUp }: ReaderStage,
  history: ReaderHistory<Item>,
): Promise<void> {
  const { session, positionOf, isAtEnd } = reading;
  const known: string[] = [];
  const proxy = await server.openProxy();
  const outOfTime = gaveUp.then(() => "out of time" as const);

  for (;;) {
    if ((await Promise.race([server.up, outOfTime])) === "out of time") return;
    const { after, isImpossible } = chooseBeginning();
    const attachment: Attachment<Item> = {
      after,
      isImpossible,
      knownPlaces: reading.knownPlaces(),
      items: [],
      heldUpBytes: 0,
      end: "",
    };
    const following = door.follow(proxy, { session, after });
    attachment.items = following.events.items;
    history.attachments.push(attachment);
    const start = after === undefined || isImpossible ? [] : [after];
    const done = isAtEnd.then(async (isEnough) => {
      await following.events.until((items) => isEnough([...start, ...items.map(positionOf)]));
      return "done" as const;
    });
    const how = await Promise.race([following.ended, done, outOfTime, leave(following, attachment)]);
    attachment.items = [...following.events.items];
    attachment.end = how === "done" || how === "out of time" ? "" : how;
    // A subscriber that begins again has only what came then: it has no longer been at later positions.
    if (start.some((position) => parsePosition(position).place === 0) && attachment.items.length > 0)
      known.length = 0;
    known.push(...attachment.items.map(positionOf));
    following.stop();
    history.isDone = how === "done";
    if (how === "done" || how === "out of time") return;
    // A pause, as clients make one, so that a refused subscriber does not ask without end.
    await wait(random.below(10));
  }

  function chooseBeginning(): { after: string | undefined; isImpossible: boolean } {
    const last = known.at(-1) ?? reading.start;
    if (!reading.strays || !moody || last === undefined) return good(last);
    const choice = random.fraction();
    const { epoch, place } = parsePosition(last);
    if (choice < 0.06) return good(undefined);
    if (choice < 0.1) return good(random.pick(["0", `${epoch}:0`]));
    if (choice < 0.18) return good(random.pick(known));
    if (choice > 0.22) return good(last);
    const impossible = [`${epoch}:${place + 1_000_000}`, `0123abcd:${place}`, "-1", "nowhere"];
    return { after: random.pick(impossible), isImpossible: true };
  }

  /** Leaves after a while, or stops reading for a while. */
  async function leave(following: Followed<Item>, attachment: Attachment<Item>): Promise<string> {
    const moods = heavy
      ? (["go on", "hold up", "hold up", "cut", "stop"] as const)
      : (["go on", "go on", "pause", "cut", "stop"] as const);
    for (;;) {
      const count = following.events.items.length + 1 + random.below(heavy ? 10 : 40);
      await following.events.until((items) => items.length >= count);
      if (!moody || progress.isOver) return new Promise(() => undefined);
      const mood = random.pick<(typeof moods)[number]>(moods);
      if (mood === "cut") following.cut();
      if (mood === "cut" || mood === "stop") return "stopped";
      if (mood === "hold up") {
        const operations = 45 + random.below(25);
        const bytes = await holdUp(proxy, { server, progress, operations, published });
        attachment.heldUpBytes = Math.max(attachment.heldUpBytes, bytes);
      }
      if (mood !== "pause") continue;
      following.pause();
      await progress.until(random.below(300));
      following.resume();
    }
  }
}

function good(after: string | undefined): { after: string | undefined; isImpossible: boolean } {
  return { after, isImpossible: false };
}
