import type { Progress } from "../faults/progress.ts";
import type { Random } from "../support/random.ts";
import type { ClientScenario } from "./client-scenario.ts";
import type { ClientUnderFire } from "./client-under-fire.ts";

/** The longest absence of a client's network, in acts of the clients. */
const longestAbsence = 30;

/** Causes the scenario's faults of clients and their networks, each at its moment of the clients' work. */
export async function runClientFaults({
  clients,
  scenario,
  random,
  progress,
}: {
  clients: readonly ClientUnderFire[];
  scenario: ClientScenario;
  random: Random;
  progress: Progress;
}): Promise<void> {
  const { crashes, departures, gatewayPages, silences, operations } = scenario;
  const lasting = clients.filter(({ isLasting }) => isLasting);
  const faults = [
    ...times(lasting.length > 0 ? crashes : 0, () => random.pick(lasting).startAnew("crash")),
    ...times(lasting.length > 0 ? departures : 0, () => random.pick(lasting).startAnew("leave")),
    ...times(gatewayPages, (at: number) => answerPages(random.pick(clients), at)),
    ...times(silences, (at: number) => silence(random.pick(clients), at)),
  ].map((act) => ({ act, at: random.below(operations) }));
  await Promise.all(
    faults.map(async ({ act, at }) => {
      await progress.until(at);
      await act(at);
    }),
  );

  async function answerPages({ proxy }: ClientUnderFire, at: number): Promise<void> {
    proxy.isGatewayAlone = true;
    for (const link of proxy.links) link.reset();
    await progress.until(at + 1 + random.below(longestAbsence));
    proxy.isGatewayAlone = false;
  }

  async function silence({ proxy }: ClientUnderFire, at: number): Promise<void> {
    const { links } = proxy;
    for (const link of links) {
      link.stall("toServer");
      link.stall("toClient");
    }
    await progress.until(at + 1 + random.below(longestAbsence));
    for (const link of links) link.release();
  }
}

function times<Act>(count: number, act: Act): Act[] {
  return Array.from({ length: count }, () => act);
}
