import type { Random } from "../support/random.ts";
import { contentOf, tokenOf } from "../faults/history.ts";
import type { ClientChat } from "./client-chat.ts";
import type { ActName } from "./client-scenario.ts";
import { actNames, maxMessageChars, sharedSession } from "./client-scenario.ts";

/** The usual share of each act, relative to the sum. */
const usualShares: Record<ActName, number> = {
  send: 30,
  "send three": 8,
  "send too much": 2,
  edit: 14,
  "edit too much": 2,
  remove: 8,
  cancel: 8,
  retry: 5,
  rename: 4,
  "load earlier": 8,
  create: 3,
  "remove session": 1,
  reload: 5,
};

/** The most sessions that one chat follows. */
const maxSessions = 4;

export type Actor = {
  chat: ClientChat;
  random: Random;
  /** Returns a name that is unique in the run. */
  nextName: () => string;
  /** Closes a chat and opens it again. */
  reload: () => Promise<void>;
};

/** Chooses an act by the shares. */
export function chooseAct(random: Random, shares: Partial<Record<ActName, number>> = {}): ActName {
  const shareOf = (name: ActName): number => shares[name] ?? usualShares[name];
  let left = random.below(actNames.reduce((sum, name) => sum + shareOf(name), 0));
  return actNames.find((name) => (left -= shareOf(name)) < 0) ?? "send";
}

/** Does something that a person may do. The chat records the outcome. */
export async function doAct(name: ActName, { chat, random, nextName, reload }: Actor): Promise<void> {
  const session = random.pick(chat.sessions);
  const store = chat.chat.session(session);
  const messages = chat.messages(session);
  const send = (length = 0): string => {
    const token = nextName();
    const key = `key of ${token}`;
    chat.send(session, key, contentOf(token, 0, "x".repeat(length)));
    return key;
  };
  const edit = (length: number): void => {
    const { key, content } = random.pick(messages.slice(-30));
    const edited = `${tokenOf(content)}~${nextName()} ${"x".repeat(length)}`;
    chat.change({ kind: "edit", session, key, content: edited }, () => store.edit(key, edited));
  };
  const remove = (key: string): void =>
    chat.change({ kind: "remove", session, key }, () => store.remove(key));
  const pending = messages.filter(({ delivery }) => delivery === "pending");
  const failed = messages.filter(({ delivery }) => delivery === "failed");
  switch (name) {
    case "send":
      return void send(random.below(100));
    case "send three":
      return [1, 2, 3].forEach(() => send());
    case "send too much":
      return void send(maxMessageChars);
    case "edit":
    case "edit too much":
      return messages.length > 0 ? edit(name === "edit" ? 0 : maxMessageChars) : undefined;
    case "remove":
      return messages.length > 0 ? remove(random.pick(messages).key) : undefined;
    case "cancel":
      return remove(pending.length > 0 ? random.pick(pending).key : send());
    case "retry": {
      if (failed.length === 0) return undefined;
      const { key } = random.pick(failed);
      chat.note({ type: "retry", session, key });
      return store.retry(key);
    }
    case "rename": {
      const title = `title ${nextName()}`;
      return chat.change({ kind: "rename", session, content: title }, () => store.rename(title));
    }
    case "load earlier":
      return chat.change({ kind: "load earlier", session }, () => store.loadEarlier());
    case "create": {
      if (chat.sessions.length >= maxSessions) return undefined;
      const id = chat.chat.sessions().create({ title: `title ${nextName()}` });
      chat.note({ type: "create", session: id });
      return chat.follow(id);
    }
    case "remove session":
      if (session === sharedSession) return undefined;
      return chat.change({ kind: "remove session", session }, () => chat.chat.sessions().remove(session));
    case "reload":
      return reload();
  }
}
