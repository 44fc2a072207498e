import type { Page } from "playwright-core";
import { expect, test } from "vitest";
import { contentsOf, expectShown } from "./support/read-page.ts";
import type { Stage } from "./support/stage.ts";
import { useStage } from "./support/stage.ts";

const setStage = useStage();
const writer = "worker";

/** A session with a question, open in two tabs, and a reply that the test writes. */
async function setReply(): Promise<{ stage: Stage; id: string; tabs: Page[]; append: Append }> {
  const stage = await setStage();
  const id = await stage.makeSession("Questions");
  const { message } = stage.client;
  await message.add.mutate({ session_id: id, key: "q", content: "Why?", sender: "user" });
  const tabs = [await stage.open(id), await stage.open(id)];
  await message.add.mutate({
    session_id: id,
    key: "r",
    content: "",
    sender: "assistant",
    status: "streaming",
    writer,
    parent_key: "q",
  });
  let offset = 0;
  const append = async (text: string): Promise<void> => {
    ({ length: offset } = await message.append.mutate({ session_id: id, key: "r", writer, offset, text }));
  };
  return { stage, id, tabs, append };
}

type Append = (text: string) => Promise<void>;

const reply = (page: Page, status: string) => page.locator(`li[data-key="r"][data-status="${status}"]`);

test("a reply grows in every tab as finished Markdown, and a stop in one tab ends it in both", async () => {
  const { stage, id, tabs, append } = await setReply();
  const [first, second] = tabs as [Page, Page];
  await append("Because **of");
  for (const tab of tabs) {
    await expect.poll(() => contentsOf(tab)).toEqual(["Why?", "Because of"]);
    expect(await reply(tab, "streaming").locator("strong").textContent()).toBe("of");
    expect(await reply(tab, "streaming").locator(".edit, .regenerate").count()).toBe(0);
  }
  await append(" physics**\n-");
  // The line may become a list or a rule: the paragraph before it is no heading meanwhile.
  await expect.poll(() => reply(first, "streaming").locator("strong").textContent()).toBe("of physics");
  expect(await reply(first, "streaming").locator("h2").count()).toBe(0);
  await second.getByTestId("stop").click();
  for (const tab of tabs) {
    await reply(tab, "stopped").getByText("Stopped").waitFor();
    await expect.poll(() => tab.getByTestId("stop").count()).toBe(0);
  }
  await expect(append(" more")).rejects.toMatchObject({ data: { code: "CONFLICT", status: "stopped" } });
  const { messages } = await stage.client.session.get.query({ session_id: id });
  expect(messages[1]).toMatchObject({ content: "Because **of physics**\n-", status: "stopped" });
});

test("another answer is an alternative: one of them is shown, and the choice survives a reload", async () => {
  const { stage, id, tabs, append } = await setReply();
  const [page] = tabs as [Page];
  const { message } = stage.client;
  await append("First answer");
  await message.finish.mutate({ session_id: id, key: "r", writer });
  await reply(page, "").locator(".regenerate").click();
  const asked = page.locator('li[data-status="requested"]');
  await asked.getByText("Waiting for an answer").waitFor();
  expect(await asked.getByText("2 of 2").count()).toBe(1);
  const key = (await asked.getAttribute("data-key")) ?? "";
  await expect
    .poll(async () => (await message.list.query({ session_id: id })).items.at(-1))
    .toMatchObject({ key, status: "requested", parent_key: "q" });
  await message.claim.mutate({ session_id: id, key, writer });
  await message.append.mutate({ session_id: id, key, writer, offset: 0, text: "Second answer" });
  await expectShown(page, ["Why?", "Second answer"]);
  await message.finish.mutate({ session_id: id, key, writer });
  await page.getByLabel("Previous alternative").click();
  await expectShown(page, ["Why?", "First answer"]);
  await page.getByText("1 of 2").waitFor();
  await page.reload();
  await expectShown(page, ["Why?", "First answer"]);
});

test.each([
  ["failed", "The model has no more credit.", "The model has no more credit."],
  ["interrupted", undefined, "Interrupted"],
] as const)("a reply that ended as %s says so, and can be asked for again", async (status, error, shown) => {
  const { stage, id, tabs, append } = await setReply();
  const [page] = tabs as [Page];
  await append("Half");
  await stage.client.message.finish.mutate({
    session_id: id,
    key: "r",
    writer,
    status,
    ...(error !== undefined && { error }),
  });
  await reply(page, status).getByText(shown).waitFor();
  await expectShown(page, ["Why?", "Half"]);
  await reply(page, status).locator(".regenerate").click();
  await page.locator('li[data-status="requested"]').waitFor();
});

test("a reader that scrolled up is not moved while a reply grows", async () => {
  const { tabs, append } = await setReply();
  const [page] = tabs as [Page];
  const scroll = page.getByTestId("scroll");
  await append(Array.from({ length: 80 }, (_, line) => `Paragraph ${line}\n\n`).join(""));
  await page.getByText("Paragraph 79").waitFor();
  await scroll.hover();
  await page.mouse.wheel(0, -600);
  await page.getByText("Latest messages").waitFor();
  const topOf = (): Promise<number> =>
    scroll.evaluate((element) => (element as { scrollTop: number }).scrollTop);
  const before = await topOf();
  await append("And the end.");
  await expect.poll(() => page.getByText("And the end.").count()).toBe(1);
  expect(await topOf()).toBe(before);
});

test("who types, and how many others have the session open, shows in the other tab", async () => {
  const stage = await setStage();
  const id = await stage.makeSession("Together");
  const [first, second] = [await stage.open(id), await stage.open(id)];
  // Tabs of one browser share a line, and each is somebody.
  for (const tab of [first, second]) await tab.getByText("1 other here").waitFor();
  await first.getByTestId("composer").pressSequentially("He");
  await second.getByText("Somebody is typing…").waitFor();
  await first.getByTestId("composer").press("Enter");
  await expect.poll(() => second.getByTestId("typing").textContent()).toBe("");
  await expectShown(second, ["He"]);
});
