import { join } from "node:path";
import type { Page } from "playwright-core";
import { describe, expect, test } from "vitest";
import type { Stage } from "../../chat-page/support/stage.ts";
import { useStage } from "../../chat-page/support/stage.ts";
import { countOpenRequests } from "../../support/browser.ts";
import { buildApp } from "./support/build-app.ts";
import { answer, ask, beginTalk, expectGrowing, expectShown, sessionId } from "./support/talk.ts";

const folder = join(import.meta.dirname, "assistant-ui");

const parts = {
  role: "assistant",
  content: [
    { type: "reasoning", text: "Look it up. " },
    { type: "tool-call", toolCallId: "t", toolName: "weather", args: { city: "Ulm" }, result: "rain" },
    { type: "text", text: " It rains." },
  ],
};
const asShown = 'assistant: Look it up. weather({"city":"Ulm"}) = rain It rains.';

const branches = (page: Page) => page.getByTestId("branch").allTextContents();
const titles = (page: Page) => page.getByTestId("thread").getByRole("button").allTextContents();
const threadOf = (page: Page, title: string) =>
  page.getByTestId("thread").filter({ has: page.getByRole("button", { name: title, exact: true }) });

/** The page of a test has no icon. */
function expectNoTrouble({ trouble }: Stage): void {
  expect(trouble.filter((line) => !line.includes("404"))).toEqual([]);
}

async function expectThreads(page: Page, ...expected: string[]): Promise<void> {
  const found = async () => (await titles(page)).filter((text) => text !== "Rename" && text !== "Delete");
  await expect.poll(found, { timeout: 30_000 }).toEqual(expected);
}

describe("an app with assistant-ui's external store", () => {
  const setStage = useStage(() => buildApp(join(folder, "main.tsx")));

  test("another reply and an edited question are branches, between which the user switches, also after a reload", async () => {
    const { page } = await beginTalk(setStage);
    await ask(page, "3");
    await expectShown(page, "user: 3", `assistant: ${answer(3)}`);
    await page.getByText("Reload").click();
    await expect.poll(() => branches(page)).toEqual(["2/2"]);
    await expectShown(page, "user: 3", `assistant: ${answer(3)}`);
    await page.getByText("Edit").click();
    await page.getByTestId("editor").fill("4");
    await page.getByText("Save").click();
    await expectShown(page, "user: 4", `assistant: ${answer(4)}`);
    await expect.poll(() => branches(page)).toEqual(["2/2"]);
    await page.reload();
    await expect.poll(() => branches(page)).toEqual(["2/2"]);
    await page.getByText("Previous").click();
    await expectShown(page, "user: 3", `assistant: ${answer(3)}`);
    await expect.poll(() => branches(page)).toEqual(["1/2", "2/2"]);
    await page.getByText("Previous").last().click();
    await expect.poll(() => branches(page)).toEqual(["1/2", "1/2"]);
    await page.getByText("Next").first().click();
    await expectShown(page, "user: 4", `assistant: ${answer(4)}`);
    await page.getByText("Previous").click();
    await expect.poll(() => branches(page)).toEqual(["1/2", "1/2"]);
  });

  test("a first message creates a session; threads are opened, renamed and deleted", async () => {
    const { page, stage } = await beginTalk(setStage);
    await expectThreads(page, "Talk");
    await page.getByText("New thread").click();
    await ask(page, "2");
    await expectShown(page, "user: 2", `assistant: ${answer(2)}`);
    await expectThreads(page, "2", "Talk");
    await threadOf(page, "Talk").getByText("Talk").click();
    await expectShown(page);
    await ask(page, "1");
    await expectShown(page, "user: 1", "assistant: 0");
    await threadOf(page, "Talk").getByText("Rename").click();
    await expectThreads(page, "Renamed", "2");
    await page.reload();
    await expectShown(page, "user: 1", "assistant: 0");
    await threadOf(page, "Renamed").getByText("Delete").click();
    await expectThreads(page, "2");
    await expectShown(page);
    const left = await stage.client.session.list.query();
    expect(left.items.map(({ title }) => title)).toEqual(["2"]);
  });

  test("reasoning and tool calls survive a reload, and parts of another form show as text", async () => {
    const stage = await setStage();
    const { client } = stage;
    await client.session.create.mutate({ id: sessionId });
    const add = (content: string, more: { parts: unknown; format: string }) =>
      client.message.add.mutate({ session_id: sessionId, sender: "assistant", content, ...more });
    await add("It rains.", { parts, format: "aui/v0" });
    await add("Of the AI SDK", { parts: [{ type: "text", text: "Not this" }], format: "ai-sdk/v6" });
    const broken: unknown[] = [
      5,
      null,
      [7],
      { content: "x" },
      { content: [{ type: "tool-call", toolName: 1 }] },
    ];
    for (const value of broken) await add("Broken", { parts: value, format: "aui/v0" });
    await client.message.add.mutate({
      session_id: sessionId,
      sender: "user",
      content: "A tool call of a user",
      parts,
      format: "aui/v0",
    });
    const page = await stage.open(sessionId);
    const shown = [
      asShown,
      "assistant: Of the AI SDK",
      ...broken.map(() => "assistant: Broken"),
      "user: A tool call of a user",
    ];
    await expectShown(page, ...shown);
    await page.reload();
    await expectShown(page, ...shown);
    expectNoTrouble(stage);
  });

  test("a message that is sent while a reply is written shows at once, and is answered next", async () => {
    const { page } = await beginTalk(setStage);
    await ask(page, "600");
    await expectGrowing(page, answer(600), 10);
    await ask(page, "3");
    await expect.poll(() => page.locator("li[data-sender=user]").count()).toBe(2);
    await expectShown(page, "user: 600", `assistant: ${answer(600)}`, "user: 3", `assistant: ${answer(3)}`);
  });

  test("the history loads at the user's wish, and a message is deleted", async () => {
    const stage = await setStage();
    const { client } = stage;
    await client.session.create.mutate({ id: sessionId });
    const lines: string[] = [];
    for (let number = 1; number <= 60; number += 1) {
      await client.message.add.mutate({ session_id: sessionId, sender: "assistant", content: `m${number}` });
      lines.push(`assistant: m${number}`);
    }
    const page = await stage.open(sessionId);
    await expectShown(page, ...lines.slice(10));
    await page.getByText("Earlier").click();
    await expectShown(page, ...lines);
    expect(await page.getByText("Earlier").count()).toBe(0);
    await page.getByText("Remove").nth(1).click();
    await expectShown(page, ...lines.toSpliced(1, 1));
    await expect.poll(() => stage.stored(sessionId)).toHaveLength(59);
    expectNoTrouble(stage);
  });

  test("a message that is refused shows, and is sent once it is edited", async () => {
    const stage = await setStage();
    await stage.client.session.create.mutate({ id: sessionId });
    const page = await stage.open(sessionId);
    await ask(page, "a\u0000b");
    await page.getByText("Edit").click();
    await page.getByTestId("editor").fill("ab");
    await page.getByText("Save").click();
    await expect.poll(() => stage.stored(sessionId)).toEqual(["ab"]);
    await expectShown(page, "user: ab");
  });

  test("a reply that failed, and one that was stopped, say so", async () => {
    const stage = await setStage();
    const { client } = stage;
    await client.session.create.mutate({ id: sessionId });
    const writer = "w";
    for (const [key, end] of [
      ["f", "failed"],
      ["s", "stopped"],
    ] as const) {
      const name = { session_id: sessionId, key };
      await client.message.add.mutate({
        ...name,
        sender: "assistant",
        content: "",
        status: "streaming",
        writer,
      });
      await client.message.append.mutate({ ...name, writer, offset: 0, text: key });
      if (end === "stopped") await client.message.stop.mutate(name);
      else await client.message.finish.mutate({ ...name, writer, status: "failed", error: "No model." });
    }
    const page = await stage.open(sessionId);
    await expectShown(page, "assistant: f", "assistant: s");
    const statuses = await page
      .locator("li")
      .evaluateAll((items) =>
        (items as unknown as { dataset: { status: string } }[]).map(({ dataset }) => dataset.status),
      );
    expect(statuses).toEqual(["incomplete", "incomplete"]);
    expect(await page.getByText("failed", { exact: true }).count()).toBe(1);
  });
});

describe("an app with assistant-ui's local runtime", () => {
  const setStage = useStage(() => buildApp(join(folder, "local.tsx")));

  test("its threads are sessions, whose messages survive a reload with reasoning and tool calls", async () => {
    const stage = await setStage();
    const page = await stage.open();
    const openRequests = countOpenRequests(page);
    const shown = ["user: hello", 'assistant: Hm. upper({"text":"hello"}) = HELLO HELLO!'];
    await ask(page, "hello");
    await expectShown(page, ...shown);
    await expectThreads(page, "hello");
    await page.getByText("New thread").click();
    // The switch is asynchronous. A text that is written before it stays with the other thread.
    await expectShown(page);
    await ask(page, "bye");
    const others = ["user: bye", 'assistant: Hm. upper({"text":"bye"}) = BYE BYE!'];
    await expectShown(page, ...others);
    const stored = async () => {
      const { items } = await stage.client.session.list.query({ order: "activity" });
      return items.map(({ title, last_message }) => [title, last_message?.excerpt]);
    };
    await expect.poll(stored).toEqual([
      ["bye", " BYE!"],
      ["hello", " HELLO!"],
    ]);
    // A message is stored before the page has the answer: a reload would cut that request.
    await expect.poll(openRequests).toBe(0);
    await page.reload();
    await expectThreads(page, "bye", "hello");
    await threadOf(page, "hello").getByText("hello").click();
    await expectShown(page, ...shown);
    await threadOf(page, "bye").getByText("bye").click();
    await expectShown(page, ...others);
    expectNoTrouble(stage);
  });
});
