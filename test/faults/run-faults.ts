import { setTimeout as wait } from "node:timers/promises";
import type { Backups } from "./backups.ts";
import type { Random } from "../support/random.ts";
import type { Progress } from "./progress.ts";
import type { Scenario } from "./scenario.ts";
import type { ServerUnderFire } from "./server-under-fire.ts";
import type { Direction, Link } from "./tcp-proxy.ts";

/** How long the server stands still in a standstill, in milliseconds: longer than it waits for a pong ({@link standingStill}). */
const standstillMs = 1400;

/** Settings that make the server's timeouts shorter than a standstill. */
export const standingStill = { PING_SECONDS: "1" };

/** No more connections than these are held up at a time, so that some writer gets on, and with it the run. */
const maxHeldUp = 3;

/** How often each fault happens, over so many operations. */
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

/** Lets go wrong what the scenario wants, each at its moment of the writers' work, and ends when all is well again. */
export async function runFaults({ server, scenario, random, progress, backups }: Stage): Promise<void> {
  const heldUp: Link[] = [];
  const { linkFaults, cuts, kills, terminations, freezes, standstills, restores, operations } = scenario;
  const restart = (signal: "SIGKILL" | "SIGTERM") => async (): Promise<void> => {
    // Not right after an answer: in the middle of whatever comes then.
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
