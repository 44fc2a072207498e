import { onTestFinished } from "vitest";
import type { ChatStateOptions } from "../../../../client-sdk/src/chat/chat-state.ts";
import { ChatState } from "../../../../client-sdk/src/chat/chat-state.ts";
import { createMemoryStorage } from "../../../../client-sdk/src/chat/storage/memory-storage.ts";
import { createHttpRpc } from "./http-rpc.ts";
import { createSocketLine } from "./socket-line.ts";
import { Tabs } from "./tabs.ts";

export type OpenedChat = { chat: ChatState; line: ReturnType<typeof createSocketLine> };

/** A chat against a real server. It ends with the test. @param url where its calls go @param wsUrl where its line goes */
export function openChat({
  url,
  wsUrl,
  ...options
}: Partial<ChatStateOptions> & { url: string; wsUrl: string }): OpenedChat {
  const line = createSocketLine(wsUrl);
  const chat = new ChatState({
    rpc: createHttpRpc(url),
    line,
    sender: new Tabs().open(),
    storage: createMemoryStorage(),
    // The same in all tabs, whatever way their calls go.
    url: wsUrl,
    schedule: (run) => setImmediate(run),
    graceMs: 0,
    pauses: { baseMs: 2, capMs: 20, random: () => 1 },
    ...options,
  });
  onTestFinished(() => chat.close());
  return { chat, line };
}

type Store<State> = { getSnapshot(): State; subscribe(listener: () => void): () => void };

/** Follows the store until its state is as it is asked for. @returns that state */
export function until<State>(store: Store<State>, isReached: (state: State) => boolean): Promise<State> {
  return new Promise((resolve, reject) => {
    const check = (): void => {
      const state = store.getSnapshot();
      if (!isReached(state)) return;
      stop();
      resolve(state);
    };
    const stop = store.subscribe(check);
    onTestFinished(() => {
      stop();
      reject(new Error(`The state is ${JSON.stringify(store.getSnapshot())}.`));
    });
    check();
  });
}
