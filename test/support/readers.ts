import { once } from "node:events";
import type { Client, LiveEvent } from "../../client-sdk/src/index.ts";
import { createEventStreamParser } from "./event-stream.ts";

/** Collects items, and resolves when there are enough. */
export class Collector<Item> {
  readonly items: Item[] = [];
  readonly #waiting = new Set<() => void>();

  readonly add = (item: Item): void => {
    this.items.push(item);
    for (const check of this.#waiting) check();
  };

  /** Resolves when `isEnough` accepts the items so far. */
  until(isEnough: (items: Item[]) => boolean): Promise<Item[]> {
    return new Promise((resolve) => {
      const check = (): void => {
        if (!isEnough(this.items)) return;
        this.#waiting.delete(check);
        resolve(this.items);
      };
      this.#waiting.add(check);
      check();
    });
  }

  count(count: number): Promise<Item[]> {
    return this.until((items) => items.length >= count);
  }
}

/** A frame of the plain WebSocket. */
export type Frame = {
  session_id?: string;
  message?: { id: number; content: string; sender: string; timestamp: string; key?: string };
  error?: { code: string; message: string; issues?: { path: string[]; message: string }[] };
};

/** An open plain WebSocket with its received frames. Rejects if the server refuses it. */
export async function openChat(
  wsUrl: string,
  sessionId: string,
  query = "",
): Promise<{
  socket: WebSocket;
  frames: Collector<Frame>;
  closed: Promise<CloseEvent>;
}> {
  const socket = new WebSocket(`${wsUrl}/ws/${encodeURIComponent(sessionId)}${query}`);
  const frames = new Collector<Frame>();
  socket.addEventListener("message", ({ data }) => frames.add(JSON.parse(data as string) as Frame));
  const closed = once(socket, "close").then(([event]) => event as CloseEvent);
  await new Promise((open, refused) => {
    socket.addEventListener("open", open);
    socket.addEventListener("error", () => refused(new Error("The socket was refused.")));
  });
  return { socket, frames, closed };
}

/** A subscription to a session's events. Resolves when it is attached. */
export async function followWithClient(
  client: Client,
  input: { session_id: string; lastEventId?: string },
): Promise<{ events: Collector<LiveEvent & { position: string }>; unsubscribe: () => void }> {
  const events = new Collector<LiveEvent & { position: string }>();
  const subscription = client.session.onEvent.subscribe(input, {
    onData: ({ id, data }) => events.add({ ...data, position: id }),
  });
  await events.until((items) => items.some(({ type }) => type === "caught_up"));
  return { events, unsubscribe: () => subscription.unsubscribe() };
}

/** A subscription over SSE, requested as `httpSubscriptionLink` does. */
export async function followOverSse(
  url: string,
  input: { session_id: string },
): Promise<{ events: Collector<LiveEvent>; stop: () => void }> {
  const stop = new AbortController();
  const address = `${url}/trpc/session.onEvent?input=${encodeURIComponent(JSON.stringify(input))}`;
  const response = await fetch(address, { headers: { accept: "text/event-stream" }, signal: stop.signal });
  const events = new Collector<LiveEvent>();
  void readSse(response, (data) => {
    if (typeof data === "object" && data !== null && "type" in data) events.add(data as LiveEvent);
  }).catch(() => undefined);
  await events.until((items) => items.some(({ type }) => type === "caught_up"));
  return { events, stop: () => stop.abort() };
}

/** Reads server-sent events: the `data` of each, and its `id` if it has one. */
export async function readSse(
  response: Response,
  onEvent: (data: unknown, id: string | undefined) => void,
): Promise<void> {
  const take = createEventStreamParser(({ data, id }) => {
    if (data !== undefined) onEvent(JSON.parse(data), id);
  });
  for await (const text of (response.body ?? new ReadableStream()).pipeThrough(new TextDecoderStream())) {
    take(text);
  }
}
