import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type * as CreateChat from "../../client-sdk/src/create-chat.ts";
import type * as FileStorage from "../../client-sdk/src/chat/storage/file-storage.ts";
import type * as MemoryStorage from "../../client-sdk/src/chat/storage/memory-storage.ts";
import type * as Timing from "../../client-sdk/src/chat/connection/timing.ts";
import type { ChatStorage } from "../../client-sdk/src/chat/storage/chat-storage.ts";
import type { OutboxItem } from "../../client-sdk/src/chat/outbox/outbox-entry.ts";
import type { Fact } from "./client-history.ts";
import type { ClientKind } from "./client-scenario.ts";

/** A tenth of the product's times, so that a run is short. */
const quick = {
  pingIntervalMs: 800,
  pongTimeoutMs: 700,
  maxPongTimeoutMs: 3000,
  slowAttemptMs: 500,
  attemptTimeoutMs: 1500,
  overdueCallMs: 300,
  probeTimeoutMs: 1000,
  retryMs: 50,
  maxRetryMs: 400,
  idleMs: 200,
  socketRetryMs: 1500,
  firstByteMs: 1500,
  silenceMs: 3500,
  pollWaitMs: 1000,
  pollAnswerMs: 1500,
  turnMs: 150,
  beatMs: 300,
  leaderSilenceMs: 2000,
};

/** Pauses are a random part of a time, in Node as in browsers. */
const pausesPart = 0.2;

/** The client of a checkout, with short times. */
export type ClientCode = typeof CreateChat & typeof FileStorage & typeof MemoryStorage;

/** @param root the folder of the product */
export async function loadClient(root: string, kind: ClientKind): Promise<ClientCode> {
  const page = Object.assign(new EventTarget(), { visibilityState: "visible" });
  if (kind.endsWith("tabs")) Object.assign(globalThis, { document: page });
  // As on pages over plain HTTP.
  if (kind === "loose tabs") Object.defineProperty(navigator, "locks", { value: undefined });
  const { random } = Math;
  Math.random = () => random() * pausesPart;
  const load = async <Module>(file: string): Promise<Module> =>
    (await import(pathToFileURL(join(root, "client-sdk/src", file)).href)) as Module;
  const { defaultTiming } = await load<typeof Timing>("chat/connection/timing.ts");
  Object.assign(defaultTiming, quick);
  return {
    ...(await load<typeof CreateChat>("create-chat.ts")),
    ...(await load<typeof FileStorage>("chat/storage/file-storage.ts")),
    ...(await load<typeof MemoryStorage>("chat/storage/memory-storage.ts")),
  };
}

/** A storage that records which sends and cancellations it holds. */
export function noteKept(storage: ChatStorage, note: (fact: Fact) => void): ChatStorage {
  return {
    ...storage,
    async write(changes) {
      await storage.write(changes);
      for (const [name, value] of changes) {
        const [, fact] = /\]outbox\/.*\/(item|cancel)$/.exec(name) ?? [];
        if (value === undefined || fact === undefined) continue;
        const { session_id: session, message } = JSON.parse(value) as OutboxItem;
        const key = message?.key ?? null;
        note({ type: fact === "item" ? "kept" : "kept cancel", session, key });
      }
    },
  };
}
