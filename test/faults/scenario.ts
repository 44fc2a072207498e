import { Random } from "../support/random.ts";

/** The events of a run, as far as a seed determines them. Their order depends on the machine. */
export type Scenario = {
  seed: number;
  /** How many operations the writers share. */
  operations: number;
  writers: number;
  /** How many readers of live events there are to each session and door. */
  readers: number;
  sessions: readonly string[];
  /** How often, over the run, a random connection is cut, halved, stalled or slowed down. */
  linkFaults: number;
  /** How often all connections are cut at once. */
  cuts: number;
  kills: number;
  terminations: number;
  /** How often the server stands still for a moment. */
  freezes: number;
  /** How often it stands still for longer than it waits for any WebSocket. Readers are then disturbed by nothing else. */
  standstills: number;
  /** Whether another server has the same file, and takes some of the writes. */
  secondServer: boolean;
  /** Whether a program of somebody else's writes to the file too. */
  tool: boolean;
  /** Whether some requests have junk after them. */
  junk: boolean;
  /** How often a copy of the database file is put back that was made earlier in the run. */
  restores: number;
  /** Whether readers come and go, stop reading, and come back with whatever position. */
  moody: boolean;
  /** Whether some contents are so large that a reader which stops reading falls behind. */
  large: boolean;
  /** Whether most contents are, and readers are held up until they have fallen behind. */
  heavy: boolean;
  /** Whether one more session is deleted and made anew. */
  recreates: boolean;
  /** The last operation on each session; by default one that the seed chooses. */
  lastOperation?: "send" | "edit" | "delete" | "rename";
  /** How long a call may take, and a reader to get to the end after all is quiet, in milliseconds. */
  patienceMs: number;
};

/** The session of a scenario that is deleted and made anew. */
export const recreatedSession = "anew";

/** The scenario of a seed: a bit of everything, in its own mixture. */
export function scenarioOf(seed: number): Scenario {
  const random = new Random(seed * 7919);
  const mixture: Scenario = {
    seed,
    operations: 150 + random.below(150),
    writers: 4 + random.below(5),
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
    // It is waited out by what is wrong alone, so it leaves room for a busy machine.
    patienceMs: 60_000,
    restores: 0,
  };
  if (random.fraction() < 0.15) {
    const undisturbed = { linkFaults: 0, cuts: 0, kills: 0, terminations: 0, moody: false, heavy: false };
    return { ...mixture, ...undisturbed, standstills: 2 };
  }
  if (!mixture.heavy) return new Random(seed * 104_729).fraction() < 0.3 ? restoring(mixture) : mixture;
  // A reader can only fall behind on a connection that lasts.
  const lasting = { sessions: ["a"], recreates: false, linkFaults: 8, cuts: 0, kills: 1, terminations: 0 };
  return { ...mixture, ...lasting, operations: 120 + random.below(60) };
}

/** A file is put back by hand while nobody has it open. */
function restoring(mixture: Scenario): Scenario {
  return { ...mixture, restores: 1, secondServer: false, tool: false };
}

/** One in which nothing goes wrong but what is planted. */
export const calm: Omit<Scenario, "seed"> = {
  operations: 60,
  writers: 4,
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
