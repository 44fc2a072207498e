import { once } from "node:events";
import { setTimeout as wait } from "node:timers/promises";
import type { ChatStorage } from "../../client-sdk/src/chat/storage/chat-storage.ts";
import { Random } from "../support/random.ts";
import { ClientChat } from "./client-chat.ts";
import type { ActName, ClientKind } from "./client-scenario.ts";
import { sharedSession } from "./client-scenario.ts";
import { chooseAct, doAct } from "./do-act.ts";
import { openJournal } from "./journal.ts";
import { loadClient, noteKept } from "./open-client-chat.ts";
import { noteEnd } from "./note-end.ts";

/** The orders for one life of a client. */
export type Orders = {
  root: string;
  url: string;
  kind: ClientKind;
  name: string;
  life: number;
  seed: number;
  acts: number;
  pauseMs: number;
  shares?: Partial<Record<ActName, number>> | undefined;
  journal: string;
  storage: string;
  /** The sessions that earlier lives have created. */
  sessions: readonly string[];
  patienceMs: number;
};

/** A command of the parent: the faults are over; these sessions have a last message; end. */
export type Word =
  | { type: "finish" }
  | { type: "marked"; marker: string; sessions: readonly string[] }
  | { type: "watch" }
  | { type: "leave" };

/** The client's answer. */
export type Reply = { type: "act" | "idle" | "drained" | "settled" | "watched" };

// A program that uses chats as people do, records everything that it observes, and ends when its parent commands it.
const orders = JSON.parse(process.argv[2] ?? "{}") as Orders;
const { kind, name, life, patienceMs } = orders;
const isShared = kind === "led tabs" || kind === "loose tabs";
const journal = openJournal(orders.journal, life);
const random = new Random(orders.seed);
const client = await loadClient(orders.root, kind);
const inner: ChatStorage =
  kind === "file" || isShared ? client.createFileStorage(orders.storage) : client.createMemoryStorage();
const storage = noteKept(inner, (fact) => journal("storage", fact));
const known = new Set([sharedSession, ...orders.sessions]);
const chats: ClientChat[] = [];
let opened = 0;
let names = 0;
const leaving = new AbortController();

function open(at: number): void {
  opened += 1;
  const chatName = `${life}.${opened}`;
  const chat = client.createChat({ url: orders.url, storage, user: name });
  chats[at] = new ClientChat(chat, (fact) => journal(chatName, fact));
  for (const id of known) chats[at].follow(id);
}

async function act(): Promise<void> {
  const at = random.below(chats.length);
  const chat = chats[at];
  if (!chat) return;
  await doAct(chooseAct(random, orders.shares), {
    chat,
    random,
    nextName: () => `${name}.${life}.${(names += 1)}`,
    async reload() {
      await chat.close();
      open(at);
    },
  });
  for (const id of chat.sessions) known.add(id);
}

async function hear(word: Word): Promise<void> {
  if (word.type === "leave") {
    leaving.abort();
    await Promise.all(chats.map((chat) => chat.close()));
    process.exit(0);
  }
  if (word.type === "finish") tell(await drain());
  if (word.type === "marked") tell(await settle(word));
  if (word.type === "watch") tell(await watch());
}

function tell(type: Reply["type"]): void {
  process.send?.({ type } satisfies Reply);
}

const { drain, settle, watch } = noteEnd(chats, patienceMs);
process.on("message", (word) => void hear(word as Word));
process.on("disconnect", () => process.exit(0));
for (let at = 0; at < (isShared ? 2 : 1); at += 1) open(at);
for (let done = 0; done < orders.acts && !leaving.signal.aborted; done += 1) {
  await act();
  tell("act");
  await wait(random.below(orders.pauseMs));
}
if (!leaving.signal.aborted) tell("idle");
await once(process, "disconnect");
