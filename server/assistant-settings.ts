import { z } from "zod";
import type { AssistantSettings } from "./assistant/assistant.ts";
import { fail } from "./setting.ts";

const demo = "demo:";

/** The variables of the built-in assistant. An unset one is the empty text. */
export const assistantSettings = {
  ASSISTANT_URL: {
    takes:
      "the base URL of a server that speaks OpenAI's protocol, such as https://api.openai.com/v1, or demo: for a demonstration",
    default: "",
    schema: z.string().transform(readModelUrl),
  },
  ASSISTANT_MODEL: {
    takes: "the name of a model, at most 255 characters",
    default: "",
    schema: z.string().max(255),
  },
  ASSISTANT_API_KEY: {
    takes: "a key of visible ASCII characters",
    default: "",
    isSecret: true,
    schema: z.string().transform((key, context) => (/^[!-~]*$/.test(key) ? key : fail(context))),
  },
  ASSISTANT_INSTRUCTIONS: { takes: "a text", default: "", schema: z.string() },
} as const;

type Chosen = { url: string; model: string; apiKey: string; instructions: string };

/** @returns no assistant if no variable is set; a sentence if the variables do not fit together */
export function chooseAssistant({ url, model, apiKey, instructions }: Chosen): {
  assistant?: AssistantSettings | undefined;
  fault?: string;
} {
  if (url === "") {
    const set = Object.entries({
      ASSISTANT_MODEL: model,
      ASSISTANT_API_KEY: apiKey,
      ASSISTANT_INSTRUCTIONS: instructions,
    }).find(([, value]) => value !== "");
    if (!set) return {};
    const [name] = set;
    return {
      fault: `${name} is set without ASSISTANT_URL: set ASSISTANT_URL to ${assistantSettings.ASSISTANT_URL.takes}, or unset ${name}.`,
    };
  }
  const how = { instructions: instructions || undefined };
  if (url === demo) return { assistant: { model: "demo", ...how } };
  if (model === "") {
    return {
      fault: "ASSISTANT_URL is set without ASSISTANT_MODEL: set ASSISTANT_MODEL to the name of a model.",
    };
  }
  return { assistant: { model: { url, model, apiKey: apiKey || undefined }, ...how } };
}

const path = "/chat/completions";

function readModelUrl(text: string, context: z.RefinementCtx): string {
  if (text === "" || text === demo) return text;
  const hint = (message: string): never => {
    context.addIssue({ code: "custom", message });
    return z.NEVER;
  };
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (!url || (url.protocol !== "http:" && url.protocol !== "https:")) return fail(context);
  if (url.username !== "" || url.password !== "") return hint("the key belongs in ASSISTANT_API_KEY");
  if (url.search !== "" || url.hash !== "") return hint("it takes no parameters after ? or #");
  const base = text.replace(/\/+$/, "");
  if (base.endsWith(path)) return hint(`leave ${path} out, which the server adds`);
  return base;
}
