import { expect } from "vitest";
import { callsOf, contentsOf, expectShown, holdCalls, messageWith, send } from "../support/read-page.ts";
import type { Scenarios } from "./scenario.ts";
import {
  edit,
  expectAlike,
  expectListedAlike,
  scrollToStart,
  setStageWithTabs,
  statesOf,
  watchFrames,
} from "./scenario.ts";

const numbered = (count: number): string[] =>
  Array.from({ length: count }, (_, index) => `message ${index + 1}`);

export const changes: Scenarios = {
  async "an edit of a message that is not loaded"(setStage) {
    const contents = numbered(120);
    const { page, id, client, stored } = await setStageWithTabs(setStage, { contents });
    await expect.poll(async () => (await contentsOf(page)).at(-1)).toBe("message 120");
    const { messages } = await client.session.get.query({ session_id: id });
    await client.message.update.mutate({
      session_id: id,
      message_id: messages[0]?.id ?? 0,
      content: "edited",
    });
    await client.message.add.mutate({ session_id: id, content: "marker", sender: "user" });
    await messageWith(page, "marker").waitFor();
    const shown = await statesOf(page);
    const sent = (await stored(id)).map((content) => `sent: ${content}`);
    expect(shown).toEqual(sent.slice(-shown.length));
    expect(shown.length).toBeLessThan(sent.length);
  },

  async "a deletion while the page with the message is under way"(setStage) {
    const contents = numbered(90);
    const stage = await setStageWithTabs(setStage, { contents });
    const { page, id, client, context } = stage;
    await messageWith(page, "message 90").waitFor();
    const held = await holdCalls(context, "message.list", { holds: "answers" });
    await scrollToStart(page);
    await held.until(1);
    const { messages } = await client.session.get.query({ session_id: id });
    await client.message.delete.mutate({ session_id: id, message_id: messages[9]?.id ?? 0 });
    await client.message.add.mutate({ session_id: id, content: "marker", sender: "user" });
    await messageWith(page, "marker").waitFor();
    held.letGo();
    await expectAlike(stage, [...contents.filter((content) => content !== "message 10"), "marker"]);
  },

  async "a slow answer after a newer edit"(setStage) {
    const stage = await setStageWithTabs(setStage, { contents: ["one", "two"] });
    const { page, id, client, context } = stage;
    const held = await holdCalls(context, "message.update", { holds: "answers" });
    await edit(page, "one", "older");
    await held.until(1);
    const { messages } = await client.session.get.query({ session_id: id });
    await client.message.update.mutate({
      session_id: id,
      message_id: messages[0]?.id ?? 0,
      content: "newer",
    });
    await expectShown(page, ["newer", "two"]);
    const complaints = await watchFrames(
      page,
      `return [...document.querySelectorAll("li[data-id] .content")].find(({ textContent }) => textContent === "older");`,
    );
    const answered = page.waitForEvent("requestfinished", (request) =>
      callsOf("message.update").test(request.url()),
    );
    held.letGo();
    await answered;
    // Its own answer comes after the slow one is read.
    await send(page, "three");
    await expectAlike(stage, ["newer", "two", "three"]);
    expect(await complaints()).toEqual([]);
  },

  async "changes of the list in two tabs"(setStage) {
    const stage = await setStageWithTabs(setStage, { tabs: 2, contents: ["one"] });
    const { page, other, client, id, makeSession } = stage;
    const gone = await makeSession("Goes");
    await other.getByTestId("new").click();
    await send(other, "First words");
    await messageWith(other, "First words").waitFor();
    await client.session.update.mutate({ session_id: id, title: "Renamed" });
    await client.session.delete.mutate({ session_id: gone });
    await expect.poll(() => other.locator('li[data-state="sent"]').count()).toBe(1);
    await expect.poll(async () => (await client.session.list.query()).items.length).toBe(2);
    await expectListedAlike(stage);
    await expect.poll(() => page.getByTestId("title").textContent()).toBe("Renamed");
  },

  async "an old session that becomes active"(setStage) {
    const stage = await setStageWithTabs(setStage, { tabs: 2, contents: ["one"] });
    const { page, id, client, makeSession } = stage;
    await makeSession("Newer", ["words"]);
    await expectListedAlike(stage);
    await client.message.add.mutate({ session_id: id, content: "again", sender: "assistant" });
    await expectAlike(stage, ["one", "again"]);
    await expectListedAlike(stage);
    await page.reload();
    await expectListedAlike(stage);
    await expectAlike(stage, ["one", "again"]);
  },

  async "a session that is deleted elsewhere"(setStage) {
    const stage = await setStageWithTabs(setStage, { tabs: 2, contents: ["one"] });
    const { client, id, context, makeSession } = stage;
    await makeSession("Stays");
    await client.session.delete.mutate({ session_id: id });
    for (const page of context.pages()) await page.getByTestId("title").waitFor({ state: "detached" });
    await expectListedAlike(stage);
  },

  async "React's StrictMode: one socket"(setStage) {
    const stage = await setStageWithTabs(setStage, { react: "development", contents: ["one"] });
    const { page, gateway } = stage;
    await expectShown(page, ["one"]);
    await send(page, "two");
    await expectAlike(stage, ["one", "two"]);
    expect(gateway.upgrades.items.length).toBe(1);
  },

  async "fast switching between sessions"(setStage) {
    const stage = await setStageWithTabs(setStage, { contents: ["Talk 1", "Talk 2"] });
    const { page, id, makeSession } = stage;
    const next = await makeSession("Next", ["Next 1", "Next 2"]);
    await expectShown(page, ["Talk 1", "Talk 2"]);
    const complaints = await watchFrames(
      page,
      `const title = document.querySelector("[data-testid=title]")?.textContent;
      const texts = [...document.querySelectorAll("li[data-id] .content")].map((item) => item.textContent);
      return title && texts.some((text) => !text.startsWith(title)) && [title, ...texts].join();`,
    );
    for (let count = 0; count < 10; count += 1) {
      for (const to of [next, id]) await page.evaluate((hash) => (location.hash = hash), to);
    }
    await expectShown(page, ["Talk 1", "Talk 2"]);
    await send(page, "Talk 3");
    await expectAlike(stage, ["Talk 1", "Talk 2", "Talk 3"]);
    expect(await complaints()).toEqual([]);
  },
};

declare const location: { hash: string };
