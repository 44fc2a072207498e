import { quantile } from "../quantile.ts";
import type { Figure, Findings, Run, Target } from "../row.ts";
import type { PinnedProcess } from "../start-pinned.ts";
import { loadHttp } from "./http-load.ts";

/** What the rows of requests find. The target is for the answers per second. */
export function requestFigures(target: Target): Figure[] {
  return [
    { name: "answers", unit: "/s", targets: [target] },
    { name: "p50", unit: "ms" },
    { name: "p99", unit: "ms" },
  ];
}

/**
 * Asks over 32 keep-alive connections, each of which asks again when it has its answer: one second that is not counted,
 * then five that are.
 */
export async function countAnswers(run: Run, server: PinnedProcess, request: string): Promise<Findings> {
  const load = { url: server.url, connections: 32, request };
  await loadHttp({ ...load, until: { ms: run.load(1000, { quick: 50 }) } });
  const ms = run.load(5000, { quick: 100 });
  const { value, seconds } = await run.measure(server, () => loadHttp({ ...load, until: { ms } }));
  return { answers: value.length / seconds, p50: quantile(value, 0.5), p99: quantile(value, 0.99) };
}
