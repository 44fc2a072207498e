import { setTimeout as wait } from "node:timers/promises";
import type { LanguageModelV3, LanguageModelV3Prompt, LanguageModelV3StreamPart } from "@ai-sdk/provider";
import { createOpenAICompatible } from "@ai-sdk/openai-compatible";
import type { Model, Prompt } from "./model.ts";
import { toModelError, tooLate, retryPauseMs } from "./model-failures.ts";
import type { ModelServer, ModelTimes } from "./model-server.ts";
import { defaultModelTimes, requestsPerAnswer } from "./model-server.ts";
import { Patience } from "./patience.ts";

/** A model behind a server that speaks OpenAI's protocol. */
export function createServedModel({ url, model, apiKey, times }: ModelServer): Model {
  const provider = createOpenAICompatible({
    name: "assistant",
    baseURL: url,
    ...(apiKey !== undefined && { apiKey }),
  });
  const asked = { model: provider.chatModel(model), times: { ...defaultModelTimes, ...times } };
  return {
    name: model,
    async *answer(prompt, signal) {
      using patience = new Patience();
      // Aborted at the end of the iteration too: the server need not go on.
      const left = new AbortController();
      const ended = AbortSignal.any([signal, patience.signal, left.signal]);
      try {
        yield* readTexts(asked, prompt, { patience, ended });
      } catch (error) {
        signal.throwIfAborted();
        throw patience.signal.aborted ? tooLate() : toModelError(error, apiKey);
      } finally {
        left.abort();
      }
    },
  };
}

type Asked = { model: LanguageModelV3; times: ModelTimes };
type Ends = { patience: Patience; ended: AbortSignal };

async function* readTexts(asked: Asked, prompt: Prompt, ends: Ends): AsyncGenerator<string, void, undefined> {
  const stream = await request(asked, prompt, ends);
  for await (const part of stream) {
    ends.patience.wait(asked.times.nextMs);
    if (part.type === "error") throw part.error;
    if (part.type === "text-delta" && part.delta !== "") yield part.delta;
  }
}

/** Asks again where the server says that it may answer later. */
async function request(
  { model, times }: Asked,
  prompt: Prompt,
  { patience, ended }: Ends,
): Promise<ReadableStream<LanguageModelV3StreamPart>> {
  for (let attempt = 1; ; attempt += 1) {
    patience.wait(times.firstMs);
    try {
      const { stream } = await model.doStream({ prompt: toLibrary(prompt), abortSignal: ended });
      return stream;
    } catch (error) {
      const pauseMs = attempt < requestsPerAnswer ? retryPauseMs(error, times, attempt) : undefined;
      if (pauseMs === undefined || ended.aborted) throw error;
      patience.wait(pauseMs + times.firstMs);
      await wait(pauseMs, undefined, { signal: ended });
    }
  }
}

function toLibrary({ instructions, messages }: Prompt): LanguageModelV3Prompt {
  const conversation = messages.map(({ role, text }) => ({
    role,
    content: [{ type: "text" as const, text }],
  }));
  return instructions === undefined
    ? conversation
    : [{ role: "system", content: instructions }, ...conversation];
}
