import type { Feed } from "./feed.ts";
import { HttpConnection, postRequest } from "./http-connection.ts";
import { loadHttp } from "./http-load.ts";
import { stamp } from "./read-event.ts";

/** Sends messages over REST as fast as 32 connections have them answered. */
export async function publishAll(
  url: string,
  { sessionId, count, chars }: { sessionId: string; count: number; chars: number },
): Promise<void> {
  const request = postRequest(`/api/sessions/${sessionId}/messages`, {
    content: stamp(chars),
    sender: "user",
  });
  await loadHttp({ url, connections: 32, request, until: { answers: count } });
}

type Steady = { perSecond: number; seconds: number; chars: number };

/**
 * Sends messages over REST at a steady rate, whether or not the earlier ones have been answered, so that a server that
 * stalls is not spared meanwhile. @returns how many were sent.
 */
export async function publishSteadily(url: string, steady: Steady & { sessionId: string }): Promise<number> {
  const { sessionId, chars } = steady;
  const idle = await Promise.all(Array.from({ length: 8 }, () => HttpConnection.open(url)));
  const sent = await steadily(steady, async () => {
    const body = { content: stamp(chars), sender: "user" };
    // In turn: one that lay idle for long is closed by the server.
    const connection = idle.shift() ?? (await HttpConnection.open(url));
    await connection.ask(postRequest(`/api/sessions/${sessionId}/messages`, body));
    idle.push(connection);
  });
  for (const connection of idle) connection.close();
  return sent;
}

/** The same over plain WebSockets, one after the other. The answer is the message that their readers get. */
export function sendSteadily(senders: readonly Feed[], steady: Steady): Promise<number> {
  return steadily(steady, async (index) => {
    const text = JSON.stringify({ content: stamp(steady.chars), sender: "user" });
    senders[index % senders.length]?.send(text);
  });
}

/** Calls `send` so often in a second, and resolves with how often in all when each call is done. */
export async function steadily(
  { perSecond, seconds }: Pick<Steady, "perSecond" | "seconds">,
  send: (index: number) => Promise<void>,
): Promise<number> {
  const total = Math.round(perSecond * seconds);
  const begin = performance.now();
  const calls: Promise<void>[] = [];
  const sent = Promise.withResolvers<void>();
  const clock = setInterval(() => {
    const due = Math.min(total, ((performance.now() - begin) / 1000) * perSecond);
    while (calls.length < due) {
      const call = send(calls.length);
      call.catch(sent.reject);
      calls.push(call);
    }
    if (calls.length >= total) sent.resolve();
  }, 1);
  await sent.promise.finally(() => clearInterval(clock));
  await Promise.all(calls);
  return total;
}
