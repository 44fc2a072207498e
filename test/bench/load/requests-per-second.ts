import { quantile } from "../quantile.ts";
import type { Figure, Findings, Run, Target } from "../row.ts";
import type { PinnedProcess } from "../start-pinned.ts";
import { loadHttp } from "./http-load.ts";

/** The figures of the rows of requests. The target is for the answers per second. */
export function requestFigures(target: Target): Figure[] {
  return [
    { name: "answers", unit: "/s", targets: [target] },
    { name: "p50", unit: "ms" },
    { name: "p99", unit: "ms" },
    // Other load on the machine changes the answers per second, and this figure much less.
    { name: "CPU per answer", unit: "µs" },
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
  const measured = await run.measure(server, () => loadHttp({ ...load, until: { ms } }));
  const { value: latencies, seconds, serverCpuMs } = measured;
  return {
    answers: latencies.length / seconds,
    p50: quantile(latencies, 0.5),
    p99: quantile(latencies, 0.99),
    "CPU per answer": (serverCpuMs * 1000) / latencies.length,
  };
}
