import { join } from "node:path";
import type { Page } from "playwright-core";
import { expect, test } from "vitest";
import { uiMessagePieces } from "../../../client-sdk/src/ai-sdk/worker.ts";
import { useStage } from "../../chat-page/support/stage.ts";
import { openReply } from "../../support/replies.ts";
import { startApp } from "../../support/start-app.ts";
import { serve } from "../worker/support/serve.ts";
import { buildApp } from "./support/build-app.ts";
import { ask, expectShown } from "./support/talk.ts";
import { weatherReply } from "./support/weather-reply.ts";

const setStage = useStage(() => buildApp(join(import.meta.dirname, "ai-sdk/main.tsx")));

async function expectThought(page: Page): Promise<void> {
  const reply = page.locator("li[data-sender=assistant]");
  await expect.poll(() => reply.locator("i").textContent()).toBe("I need the weather.");
  const calls = JSON.parse((await reply.locator("code").textContent()) ?? "") as unknown;
  expect(calls).toMatchObject([
    {
      type: "tool-weather",
      toolCallId: "call-1",
      state: "output-available",
      input: { city: "Paris" },
      output: { city: "Paris", sky: "clear" },
    },
  ]);
}

test("reasoning and tool calls show as they come, in a second tab, and after a reload in the middle and at the end", async () => {
  const server = await startApp();
  const rest = Promise.withResolvers<void>();
  serve(server.url, {
    format: "ai-sdk/ui-message",
    reply: ({ signal }) => uiMessagePieces(weatherReply(rest.promise, signal)),
  });
  const stage = await setStage({ server });
  await stage.client.session.create.mutate({ id: "s" });
  const [page, second] = [await stage.open("s"), await stage.open("s")];
  await ask(page, "Weather?");
  for (const tab of [page, second]) {
    await expectShown(tab, "user: Weather?", "assistant: It is");
    await expectThought(tab);
  }
  await page.reload();
  await expectShown(page, "user: Weather?", "assistant: It is");
  await expectThought(page);
  rest.resolve();
  for (const tab of [page, second]) await expectShown(tab, "user: Weather?", "assistant: It is sunny.");
  await page.reload();
  await expectShown(page, "user: Weather?", "assistant: It is sunny.");
  for (const tab of [page, second]) await expectThought(tab);
});

test("a stop before an assistant begins the reply ends the reply when it begins, and the next one is shown", async () => {
  const server = await startApp();
  const stage = await setStage({ server });
  await stage.client.session.create.mutate({ id: "s" });
  const page = await stage.open("s");
  await ask(page, "Hello");
  await expect.poll(() => stage.stored("s")).toEqual(["Hello"]);
  await page.getByTestId("stop").click();
  await expect.poll(() => page.getByTestId("stop").count()).toBe(0);
  await openReply(server.url, "r1");
  const statuses = async () =>
    (await stage.client.message.list.query({ session_id: "s" })).items.map(({ status }) => status);
  await expect.poll(statuses).toEqual([undefined, "stopped"]);
  await ask(page, "Again");
  await expect.poll(() => stage.stored("s")).toHaveLength(3);
  const writer = await openReply(server.url, "r2");
  await writer.append("Hi");
  await expectShown(page, "user: Hello", "assistant: ", "user: Again", "assistant: Hi");
});
