import type { Message } from "../contract/message.ts";
import { Thread } from "../contract/thread.ts";
import type { PromptMessage } from "./model.ts";

/**
 * The conversation that a reply answers: the messages of its branch before it, but for interrupted replies. Messages of one sender that follow each
 * other become one: the chat templates of some models accept no others.
 *
 * @param messages the latest messages of the session, the reply among them, in the order of their ids
 * @returns undefined if the message that the reply answers is not among them
 */
export function buildPrompt(
  messages: readonly Message[],
  { key, parent_key: parent }: Message,
): PromptMessage[] | undefined {
  if (parent !== undefined && !messages.some((message) => message.key === parent)) return undefined;
  const prompt: PromptMessage[] = [];
  for (const { sender, content, status } of new Thread(messages).pathTo(key).slice(0, -1)) {
    // An interrupted reply is no answer: its question is answered now.
    if (content === "" || status === "interrupted") continue;
    const role = sender === "user" ? "user" : "assistant";
    const last = prompt.at(-1);
    if (last?.role === role) prompt[prompt.length - 1] = { role, text: `${last.text}\n\n${content}` };
    else prompt.push({ role, text: content });
  }
  return prompt.length > 0 ? prompt : undefined;
}
