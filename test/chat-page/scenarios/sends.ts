import { expect } from "vitest";
import { callsOf, contentsOf, expectShown, holdCalls, messageWith, send } from "../support/read-page.ts";
import type { Scenarios } from "./scenario.ts";
import { expectAlike, findDoubled, setStageWithTabs, watchFrames } from "./scenario.ts";

export const sends: Scenarios = {
  async "one send after the other, each told before it is answered"(setStage) {
    const stage = await setStageWithTabs(setStage, { tabs: 2 });
    const { page, other, context } = stage;
    await context.route(callsOf("message.add"), async (route) => {
      const body = route.request().postData() ?? "";
      const response = await route.fetch({ maxRetries: 1 });
      const isTold = async (): Promise<boolean> =>
        (await contentsOf(other)).some((content) => body.includes(JSON.stringify(content)));
      await expect.poll(isTold).toBe(true);
      await route.fulfill({ response });
    });
    const complaints = await watchFrames(page, findDoubled);
    const contents = Array.from({ length: 20 }, (_, index) => `message ${index + 1}`);
    for (const [index, content] of contents.entries()) {
      await send(page, content);
      await expect.poll(() => page.locator('li[data-state="sent"]').count()).toBe(index + 1);
    }
    await expectAlike(stage, contents);
    expect(await complaints()).toEqual([]);
  },

  async "quick sends while the first request is slow"(setStage) {
    const stage = await setStageWithTabs(setStage, {});
    const { page, context } = stage;
    const held = await holdCalls(context, "message.add", { times: 1 });
    const contents = ["one", "two", "three"];
    for (const content of contents) await send(page, content);
    await held.until(1);
    await expectShown(page, contents);
    held.letGo();
    await expectAlike(stage, contents);
  },

  async "two tabs that send at once"(setStage) {
    const stage = await setStageWithTabs(setStage, { tabs: 2 });
    const { page, other, id, stored } = stage;
    await Promise.all(
      [page, other].map(async (tab, name) => {
        for (let count = 1; count <= 8; count += 1) await send(tab, `${name}-${count}`);
      }),
    );
    await expect.poll(async () => (await stored(id)).length).toBe(16);
    const contents = await stored(id);
    await expectAlike(stage, contents);
    for (const name of [0, 1]) {
      const own = contents.filter((content) => content.startsWith(`${name}-`));
      expect(own).toEqual(Array.from({ length: 8 }, (_, index) => `${name}-${index + 1}`));
    }
  },

  async "a send whose answer is cut off"(setStage) {
    const stage = await setStageWithTabs(setStage, {});
    const { page, context } = stage;
    await context.route(
      callsOf("message.add"),
      async (route) => {
        await route.fetch();
        await route.abort();
      },
      { times: 1 },
    );
    await send(page, "once");
    await expectAlike(stage, ["once"]);
  },

  async "a reload during a send"(setStage) {
    const stage = await setStageWithTabs(setStage, {});
    const { page, context } = stage;
    const held = await holdCalls(context, "message.add");
    await send(page, "once");
    await held.until(1);
    await page.reload();
    await expectShown(page, ["once"]);
    await held.until(2);
    held.letGo();
    await expectAlike(stage, ["once"]);
  },

  async "a tab that is closed while it sends"(setStage) {
    const stage = await setStageWithTabs(setStage, { tabs: 2 });
    const { page, context } = stage;
    const held = await holdCalls(context, "message.add");
    await send(page, "left behind");
    await held.until(1);
    await page.close();
    held.letGo();
    await expectAlike(stage, ["left behind"]);
  },

  async "deleting what is being sent"(setStage) {
    const stage = await setStageWithTabs(setStage, {});
    const { page, context } = stage;
    const held = await holdCalls(context, "message.add");
    for (const content of ["stays", "goes"]) await send(page, content);
    await held.until(1);
    await messageWith(page, "goes").locator(".delete").click();
    await expectShown(page, ["stays"]);
    held.letGo();
    await send(page, "after");
    await expectAlike(stage, ["stays", "after"]);
  },
};
