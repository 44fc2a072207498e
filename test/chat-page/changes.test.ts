import { expect, test } from "vitest";
import type { Client } from "../../client-sdk/src/index.ts";
import {
  callsOf,
  expectListed,
  expectSent,
  expectShown,
  holdCalls,
  messageWith,
  refuse,
  send,
} from "./support/read-page.ts";
import { useStage } from "./support/stage.ts";

const setStage = useStage();

test("an edit shows at once and in the other tab, and Escape leaves the message as it was", async () => {
  const { open, makeSession, stored } = await setStage();
  const id = await makeSession("Talk", ["one", "two"]);
  const [page, other] = [await open(id), await open(id)];
  await messageWith(page, "one").locator(".edit").click();
  await page.getByTestId("editor").fill("not this");
  await page.getByTestId("editor").press("Escape");
  await expectShown(page, ["one", "two"]);
  await messageWith(page, "one").locator(".edit").click();
  await page.getByTestId("editor").fill("ONE");
  await page.getByTestId("editor").press("Enter");
  for (const tab of [page, other]) await expectShown(tab, ["ONE", "two"]);
  expect(await stored(id)).toEqual(["ONE", "two"]);
});

test("an edit of a message that somebody else edited first is refused, and its text is offered again", async () => {
  const { open, makeSession, client, context } = await setStage();
  const id = await makeSession("Talk", ["one"]);
  const page = await open(id);
  const held = await holdCalls(context, "message.update");
  await messageWith(page, "one").locator(".edit").click();
  await page.getByTestId("editor").fill("mine");
  await page.getByTestId("editor").press("Enter");
  await expectShown(page, ["mine"]);
  await held.until(1);
  const { messages } = await client.session.get.query({ session_id: id });
  await client.message.update.mutate({ session_id: id, message_id: messages[0]?.id ?? 0, content: "theirs" });
  await expectShown(page, ["theirs"]);
  held.letGo();
  await page.getByText("Not changed:").waitFor();
  await messageWith(page, "theirs").locator(".edit").click();
  expect(await page.getByTestId("editor").inputValue()).toBe("mine");
});

const firstOf = async (client: Client, id: string) => {
  const { messages } = await client.session.get.query({ session_id: id });
  return { session_id: id, message_id: messages[0]?.id ?? 0 };
};

test("an editor says that its message was changed meanwhile, and replaces the change when it is told to", async () => {
  const { open, makeSession, client, stored } = await setStage();
  const id = await makeSession("Talk", ["one"]);
  const page = await open(id);
  const editor = page.getByTestId("editor");
  await messageWith(page, "one").locator(".edit").click();
  await editor.fill("mine");
  await client.message.update.mutate({ ...(await firstOf(client, id)), content: "theirs" });
  await page.getByRole("alert").getByText("theirs").waitFor();
  expect(await editor.inputValue()).toBe("mine");
  // Enter does not replace it: it leads to the button that does.
  await editor.press("Enter");
  expect(await stored(id)).toEqual(["theirs"]);
  await page.locator("button:focus").getByText("Replace with mine").waitFor();
  await page.keyboard.press("Enter");
  await expectShown(page, ["mine"]);
  await expect.poll(() => stored(id)).toEqual(["mine"]);
  // A discarded edit leaves the newer text.
  await messageWith(page, "mine").locator(".edit").click();
  await editor.fill("mine again");
  await client.message.update.mutate({ ...(await firstOf(client, id)), content: "theirs again" });
  await page.getByRole("button", { name: "Discard mine" }).click();
  await expectShown(page, ["theirs again"]);
  await messageWith(page, "theirs again").locator(".edit").click();
  expect(await editor.inputValue()).toBe("theirs again");
});

test("an edit that is saved before the change of somebody else is shown replaces nothing", async () => {
  const { open, makeSession, client, context, gateway, stored } = await setStage();
  const id = await makeSession("Talk", ["one"]);
  const page = await open(id);
  await messageWith(page, "one").locator(".edit").click();
  await page.getByTestId("editor").fill("mine");
  // The page hears of nothing any more, and can still write.
  const held = await holdCalls(context, "message.update");
  gateway.sockets = "hold";
  gateway.cut();
  await client.message.update.mutate({ ...(await firstOf(client, id)), content: "theirs" });
  await page.getByTestId("editor").press("Enter");
  await held.until(1);
  held.letGo();
  await page.getByText("Not changed:").waitFor();
  gateway.sockets = "pass";
  await expectShown(page, ["theirs"]);
  expect(await stored(id)).toEqual(["theirs"]);
  await page.getByRole("button", { name: "Unsaved edit" }).click();
  expect(await page.getByTestId("editor").inputValue()).toBe("mine");
  await page.getByRole("alert").getByText("theirs").waitFor();
});

test("an editor in which nothing is written shows a change from elsewhere, and writes nothing", async () => {
  const { open, makeSession, client, stored } = await setStage();
  const id = await makeSession("Talk", ["one"]);
  const page = await open(id);
  await messageWith(page, "one").locator(".edit").click();
  await client.message.update.mutate({ ...(await firstOf(client, id)), content: "theirs" });
  await expect.poll(() => page.getByTestId("editor").inputValue()).toBe("theirs");
  await page.getByTestId("editor").press("Enter");
  await send(page, "marker");
  await expectSent(page, "marker");
  expect(await stored(id)).toEqual(["theirs", "marker"]);
});

test("the text of an editor stays when another one, another chat or the page is opened", async () => {
  const { open, makeSession } = await setStage();
  const [id, other] = [await makeSession("Talk", ["one", "two"]), await makeSession("Other")];
  const page = await open(id);
  const editor = page.getByTestId("editor");
  await messageWith(page, "one").locator(".edit").click();
  await editor.fill("ONE");
  await messageWith(page, "two").locator(".edit").click();
  await editor.fill("TWO");
  await messageWith(page, "one").locator(".edit").click();
  expect(await editor.inputValue()).toBe("ONE");
  await page.locator(`[data-session="${other}"] a`).click();
  await expect.poll(() => page.getByTestId("title").textContent()).toBe("Other");
  await page.locator(`[data-session="${id}"] a`).click();
  await messageWith(page, "two").getByRole("button", { name: "Unsaved edit" }).click();
  expect(await editor.inputValue()).toBe("TWO");
  await page.reload();
  await messageWith(page, "one").getByRole("button", { name: "Unsaved edit" }).click();
  expect(await editor.inputValue()).toBe("ONE");
  await editor.press("Enter");
  await expectShown(page, ["ONE", "two"]);
  // A saved edit, or one that was given up, is not offered again.
  await messageWith(page, "two").locator(".edit").click();
  await editor.press("Escape");
  await page.reload();
  await expectShown(page, ["ONE", "two"]);
  expect(await page.getByRole("button", { name: "Unsaved edit" }).count()).toBe(0);
});

test("a title that is refused stays in its editor with the reason, and over a reload", async () => {
  const { open, makeSession, client, context } = await setStage();
  const id = await makeSession("Old");
  const page = await open(id);
  const editor = page.getByTestId("editor");
  await context.route(callsOf("session.update"), (route) =>
    refuse(route, "FORBIDDEN", "You may not name it."),
  );
  await page.getByRole("button", { name: "Rename chat" }).click();
  await editor.fill("Refused");
  await editor.press("Enter");
  await page.locator(".notice").getByText("You may not name it.").waitFor();
  expect(await editor.inputValue()).toBe("Refused");
  await page.locator("[data-testid=editor]:focus").waitFor();
  await context.unrouteAll();
  await page.reload();
  await page.getByRole("button", { name: "Unsaved title" }).click();
  expect(await editor.inputValue()).toBe("Refused");
  await editor.press("Enter");
  await expect.poll(() => page.getByTestId("title").allTextContents()).toEqual(["Refused"]);
  await expect.poll(async () => (await client.session.get.query({ session_id: id })).title).toBe("Refused");
  expect(await page.getByRole("button", { name: "Unsaved title" }).count()).toBe(0);
});

test("deleting a message asks, and then it is gone in all tabs", async () => {
  const { open, makeSession, stored } = await setStage();
  const id = await makeSession("Talk", ["one", "two"]);
  const [page, other] = [await open(id), await open(id)];
  await messageWith(page, "one").locator(".delete").click();
  await page.keyboard.press("Escape");
  await page.getByTestId("confirm").waitFor({ state: "detached" });
  await messageWith(page, "one").locator(".delete").click();
  await page.getByTestId("confirm").click();
  for (const tab of [page, other]) await expectShown(tab, ["two"]);
  expect(await stored(id)).toEqual(["two"]);
});

test("a rename shows in the list, as the title and in the other tab", async () => {
  const { open, makeSession, client } = await setStage();
  const id = await makeSession("Old", ["one"]);
  const [page, other] = [await open(id), await open(id)];
  await page.getByRole("button", { name: "Rename chat" }).click();
  await page.getByTestId("editor").fill("New");
  await page.getByTestId("editor").press("Enter");
  for (const tab of [page, other]) {
    await expect.poll(() => tab.getByTestId("title").allTextContents()).toEqual(["New"]);
    await expectListed(tab, ["New"]);
    await expect.poll(() => tab.title()).toBe("New · AI Desk");
  }
  expect((await client.session.get.query({ session_id: id })).title).toBe("New");
});

test("the title of the window is that of the open chat, and of none when none is open", async () => {
  const { open, makeSession } = await setStage();
  const page = await open(await makeSession("Talk"));
  await expect.poll(() => page.title()).toBe("Talk · AI Desk");
  await page.evaluate("location.hash = ''");
  await page.getByText("Start a conversation").waitFor();
  expect(await page.title()).toBe("AI Desk");
});

test.each(["Enter", "Tab"])(
  "a title editor in which nothing is written shows a rename from elsewhere, and %s leaves it",
  async (key) => {
    const { open, makeSession, client, context } = await setStage();
    const id = await makeSession("Old");
    const page = await open(id);
    let renames = 0;
    await context.route(callsOf("session.update"), async (route) => {
      renames += 1;
      await route.continue();
    });
    await page.getByRole("button", { name: "Rename chat" }).click();
    await client.session.update.mutate({ session_id: id, title: "Theirs" });
    await expect.poll(() => page.getByTestId("editor").inputValue()).toBe("Theirs");
    await page.getByTestId("editor").press(key);
    await expect.poll(() => page.getByTestId("title").allTextContents()).toEqual(["Theirs"]);
    // The marker is sent after a rename would be, so the rename would be stored by now.
    await send(page, "marker");
    await expectSent(page, "marker");
    expect([(await client.session.get.query({ session_id: id })).title, renames]).toEqual(["Theirs", 0]);
  },
);

test("the list shows the latest words of a session, before and after a reload", async () => {
  const { open, makeSession, client } = await setStage();
  const id = await makeSession("Talk", ["one"]);
  const page = await open();
  const preview = page.locator(`[data-session="${id}"] .preview`);
  await expect.poll(() => preview.textContent()).toBe("You: one");
  await client.message.add.mutate({ session_id: id, content: "two", sender: "assistant" });
  await expect.poll(() => preview.textContent()).toBe("two");
  await page.reload();
  await expect.poll(() => preview.textContent()).toBe("two");
});

test("a session that is deleted elsewhere is gone from the list and from the page that shows it", async () => {
  const { open, makeSession } = await setStage();
  const [gone] = [await makeSession("Gone", ["one"]), await makeSession("Stays")];
  const [page, other] = [await open(gone), await open()];
  await page.getByTestId("title").waitFor();
  await expectListed(other, ["Stays", "Gone"]);
  await other.locator(`[data-session="${gone}"] .delete-session`).click();
  await other.getByTestId("confirm").click();
  for (const tab of [page, other]) await expectListed(tab, ["Stays"]);
  await page.getByText("This chat is not here").waitFor();
  expect(await page.getByTestId("title").count()).toBe(0);
  expect(await page.getByTestId("composer").count()).toBe(0);
});

test("a session that there never was says so, and a percent-encoded id opens its own", async () => {
  const { open, client } = await setStage();
  const page = await open("nobody");
  await page.getByText("This chat is not here").waitFor();
  const id = "a b/ü?#%";
  await client.session.create.mutate({ id, title: "Odd" });
  await client.message.add.mutate({ session_id: id, content: "here", sender: "user" });
  await page.locator("[data-session]").locator("a").first().click();
  await expectShown(page, ["here"]);
  await page.reload();
  await expectShown(page, ["here"]);
  await send(page, "more");
  await expectSent(page, "more");
  await expectShown(page, ["here", "more"]);
});
