/*
 * The SDK reads this file in browsers, so it imports nothing but a file of the same kind.
 */
import type { Threaded } from "./thread.ts";
import { Thread } from "./thread.ts";

/** The fields of a message that say whether it needs an answer. */
export type Answerable = Threaded & {
  readonly id: number;
  readonly status?: string | undefined;
};

/** The next act of an assistant in a session. */
export type NextReply =
  /** A reply is being written. Its end, or the end of its lease, comes first. */
  | { readonly kind: "wait"; readonly key: string }
  /** A reply that was asked for is claimed. */
  | { readonly kind: "claim"; readonly key: string }
  /** A reply with this key is opened, under the last message of a user on its branch. */
  | { readonly kind: "open"; readonly key: string; readonly parentKey: string };

/** How many replies to the same message may be interrupted before the assistant gives up. */
export const replyAttempts = 3;

/**
 * The next reply of a session. Its key derives from the first unanswered message of a user: two assistants that look at
 * the same messages choose the same key, so one of them writes. It answers the later messages of the same branch too. An
 * interrupted reply is no answer, and the next attempt has `:2` at the end of its key.
 *
 * @param messages the latest messages in the order of their ids, from before the first unanswered one on
 * @param isUsedUp whether a reply of that key was deleted: nothing can be written under it, and what it answered counts
 *   as answered
 */
export function nextReply(
  messages: readonly Answerable[],
  isUsedUp: (key: string) => boolean = () => false,
): NextReply | undefined {
  const open = messages.find(({ status }) => status === "streaming");
  if (open) return { kind: "wait", key: open.key };
  const requested = messages.find(({ status }) => status === "requested");
  if (requested) return { kind: "claim", key: requested.key };
  const keys = new Set(messages.map(({ key }) => key));
  const thread = new Thread(messages);
  for (const question of unanswered(messages, thread)) {
    const key = attemptsAt(question).find((attempt) => !keys.has(attempt));
    if (key === undefined || isUsedUp(key)) continue;
    const end = messages.findLast((each) => isQuestion(each) && thread.isOnPathTo(question, each.key));
    return { kind: "open", key, parentKey: (end ?? question).key };
  }
  return undefined;
}

/**
 * The messages of users that have no answer. An answer is one to the messages of its branch: to all of them, or, if its key
 * derives from one of them, from that one on. A message that a later one replaces needs no answer.
 */
export function unanswered<Message extends Answerable>(
  messages: readonly Message[],
  thread: Thread<Message> = new Thread(messages),
): Message[] {
  const questions = messages.filter(isQuestion);
  const firstIds = new Map(questions.flatMap((each) => attemptsAt(each).map((key) => [key, each.id])));
  const answered = new Set<string>();
  for (const { key } of messages.filter(isAnswer)) {
    const firstId = firstIds.get(key) ?? 0;
    for (let at = thread.parentOf(key); at && at.id >= firstId; at = thread.parentOf(at.key))
      answered.add(at.key);
  }
  return questions.filter(({ key }) => !answered.has(key) && !thread.isReplaced(key));
}

function isQuestion({ sender }: Answerable): boolean {
  return sender === "user";
}

/** Whether the message of an assistant ended in any way but by the loss of its writer. */
export function isAnswer({ sender, status }: Answerable): boolean {
  return sender !== "user" && status !== "interrupted";
}

/** In UTF-16 code units. Longer keys leave no room for what is put around them in a key of 255 characters. */
const longestName = 240;

/** The key of the first reply to a message. */
export function replyKeyOf({ id, key }: Answerable): string {
  return `reply:${key.length > longestName ? `#${id}` : key}`;
}

function attemptsAt(question: Answerable): string[] {
  const first = replyKeyOf(question);
  return Array.from({ length: replyAttempts }, (_, at) => (at === 0 ? first : `${first}:${at + 1}`));
}
