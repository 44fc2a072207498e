import { Random } from "../support/random.ts";

/** The events of a run that a seed determines. Their order depends on the machine. */
export type Scenario = {
  seed: number;
  /** The number of operations that the writers share. */
  operations: number;
  writers: number;
  /** The number of writers of replies. They write as long as there are operations. */
  replyWriters: number;
  /** Whether they write to a session of their own, so that pieces follow each other and are told together. */
  repliesApart: boolean;
  /** The number of subscribers to live events for each session and door. */
  readers: number;
  sessions: readonly string[];
  /** How often, over the run, a random connection is cut, halved, stalled or delayed. */
  linkFaults: number;
  /** How often all connections are cut at once. */
  cuts: number;
  kills: number;
  terminations: number;
  /** How often the server is paused for a moment. */
  freezes: number;
  /**
   * How often the server is paused for longer than it waits for any WebSocket. Subscribers are then disturbed by
   * nothing else.
   */
  standstills: number;
  /** Whether another server has the same file open, and takes some of the writes. */
  secondServer: boolean;
  /** Whether another program writes to the file too. */
  tool: boolean;
  /** Whether some requests are followed by junk bytes. */
  junk: boolean;
  /** How often a copy of the database file from earlier in the run is put back. */
  restores: number;
  /** Whether subscribers leave and return, stop reading, and resume with arbitrary positions. */
  moody: boolean;
  /** Whether some contents are so large that a subscriber that stops reading falls behind. */
  large: boolean;
  /** Whether most contents are large, and subscribers are held up until they have fallen behind. */
  heavy: boolean;
  /** Whether one more session is deleted and created again. */
  recreates: boolean;
  /** The last operation on each session; by default the seed chooses it. */
  lastOperation?: "send" | "edit" | "delete" | "rename" | "reply";
  /** The time for a call, and for a subscriber to reach the end after the last write, in milliseconds. */
  patienceMs: number;
};

/** The session of a scenario that is deleted and created again. */
export const recreatedSession = "anew";

/** The session of a scenario that has only replies. */
export const sessionOfReplies = "replies";

/** All sessions of a scenario. */
export function sessionsOf({ sessions, recreates, repliesApart }: Scenario): string[] {
  return [...sessions, ...(recreates ? [recreatedSession] : []), ...(repliesApart ? [sessionOfReplies] : [])];
}

/** The scenario of a seed: a mixture of all kinds of events. */
export function scenarioOf(seed: number): Scenario {
  const random = new Random(seed * 7919);
  const mixture: Scenario = {
    seed,
    operations: 150 + random.below(150),
    writers: 4 + random.below(5),
    replyWriters: 1 + new Random(seed * 15_485_863).below(2),
    repliesApart: new Random(seed * 32_452_843).fraction() < 0.4,
    readers: 1,
    sessions: ["a", "b"].slice(0, 1 + random.below(2)),
    linkFaults: 10 + random.below(25),
    cuts: random.below(4),
    kills: 1 + random.below(3),
    terminations: random.below(2),
    freezes: random.below(3),
    moody: true,
    large: random.fraction() < 0.5,
    recreates: random.fraction() < 0.5,
    heavy: random.fraction() < 0.3,
    standstills: 0,
    secondServer: random.fraction() < 0.4,
    tool: random.fraction() < 0.4,
    junk: random.fraction() < 0.5,
    // Only a fault waits for the whole time, so it leaves room for a busy machine.
    patienceMs: 60_000,
    restores: 0,
  };
  if (random.fraction() < 0.15) {
    const undisturbed = { linkFaults: 0, cuts: 0, kills: 0, terminations: 0, moody: false, heavy: false };
    return { ...mixture, ...undisturbed, standstills: 2 };
  }
  if (!mixture.heavy) return new Random(seed * 104_729).fraction() < 0.3 ? restoring(mixture) : mixture;
  // A subscriber can only fall behind on a connection that lasts.
  const lasting = { sessions: ["a"], recreates: false, linkFaults: 8, cuts: 0, kills: 1, terminations: 0 };
  return { ...mixture, ...lasting, operations: 120 + random.below(60) };
}

/** A file is put back by hand while no program has it open. */
function restoring(mixture: Scenario): Scenario {
  return { ...mixture, restores: 1, secondServer: false, tool: false };
}

/** A scenario without faults but the planted one. */
export const calm: Omit<Scenario, "seed"> = {
  operations: 60,
  writers: 4,
  replyWriters: 0,
  repliesApart: false,
  readers: 1,
  sessions: ["a"],
  linkFaults: 0,
  cuts: 0,
  kills: 0,
  terminations: 0,
  freezes: 0,
  standstills: 0,
  secondServer: false,
  tool: false,
  junk: false,
  restores: 0,
  moody: false,
  large: false,
  heavy: false,
  recreates: false,
  patienceMs: 2000,
};
