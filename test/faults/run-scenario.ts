import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { Random } from "../support/random.ts";
import { makeTemporaryFolder } from "../support/temporary-folder.ts";
import { Backups } from "./backups.ts";
import type { FollowDoor } from "./follow-doors.ts";
import { eventDoors, listDoors, messageDoor } from "./follow-doors.ts";
import { parsePosition } from "./history.ts";
import type { History, ReaderHistory, Seen, ShownMessage, StoredMessage } from "./history.ts";
import { Progress } from "./progress.ts";
import { openTool } from "./odd-write-doors.ts";
import { httpReplyDoors } from "./reply-doors.ts";
import { replyLeaseSeconds } from "./reply-history.ts";
import { runFaults, standingStill } from "./run-faults.ts";
import type { Reading } from "./run-reader.ts";
import { runReader } from "./run-reader.ts";
import { ReplyWriting, runReplyWriter } from "./run-reply-writers.ts";
import { runWriter, Writing } from "./run-writers.ts";
import type { Scenario } from "./scenario.ts";
import { recreatedSession, sessionsOf } from "./scenario.ts";
import type { Product } from "./server-under-fire.ts";
import { ServerUnderFire } from "./server-under-fire.ts";
import { countOpenReplies, findFileFaults, readStored } from "./stored-state.ts";
import { httpWriteDoors } from "./write-doors.ts";

/** The pause between two looks for replies that are still open, in milliseconds. */
const leaseLookMs = 50;

/** Runs a scenario against the real server, and tells all that was seen. */
export async function runScenario(scenario: Scenario, product: Product = {}): Promise<History> {
  const databaseFile = join(makeTemporaryFolder(), "ai_desk.db");
  const server = await ServerUnderFire.start({
    databaseFile,
    product,
    clockSeed: scenario.seed,
    environment: {
      REPLY_LEASE_SECONDS: String(replyLeaseSeconds),
      ...(scenario.standstills > 0 && standingStill),
    },
    hasSecond: scenario.secondServer,
  });
  const seeds = new Random(scenario.seed);
  const nextRandom = (): Random => new Random(seeds.below(2 ** 31));
  const progress = new Progress(scenario.operations);
  const writing = new Writing(server, scenario.patienceMs);
  const replyWriting = new ReplyWriting(server, writing);
  const quiet = Promise.withResolvers<ReturnType<typeof readStored>>();
  const gaveUp = quiet.promise.then(() => wait(scenario.patienceMs, undefined, { ref: false }));
  const sessions = sessionsOf(scenario);
  const direct = httpWriteDoors(server).slice(0, 1);
  for (const session of sessions) {
    await writing.perform(direct, seeds, session, { type: "create", title: "first" });
  }

  const tool = scenario.tool ? openTool(databaseFile) : undefined;
  const backups = new Backups(server, () => writing.beginAnew());
  const running: Promise<void>[] = [];
  const readers = startReaders();
  await Promise.all([
    runFaults({ server, scenario, random: nextRandom(), progress, backups }),
    ...Array.from({ length: scenario.writers }, () =>
      runWriter(writing, { server, scenario, random: nextRandom(), progress, tool }),
    ),
    ...Array.from({ length: scenario.replyWriters }, (_, index) =>
      runReplyWriter(replyWriting, {
        name: `writer ${index}`,
        server,
        scenario,
        random: nextRandom(),
        progress,
      }),
    ),
  ]);
  for (const link of server.links) link.release();
  await server.up;
  await untilLeasesEnd(databaseFile, scenario.patienceMs);
  await writeLast();
  const final = readStored(databaseFile);
  quiet.resolve(final);
  await Promise.all(running);
  await server.stopAll();
  // Last, because the program that closes the file last removes its log.
  tool?.close();
  const incidents = [...server.incidents, ...(await findFileFaults(databaseFile))];
  return {
    ...readers,
    ...final,
    calls: writing.calls,
    replies: replyWriting.replies,
    begunAnewAt: writing.begunAnewAt,
    epochs: backups.epochs,
    incidents,
    isUndisturbed: scenario.standstills > 0,
  };

  /** The last of all writes, of each kind at some seed. No later write could hide that it was not published. */
  async function writeLast(): Promise<void> {
    // The write of the other server reaches these subscribers only through the file.
    const last = { url: server.secondUrl ?? server.url };
    const doors = httpWriteDoors(last);
    for (const session of sessions) {
      if (session === recreatedSession) {
        await writing.perform(doors, seeds, session, { type: "create", title: "anew" });
      }
      const type =
        scenario.lastOperation ?? seeds.pick(["send", "edit", "delete", "rename", "reply"] as const);
      if (type === "reply") {
        await replyWriting.writeLast(httpReplyDoors(last), seeds, session);
        continue;
      }
      const send = writing.send(seeds, { session, large: false, heavy: false, withKey: true });
      const change = type === "edit" || type === "delete" ? writing.change(seeds, session, type) : undefined;
      await writing.perform(doors, seeds, session, type === "rename" ? writing.rename() : (change ?? send));
    }
  }

  function startReaders(): Pick<History, "readers" | "messageReaders" | "listReaders"> {
    const { promise } = quiet;
    const count = Array.from({ length: scenario.readers });
    const ofEvents = sessions.flatMap((session) =>
      count.flatMap(() =>
        eventDoors.map((door) =>
          start<Seen>(door as unknown as FollowDoor<Seen>, {
            ...ofPositions(session, () => readers.readers),
            isAtEnd: promise.then(({ epoch, stored }) =>
              hasGotTo(epoch, stored.find(({ id }) => id === session)?.seq ?? 0),
            ),
          }),
        ),
      ),
    );
    const ofMessages = sessions.map((session) =>
      start<ShownMessage>(messageDoor, {
        session,
        positionOf: ({ id }) => String(id),
        start: "0",
        strays: false,
        knownPlaces: () => new Map(),
        isAtEnd: promise.then(({ stored }) =>
          hasAll(stored.find(({ id }) => id === session)?.messages ?? []),
        ),
      }),
    );
    const ofList = listDoors.map((door) =>
      start<Seen>(door as unknown as FollowDoor<Seen>, {
        ...ofPositions("the list", () => readers.listReaders),
        isAtEnd: promise.then(({ epoch, stored }) =>
          hasGotTo(epoch, Math.max(...stored.map(({ list_seq }) => list_seq))),
        ),
      }),
    );
    return { readers: ofEvents, messageReaders: ofMessages, listReaders: ofList };
  }

  function start<Item>(door: FollowDoor<Item>, reading: Reading<Item>): ReaderHistory<Item> {
    const history: ReaderHistory<Item> = {
      door: door.name,
      session: reading.session,
      comesBack: door.comesBack === true,
      attachments: [],
      isDone: false,
    };
    const { moody, heavy } = scenario;
    const stage = {
      server,
      random: nextRandom(),
      progress,
      moody,
      heavy,
      published: () => writing.publishedBytes(reading.session),
      gaveUp,
    };
    const isLate = moody && stage.random.fraction() < 0.3;
    const began = isLate ? progress.until(stage.random.below(scenario.operations)) : Promise.resolve();
    running.push(began.then(() => runReader(door, reading, stage, history)));
    return history;
  }
}

/** Waits until the leases of the replies that were left have ended them, or for too long. */
async function untilLeasesEnd(databaseFile: string, patienceMs: number): Promise<void> {
  const untilMs = performance.now() + replyLeaseSeconds * 1000 + patienceMs;
  while (countOpenReplies(databaseFile) > 0 && performance.now() < untilMs) await wait(leaseLookMs);
}

/** Whether one of the positions is this one or, in its epoch, beyond it. */
function hasGotTo(epoch: string, last: number): (positions: readonly string[]) => boolean {
  return (positions) =>
    positions.map(parsePosition).some((each) => each.place >= last && ["", epoch].includes(each.epoch));
}

/** Whether one of the message ids is that of the message that became complete last, or of a later one. */
function hasAll(messages: readonly StoredMessage[]): (ids: readonly string[]) => boolean {
  const places = new Map(messages.map((row) => [row.id, row.complete_id ?? row.id]));
  const living = messages.filter(({ deleted }) => !deleted);
  const last = Math.max(0, ...living.map((row) => row.complete_id ?? row.id));
  return (ids) => ids.map(Number).some((id) => (places.get(id) ?? id) >= last);
}

/** Subscribes by positions, which may be any. */
function ofPositions(session: string, all: () => ReaderHistory<Seen>[]) {
  return {
    session,
    positionOf: ({ position }: Seen) => position,
    start: undefined,
    strays: true,
    knownPlaces() {
      const places = new Map<string, number>();
      for (const { attachments } of all().filter((reader) => reader.session === session)) {
        for (const { position } of attachments.flatMap(({ items }) => items.slice(-1))) {
          const { epoch, place } = parsePosition(position);
          places.set(epoch, Math.max(place, places.get(epoch) ?? 0));
        }
      }
      return places;
    },
  };
}
