import { setTimeout as wait } from "node:timers/promises";
import type { Backups } from "./backups.ts";
import type { Random } from "../support/random.ts";
import type { Progress } from "./progress.ts";
import type { Scenario } from "./scenario.ts";
import type { ServerUnderFire } from "./server-under-fire.ts";
import type { Direction, Link } from "./tcp-proxy.ts";

/** The duration of a pause of the server, in milliseconds: longer than its wait for a pong ({@link standingStill}). */
const standstillMs = 1400;

/** Settings that make the server's timeouts shorter than a pause. */
export const standingStill = { PING_SECONDS: "1" };

/** The most connections that are held up at a time, so that some writer, and thus the run, makes progress. */
const maxHeldUp = 3;

/** The number of each fault in this many operations. */
export type ServerFaults = Pick<
  Scenario,
  "linkFaults" | "cuts" | "kills" | "terminations" | "freezes" | "standstills" | "restores" | "operations"
>;

type Stage = {
  server: ServerUnderFire;
  scenario: ServerFaults;
  random: Random;
  progress: Progress;
  backups: Backups;
};

/** Causes the scenario's faults, each at its moment of the writers' work, and ends when everything works again. */
export async function runFaults({ server, scenario, random, progress, backups }: Stage): Promise<void> {
  const heldUp: Link[] = [];
  const { linkFaults, cuts, kills, terminations, freezes, standstills, restores, operations } = scenario;
  const restart = (signal: "SIGKILL" | "SIGTERM") => async (): Promise<void> => {
    // Not directly after an answer, but in the middle of the next work.
    await wait(random.below(8));
    await server.restart(signal);
  };
  const faults = [
    ...times(linkFaults, () => disturb),
    ...times(cuts, () => async () => {
      for (const link of server.links) link.reset();
    }),
    ...times(kills, () => restart("SIGKILL")),
    ...times(terminations, () => restart("SIGTERM")),
    ...times(restores, () => restore),
    ...times(freezes, () => () => server.freeze(20 + random.below(120))),
    ...times(standstills, () => () => server.freeze(standstillMs + random.below(400))),
  ].map((act) => ({ act, at: random.below(operations) }));

  await Promise.all(
    faults.map(async ({ act, at }) => {
      await progress.until(at);
      await act(at);
    }),
  );
  for (const link of heldUp) link.release();

  async function restore(at: number): Promise<void> {
    const anyEnd = (): "SIGKILL" | "SIGTERM" => random.pick(["SIGKILL", "SIGTERM"]);
    const leavesLog = random.fraction() < 0.5;
    const copy = await backups.make(anyEnd());
    await progress.until(at + 10 + random.below(60));
    await backups.putBack(copy, anyEnd(), { leavesLog });
  }

  async function disturb(at: number): Promise<void> {
    const { links } = server;
    if (links.length === 0) return;
    const link = random.pick(links);
    const direction = random.pick<Direction>(["toServer", "toClient"]);
    const fault = random.pick(["reset", "end", "halve", "stall", "delay"]);
    if (fault === "reset") link.reset();
    if (fault === "end") link.end();
    if (fault === "halve") link.halve(direction);
    if (fault !== "stall" && fault !== "delay") return;
    if (fault === "stall") link.stall(direction);
    else link.delay(direction, 1 + random.below(20));
    heldUp.push(link);
    if (heldUp.length > maxHeldUp) heldUp.shift()?.release();
    await progress.until(at + 10 + random.below(50));
    link.release();
  }
}

function times<Item>(count: number, make: () => Item): Item[] {
  return Array.from({ length: count }, make);
}
