/*
 * The SDK reads this file in browsers, so it imports nothing.
 */

/** The fields of a message that give its place among the others. */
export type Threaded = {
  readonly key: string;
  readonly sender: string;
  readonly parent_key?: string | undefined;
};

/**
 * A session's messages as a tree. The messages that follow the same message are **siblings**: alternatives, of which a
 * page shows one.
 */
export class Thread<Message extends Threaded> {
  /** The message before each message, by its key. The first message has none. */
  readonly #parents = new Map<string, Message | undefined>();
  readonly #children = new Map<string | undefined, Message[]>();
  readonly #byKey = new Map<string, Message>();
  /** The message before the answers to a message, by that message's key and the sender of the answers. */
  readonly #answered = new Map<string, Message | undefined>();
  readonly #replaced = new Set<string>();
  /** Whether each message follows the one before it in the order of their ids. */
  readonly isLinear: boolean;

  /** @param messages in the order of their ids */
  constructor(messages: readonly Message[]) {
    let isLinear = true;
    let before: Message | undefined;
    for (const message of messages) {
      const parent = this.#findParent(message, before);
      isLinear &&= parent === before;
      this.#byKey.set(message.key, message);
      this.#parents.set(message.key, parent);
      const siblings = this.#children.get(parent?.key);
      if (siblings) siblings.push(message);
      else this.#children.set(parent?.key, [message]);
      before = message;
    }
    this.isLinear = isLinear;
  }

  /** The message before this one. */
  parentOf(key: string): Message | undefined {
    return this.#parents.get(key);
  }

  /** The alternatives of a message in the order of their ids, itself among them. */
  siblingsOf(key: string): readonly Message[] {
    return this.#children.get(this.#parents.get(key)?.key) ?? [];
  }

  /** The messages up to this one, oldest first; none if it is unknown. */
  pathTo(key: string): Message[] {
    const path: Message[] = [];
    for (let at = this.#byKey.get(key); at; at = this.#parents.get(at.key)) path.unshift(at);
    return path;
  }

  /** Whether a later message of the same sender replaces the message of that key. */
  isReplaced(key: string): boolean {
    return this.#replaced.has(key);
  }

  /** Whether a message is on the path to the message of that key, or is that one. */
  isOnPathTo(message: Message, key: string): boolean {
    return this.#isOnBranch(message, this.#byKey.get(key));
  }

  /**
   * The messages of one branch, oldest first.
   *
   * @param chosenAfter the key of the sibling that is chosen after a message; if it is none of them, the latest is shown
   */
  branch(chosenAfter: (parentKey: string | undefined) => string | undefined): Message[] {
    const path: Message[] = [];
    let siblings = this.#children.get(undefined);
    while (siblings) {
      const chosen = chosenAfter(path.at(-1)?.key);
      const next: Message | undefined = siblings.find(({ key }) => key === chosen) ?? siblings.at(-1);
      if (!next) break;
      path.push(next);
      siblings = this.#children.get(next.key);
    }
    return path;
  }

  /**
   * A message follows the one before it, unless its `parent_key` says otherwise:
   *
   * - If it names a message of the same sender, the message replaces that one, and follows what that one follows.
   * - If it names a message of another sender, the message answers that one. A second answer follows what the first
   *   follows. A first answer follows the message before it if that one is on the same branch: other messages may have
   *   come between the question and the answer.
   */
  #findParent(message: Message, before: Message | undefined): Message | undefined {
    const { sender, parent_key: named } = message;
    if (named === undefined) {
      if (before && before.sender !== sender) this.#answered.set(answersTo(before.key, sender), before);
      return before;
    }
    const parent = this.#byKey.get(named);
    if (parent?.sender === sender) {
      this.#replaced.add(named);
      return this.#parents.get(parent.key);
    }
    const answers = answersTo(named, sender);
    if (!this.#answered.has(answers)) {
      this.#answered.set(answers, parent && !this.#isOnBranch(parent, before) ? parent : before);
    }
    return this.#answered.get(answers);
  }

  #isOnBranch(message: Message, end: Message | undefined): boolean {
    for (let at = end; at; at = this.#parents.get(at.key)) if (at === message) return true;
    return false;
  }
}

function answersTo(key: string, sender: string): string {
  return JSON.stringify([key, sender]);
}
