import type { UIMessageChunk } from "ai";
import { isStepCount, jsonSchema, streamText, tool } from "ai";
import { MockLanguageModelV4 } from "ai/test";

type ModelStream = Awaited<ReturnType<MockLanguageModelV4["doStream"]>>["stream"];
type ModelPart = ModelStream extends ReadableStream<infer Part> ? Part : never;

const usage = {
  inputTokens: { total: 1, noCache: 1, cacheRead: 0, cacheWrite: 0 },
  outputTokens: { total: 1, text: 1, reasoning: 0 },
};

function finish(unified: "tool-calls" | "stop"): ModelPart {
  return { type: "finish", usage, finishReason: { unified, raw: unified } };
}

const steps: readonly (readonly ModelPart[])[] = [
  [
    { type: "reasoning-start", id: "r" },
    { type: "reasoning-delta", id: "r", delta: "I need the " },
    { type: "reasoning-delta", id: "r", delta: "weather." },
    { type: "reasoning-end", id: "r" },
    { type: "tool-call", toolCallId: "call-1", toolName: "weather", input: '{"city":"Paris"}' },
    finish("tool-calls"),
  ],
  [
    { type: "text-start", id: "t" },
    { type: "text-delta", id: "t", delta: "It is " },
    { type: "text-delta", id: "t", delta: "sunny." },
    { type: "text-end", id: "t" },
    finish("stop"),
  ],
];

/** The reply of a model that thinks, calls a tool and then says something. @param rest resolves when the last words may come */
export function weatherReply(
  rest: Promise<unknown>,
  abortSignal?: AbortSignal,
): AsyncIterable<UIMessageChunk> {
  let step = 0;
  const model = new MockLanguageModelV4({
    doStream: () => {
      const parts = steps[step] ?? [];
      step += 1;
      async function* stream(): AsyncGenerator<ModelPart> {
        for (const part of parts) {
          if (part.type === "text-delta" && part.delta === "sunny.") await rest;
          yield part;
        }
      }
      return Promise.resolve({ stream: ReadableStream.from(stream()) });
    },
  });
  const weather = tool({
    description: "The weather in a city.",
    inputSchema: jsonSchema<{ city: string }>({ type: "object", properties: { city: { type: "string" } } }),
    execute: ({ city }) => Promise.resolve({ city, sky: "clear" }),
  });
  return streamText({
    model,
    prompt: "How is the weather?",
    tools: { weather },
    stopWhen: isStepCount(3),
    ...(abortSignal && { abortSignal }),
  }).toUIMessageStream();
}
