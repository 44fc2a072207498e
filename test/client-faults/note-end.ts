import type { ClientChat } from "./client-chat.ts";
import type { Reply, Word } from "./client-program.ts";

type Marked = Word & { type: "marked" };

/** The end of a run, in three steps. @returns the steps; each records its outcome within the time limit */
export function noteEnd(chats: readonly ClientChat[], patienceMs: number) {
  /** Waits for the outcome of all sends and changes. */
  async function drain(): Promise<Reply["type"]> {
    await Promise.all(
      chats.map(async (chat) => {
        chat.chat.reconnect();
        await inTime(
          chat,
          () => `${chat.unsettled.join(", ")} or the outbox`,
          Promise.all([chat.settled(), chat.chat.drain()]),
        );
      }),
    );
    return "drained";
  }

  /** Waits until each store shows the last message of its session. */
  async function settle({ marker, sessions }: Marked): Promise<Reply["type"]> {
    await Promise.all(
      chats.map(async (chat) => {
        chat.chat.reconnect();
        await Promise.all([
          ...chat.sessions.map((id) =>
            inTime(chat, () => JSON.stringify(chat.shown(id)).slice(0, 300), untilShown(chat, id, marker)),
          ),
          inTime(chat, () => JSON.stringify(chat.list()), untilListed(chat, marker, sessions)),
        ]);
        for (const id of chat.sessions) chat.note({ type: "settled", ...chat.shown(id) });
        chat.note({ type: "list settled", chatStatus: chat.chat.status, ...chat.list() });
      }),
    );
    return "settled";
  }

  /** Waits until each chat notices that its server does not answer. */
  async function watch(): Promise<Reply["type"]> {
    await Promise.all(
      chats.map(({ chat, ...rest }, index) => {
        const noticed = until(chat.subscribeStatus.bind(chat), () => chat.status === "offline");
        void rest;
        return inTime(chats[index] as ClientChat, () => `status ${chat.status} over a dead line`, noticed);
      }),
    );
    return "watched";
  }

  async function inTime(chat: ClientChat, describe: () => string, work: Promise<unknown>): Promise<void> {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const late = new Promise<void>((resolve) => {
      timer = setTimeout(() => {
        chat.note({ type: "stuck", with: describe() });
        resolve();
      }, patienceMs);
    });
    await Promise.race([work, late]);
    clearTimeout(timer);
  }

  return { drain, settle, watch };
}

function untilShown({ chat }: ClientChat, id: string, marker: string): Promise<void> {
  const store = chat.session(id);
  return until(store.subscribe, () => {
    const { status, messages } = store.getSnapshot();
    const isMarked = messages.some(({ content }) => content === marker);
    return status === "closed" || (status === "live" && isMarked);
  });
}

function untilListed({ chat }: ClientChat, marker: string, marked: readonly string[]): Promise<void> {
  const list = chat.sessions();
  return until(list.subscribe, () => {
    const { status, sessions } = list.getSnapshot();
    const shown = sessions.filter(({ last_message: last }) => last?.excerpt === marker);
    return status === "live" && shown.length === marked.length;
  });
}

function until(subscribe: (listener: () => void) => () => void, isReached: () => boolean): Promise<void> {
  // A subscription to a store that is closed opens it again.
  if (isReached()) return Promise.resolve();
  return new Promise((resolve) => {
    const stop = subscribe(() => {
      if (!isReached()) return;
      stop();
      resolve();
    });
  });
}
