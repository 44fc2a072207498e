import { join } from "node:path";
import { Backups } from "../faults/backups.ts";
import { Progress } from "../faults/progress.ts";
import { runFaults } from "../faults/run-faults.ts";
import { ServerUnderFire } from "../faults/server-under-fire.ts";
import { findFileFaults, readStored } from "../faults/stored-state.ts";
import { Random } from "../support/random.ts";
import { makeTemporaryFolder } from "../support/temporary-folder.ts";
import { createHttpClient } from "../support/trpc-clients.ts";
import type { StoreHistory } from "./client-history.ts";
import type { ClientScenario } from "./client-scenario.ts";
import { maxMessageChars, sharedSession } from "./client-scenario.ts";
import { ClientUnderFire } from "./client-under-fire.ts";
import { OtherProgram } from "./other-program.ts";
import { runClientFaults } from "./run-client-faults.ts";

/** The last message of each session. */
const marker = "the last one~";

/** More sessions than a run has. */
const listLimit = 500;

/**
 * Runs a scenario against the real server, with the client of the product at `root`, and returns everything observed.
 */
export async function runClientScenario(scenario: ClientScenario, root?: string): Promise<StoreHistory> {
  const folder = makeTemporaryFolder();
  const databaseFile = join(folder, "ai_desk.db");
  const environment = { MAX_MESSAGE_CHARS: String(maxMessageChars), PING_SECONDS: "1" };
  const server = await ServerUnderFire.start({ databaseFile, environment, clockSeed: scenario.seed });
  const seeds = new Random(scenario.seed);
  const nextRandom = (): Random => new Random(seeds.below(2 ** 31));
  const progress = new Progress(scenario.operations);
  const other = new OtherProgram(server, nextRandom());
  await createHttpClient(server.url).session.create.mutate({ id: sharedSession });
  for (let sent = 0; sent < scenario.earlier; sent += 1) await other.send(other.nextContent());

  const restores: { from: number; to: number }[] = [];
  const headStarts: Promise<void>[] = [];
  const backups = new Backups(server, () => {
    const restore = { from: Date.now(), to: Number.POSITIVE_INFINITY };
    restores.push(restore);
    void server.up.then(() => (restore.to = Date.now()));
    if (scenario.headStart > 0) headStarts.push(startBeforeClients());
  });
  /** Lets other programs reach the server first. */
  async function startBeforeClients(): Promise<void> {
    for (const { proxy } of clients) proxy.isGatewayAlone = true;
    await other.hurry(scenario.headStart);
    for (const { proxy } of clients) proxy.isGatewayAlone = false;
  }
  const clients: ClientUnderFire[] = [];
  for (const [index, kind] of scenario.clients.entries()) {
    const { acts, pauseMs, shares, patienceMs } = scenario;
    const onAct = (): void => void (progress.begin() && progress.end());
    const name = `client-${index + 1}`;
    const proxy = await server.openProxy();
    const latencies = nextRandom();
    if (scenario.latencyMs > 0) proxy.latencyMs = () => latencies.pick([0, scenario.latencyMs]);
    clients.push(
      new ClientUnderFire({
        kind,
        name,
        acts,
        pauseMs,
        shares,
        patienceMs,
        root,
        folder,
        proxy,
        random: nextRandom(),
        onAct,
      }),
    );
  }
  const faults = runFaults({ server, scenario, random: nextRandom(), progress, backups });
  await Promise.all([
    faults,
    runClientFaults({ clients, scenario, random: nextRandom(), progress }),
    other.run(scenario.others, scenario.operations, progress),
    ...clients.map(({ idle }) => idle),
  ]);

  await Promise.all(headStarts);
  for (const { proxy } of clients) proxy.latencyMs = undefined;
  for (const link of server.links) link.release();
  await server.up;
  await Promise.all(clients.map((client) => client.ask({ type: "finish" }, "drained")));
  const sessions = readStored(databaseFile).stored.flatMap(({ id, deleted }) => (deleted ? [] : [id]));
  for (const session of sessions) await other.send(marker, session);
  await Promise.all(clients.map((client) => client.ask({ type: "marked", marker, sessions }, "settled")));
  const { stored } = readStored(databaseFile);
  const { items } = await createHttpClient(server.url).session.list.query({
    order: "activity",
    limit: listLimit,
  });
  for (const link of server.links) {
    link.stall("toServer");
    link.stall("toClient");
  }
  await Promise.all(clients.map((client) => client.ask({ type: "watch" }, "watched")));
  for (const link of server.links) link.release();
  await Promise.all(clients.map((client) => client.end()));
  await server.stopAll();
  return {
    clients: clients.map(({ history }) => history),
    stored,
    listed: items.map(({ id, title }) => [id, title]),
    restores,
    incidents: [...server.incidents, ...(await findFileFaults(databaseFile))],
  };
}
