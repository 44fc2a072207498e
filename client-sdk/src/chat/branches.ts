import { Thread } from "../../../server/contract/thread.ts";
import { ChatFailure } from "./chat-error.ts";
import type { NewMessage } from "./chat-rpc.ts";
import type { ShownMessage } from "./shown-messages.ts";
import type { Message } from "./wire.ts";

/** The key of the message that was chosen to follow a message, by that message's key; `""` is before the first. */
export type Choices = Readonly<Record<string, string>>;

export type BranchesOptions = {
  /** The messages of all branches, in the order of their ids. */
  all: () => readonly ShownMessage[];
  /** The choices of an earlier visit. */
  load: () => Promise<Choices | undefined>;
  /** Stores choices for the next visit, with the earlier ones. Resolves when they are stored, if that is possible. */
  keep: (choices: Choices) => Promise<void>;
  /** Called when another branch may be shown. */
  onChange: () => void;
  add: (message: Omit<NewMessage, "key" | "timestamp">) => Promise<Message>;
  /** Ends one reply. */
  stop: (key: string) => Promise<void>;
};

/** Stands for the key of the message before the first one. */
const beforeAll = "";

/** The branches of a session, of which one is shown. */
export class Branches {
  readonly #options: BranchesOptions;
  readonly #loading: Promise<void>;
  #isLoaded = false;
  #chosen: Choices = {};

  constructor(options: BranchesOptions) {
    this.#options = options;
    this.#loading = this.#load();
  }

  /** The messages of the chosen branch. A message with alternatives has its place among them. */
  show(messages: readonly ShownMessage[]): readonly ShownMessage[] {
    const thread = new Thread(messages);
    if (thread.isLinear || !this.#isLoaded) return messages;
    return thread
      .branch((parentKey = beforeAll) => this.#chosen[parentKey])
      .map((message) => {
        const keys = thread.siblingsOf(message.key).map(({ key }) => key);
        if (keys.length === 1) return message;
        return { ...message, branch: { index: keys.indexOf(message.key), count: keys.length, keys } };
      });
  }

  /** Shows the branch of this message. @throws {ChatError} if there is no such message */
  async choose(key: string): Promise<void> {
    await this.#loading;
    const { all, keep, onChange } = this.#options;
    const path = new Thread(all()).pathTo(key);
    if (path.length === 0) throw notFound("There is no such message here, so its branch cannot be shown.");
    const followed = path.map((message, at) => [path[at - 1]?.key ?? beforeAll, message.key] as const);
    // Another tab may have chosen otherwise at this message. The earlier choices of this tab are stored.
    const choices = Object.fromEntries(
      followed.filter(([parent, chosen]) => chosen === key || this.#chosen[parent] !== chosen),
    );
    this.#chosen = { ...this.#chosen, ...choices };
    onChange();
    return keep(choices);
  }

  /** Shows a new message of this page, if another branch was chosen before. */
  async added(key: string): Promise<void> {
    await this.#loading;
    if (Object.keys(this.#chosen).length > 0) await this.choose(key);
  }

  /** @param key by default every reply that has not ended */
  async stop(key: string | undefined): Promise<void> {
    const { all, stop } = this.#options;
    const open = all().filter(({ status }) => status === "requested" || status === "streaming");
    const keys = key === undefined ? open.map((reply) => reply.key) : [key];
    await Promise.all(keys.map(stop));
  }

  /** @param key the reply to write again, or the message to answer; by default the last one that is shown */
  async regenerate(key: string | undefined): Promise<Message> {
    const { all, add } = this.#options;
    await this.#loading;
    const found = key === undefined ? this.show(all()).at(-1) : all().find((message) => message.key === key);
    if (!found) throw notFound("There is no such message here, so no reply to it can be asked for.");
    const parent_key = found.sender === "user" ? found.key : (found.parent_key ?? found.key);
    return add({ content: "", sender: "assistant", status: "requested", parent_key });
  }

  /**
   * The `parent_key` of a new message of this sender at the end of the shown branch; undefined where the new message
   * follows the last one anyway.
   */
  parentKeyAtEnd(sender: string): string | undefined {
    const all = this.#options.all();
    const end = this.show(all).at(-1);
    const isLast = end?.key === all.at(-1)?.key;
    // A message of the same sender would be replaced.
    return isLast || end?.sender === sender ? undefined : end?.key;
  }

  async #load(): Promise<void> {
    const { load, onChange } = this.#options;
    this.#chosen = (await load()) ?? {};
    this.#isLoaded = true;
    onChange();
  }
}

function notFound(message: string): ChatFailure {
  return new ChatFailure({ kind: "refused", code: "NOT_FOUND", retryable: false, message });
}
