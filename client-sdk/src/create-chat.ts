import { aborted } from "./chat/chat-error.ts";
import { ChatState } from "./chat/chat-state.ts";
import { addressesOf } from "./chat/connection/addresses.ts";
import { watchHidden } from "./chat/connection/page-signals.ts";
import { platform } from "./chat/connection/platform.ts";
import { defaultTiming } from "./chat/connection/timing.ts";
import type { LineOptions } from "./chat/create-line.ts";
import { createLine } from "./chat/create-line.ts";
import type { LineStatus } from "./chat/line.ts";
import { onceLoaded } from "./chat/once-loaded.ts";
import type { ListStore } from "./chat/list-store.ts";
import type { SessionStore } from "./chat/session-store.ts";
import type { ChatStorage } from "./chat/storage/chat-storage.ts";
import type { BrowserGlobals } from "./chat/storage/indexed-db.ts";
import { createIndexedDbStorage } from "./chat/storage/indexed-db-storage.ts";
import { createMemoryStorage } from "./chat/storage/memory-storage.ts";
import { openClient } from "./create-client.ts";
import type { FetchLike } from "./fetch-like.ts";
import { asFetch } from "./fetch-like.ts";
import type { Client } from "./types.ts";

export type ChatOptions = LineOptions & {
  /** The storage for unsent messages and conversations. The default is IndexedDB in browsers, and memory elsewhere. */
  storage?: ChatStorage;
  /**
   * Says in each session that is shown that this client has it open: the others then have it in `here`. `name` is the
   * name for people, which `typing` has too. Without it this client shows the others, and says only that it is typing.
   */
  presence?: { name?: string };
};

/** The live store of one session. */
export type ChatSession = Pick<
  SessionStore,
  | "id"
  | "getSnapshot"
  | "subscribe"
  | "send"
  | "retry"
  | "cancel"
  | "edit"
  | "remove"
  | "rename"
  | "stop"
  | "regenerate"
  | "choose"
  | "setTyping"
  | "loadEarlier"
  | "all"
>;

/** The live store of the list of sessions. */
export type ChatSessions = Pick<
  ListStore,
  "getSnapshot" | "subscribe" | "create" | "retry" | "rename" | "remove" | "loadMore"
>;

export type Chat = {
  /** The typed procedures. */
  readonly rpc: Client;
  /** The store of a session: the same object while it is in use. The session need not exist yet. */
  session(id: string): ChatSession;
  /** The store of the list of sessions. */
  sessions(): ChatSessions;
  /** The state of the connection. */
  readonly status: LineStatus;
  /** @returns a function that ends the subscription */
  subscribeStatus(listener: () => void): () => void;
  /** Retries everything that waits between two tries at once. */
  reconnect(): void;
  /** Resolves when nothing is left to send. Refused items do not count. @throws {ChatError} `aborted` */
  drain(signal?: AbortSignal): Promise<void>;
  /**
   * Ends all connections and calls. Pending promises reject as `aborted`. Resolves when the storage has all unsent
   * messages: after that the program may end.
   */
  close(): Promise<void>;
  /**
   * Deletes everything that is stored for `user`, unsent messages included, in all tabs. Stores in use become `closed`,
   * so that nothing is stored again. A later subscription follows its log anew.
   */
  forget(): Promise<void>;
  /** @internal The parts that other entries of this package use. The signal aborts when the chat is closed. */
  readonly internals: Pick<ChatOptions, "WebSocket"> & {
    readonly storage: ChatStorage;
    readonly prefix: string;
    readonly signal: AbortSignal;
  };
};

/**
 * A chat for frontends: live stores of sessions and of their list, which lose no change and no send. The stores show
 * the known state before the network answers, keep unsent items until the server has them, and are the same in every
 * tab.
 *
 * @throws {TypeError} if `url` is not an address of HTTP
 */
export function createChat(options: ChatOptions): Chat {
  const { url, user, presence, storage = createStorage(), fetch = defaultFetch } = options;
  const { line, sender } = createLine(options);
  const closing = new AbortController();
  const loadCalls = onceLoaded(async () => {
    const { boundFetch, checkedFetch } = await import("./chat/later.ts");
    return boundFetch(checkedFetch(asFetch(fetch)), line, defaultTiming, closing.signal);
  });
  const call: FetchLike = async (address, init) => (await loadCalls())(address, init);
  const { client: rpc, close: closeRpc } = openClient({ ...options, fetch: call });
  const state = new ChatState({
    rpc,
    line,
    sender,
    storage,
    url: addressesOf(url).base,
    user,
    presence,
  });
  const endWatch = watchHidden(() => void state.flush());
  return {
    rpc,
    session: (id) => state.session(id),
    sessions: () => state.sessions(),
    get status() {
      return line.status;
    },
    subscribeStatus: (listener) => line.subscribeStatus(listener),
    reconnect() {
      line.reconnect();
      state.wake();
    },
    drain: (signal) => state.drain(signal),
    async close() {
      endWatch();
      for (const left of state.leave()) await left;
      closeRpc();
      closing.abort(aborted("The chat was closed before the answer."));
      await Promise.all([state.close(), line.close()]);
    },
    forget: () => state.forget(),
    internals: { ...options, storage, prefix: state.prefix, signal: closing.signal },
  };
}

function createStorage(): ChatStorage {
  // A browser that refuses its database does not keep unsent messages, and the stores show that.
  const isBrowser = platform.document ?? (globalThis as BrowserGlobals).indexedDB;
  return isBrowser ? createIndexedDbStorage() : createMemoryStorage();
}

const defaultFetch: FetchLike = (url, init) => fetch(url, init);
