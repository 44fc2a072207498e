import { join } from "node:path";
import { expect, test } from "vitest";
import { tanstackFormat } from "../../../client-sdk/src/tanstack-ai/index.ts";
import { useStage } from "../../chat-page/support/stage.ts";
import { buildApp } from "./support/build-app.ts";
import { describeLibrary } from "./support/describe-library.ts";
import { expectShown } from "./support/talk.ts";

const main = join(import.meta.dirname, "tanstack-ai/main.tsx");

describeLibrary("TanStack AI", main);

const setStage = useStage(() => buildApp(main));

test("tool calls and thinking of TanStack AI are there after a reload", async () => {
  const { client, makeSession, open } = await setStage();
  const id = await makeSession("Talk", ["How warm is it?"]);
  const page = await open(id);
  await expectShown(page, "user: How warm is it?");
  await client.message.add.mutate({
    session_id: id,
    sender: "assistant",
    content: "7 degrees",
    format: tanstackFormat,
    parts: [
      { type: "thinking", content: "Ask the station" },
      { type: "tool-call", id: "c", name: "measure", arguments: "{}", state: "complete", output: 7 },
      { type: "text", content: "7 degrees" },
    ],
  });
  for (const isReloaded of [false, true]) {
    if (isReloaded) await page.reload();
    await expectShown(page, "user: How warm is it?", "assistant: 7 degrees");
    expect(await page.locator("small").last().textContent()).toBe("(Ask the station) measure {} 7 ");
  }
});
