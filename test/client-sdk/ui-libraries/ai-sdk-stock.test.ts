import { join } from "node:path";
import { expect, test } from "vitest";
import { useStage } from "../../chat-page/support/stage.ts";
import { buildApp } from "./support/build-app.ts";
import { answer, ask, beginTalk, expectGrowing, expectShown } from "./support/talk.ts";

/** An app with `useChat` and `DefaultChatTransport` of the AI SDK, and with no package of ours. */
const setStage = useStage(() => buildApp(join(import.meta.dirname, "ai-sdk-stock/main.tsx")));

test("a reply grows as it is written [UI-2]", async () => {
  const { page, stored } = await beginTalk(setStage);
  await ask(page, "300");
  const length = await expectGrowing(page, answer(300), 10);
  await expectGrowing(page, answer(300), length);
  await expectShown(page, "user: 300", `assistant: ${answer(300)}`);
  expect(await stored()).toHaveLength(2);
});

test("a reload in the middle of a reply shows the text so far, and the rest as it comes [UI-3]", async () => {
  const { page } = await beginTalk(setStage);
  await ask(page, "500");
  await expectGrowing(page, answer(500), 10);
  await page.reload();
  const length = await expectGrowing(page, answer(500), 10);
  await expectGrowing(page, answer(500), length);
  await expectShown(page, "user: 500", `assistant: ${answer(500)}`);
});

test("three turns are the same after a reload [UI-1]", async () => {
  const { page, stored } = await beginTalk(setStage);
  const shown: string[] = [];
  for (const count of [3, 4, 5]) {
    await ask(page, String(count));
    shown.push(`user: ${count}`, `assistant: ${answer(count)}`);
    await expectShown(page, ...shown);
    await expect.poll(() => page.getByTestId("status").textContent()).toBe("ready");
  }
  expect((await stored()).map((line) => line.trim())).toEqual(shown);
  await page.reload();
  await expectShown(page, ...shown);
});

test("a reply goes on when the server is killed in its middle and started again [UI-3]", async () => {
  const { page, kill } = await beginTalk(setStage);
  await ask(page, "300");
  await expectGrowing(page, answer(300), 10);
  const start = await kill();
  await expect.poll(() => page.getByTestId("status").textContent()).toBe("error");
  await start();
  await expectShown(page, "user: 300", `assistant: ${answer(300)}`);
});
