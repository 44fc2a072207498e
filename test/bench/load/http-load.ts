import { HttpConnection } from "./http-connection.ts";

export type HttpLoad = {
  url: string;
  connections: number;
  /** A whole request, the same each time. */
  request: string;
  /** When it is enough: so many answers, or so long. */
  until: { answers: number } | { ms: number };
};

/** Asks over all connections, each as soon as it has its answer. @returns how long each answer took, in milliseconds. */
export async function loadHttp({ url, connections, request, until }: HttpLoad): Promise<number[]> {
  const open = await Promise.all(Array.from({ length: connections }, () => HttpConnection.open(url)));
  const latencies: number[] = [];
  const begin = performance.now();
  let asked = 0;
  const goesOn = (): boolean =>
    "answers" in until ? asked < until.answers : performance.now() - begin < until.ms;
  await Promise.all(
    open.map(async (connection) => {
      while (goesOn()) {
        const at = performance.now();
        asked += 1;
        await connection.ask(request);
        latencies.push(performance.now() - at);
      }
    }),
  );
  for (const connection of open) connection.close();
  return latencies;
}
