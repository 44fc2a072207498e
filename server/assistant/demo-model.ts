import { setTimeout as wait } from "node:timers/promises";
import type { Model, Prompt } from "./model.ts";

/** The pause between two words, in milliseconds: about that of a model. */
const wordMs = 40;

/** The most characters of the question that the answer repeats, in UTF-16 code units. */
const quotedChars = 200;

/** A model that needs no network: it answers each question with a tour of the product, word by word. */
export function createDemoModel(): Model {
  return {
    name: "demo",
    async *answer(prompt, signal) {
      for (const word of `${quoteQuestion(prompt)}${tour}`.split(/(?<=\s)(?=\S)/)) {
        await wait(wordMs, undefined, { signal });
        yield word;
      }
    },
  };
}

function quoteQuestion({ messages }: Prompt): string {
  const question = (messages.at(-1)?.text ?? "").replaceAll(/\s+/g, " ").trim();
  const quoted = question.slice(0, quotedChars).toWellFormed();
  return `You asked:\n\n> ${quoted}${question.length > quotedChars ? "…" : ""}\n\n`;
}

const tour = [
  "This answer is a **demonstration**. No model writes it: the server itself sends these words, one after the other, so that you can see how an answer grows.",
  "",
  "1. **Open this page in a second tab.** Both tabs show the same words at the same time.",
  "2. **Reload the page now.** The words so far are there at once, and the next ones follow.",
  "3. **Stop this answer.** It ends with the words so far, in every tab.",
  "4. **Send another message now.** It waits for the end of this answer, and is answered next.",
  "5. **Kill the server and start it again.** Every word that you have seen is on disk. The server begins the answer anew.",
  "",
  "The same words come over each door. This command follows a session on a terminal:",
  "",
  "```sh",
  "curl -N http://localhost:8000/api/sessions/SESSION/events/stream",
  "```",
  "",
  "For the answers of a model, set `ASSISTANT_URL` and `ASSISTANT_MODEL` to a server that speaks OpenAI's protocol.",
].join("\n");
