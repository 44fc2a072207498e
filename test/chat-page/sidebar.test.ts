import { expect, test } from "vitest";
import { callsOf, refuse, send } from "./support/read-page.ts";
import { useStage } from "./support/stage.ts";

const setStage = useStage();

const setStageWithSession = async () => {
  const stage = await setStage();
  const id = await stage.makeSession("Talk");
  const page = await stage.open(id);
  await page.getByTestId("title").waitFor();
  return { ...stage, id, page };
};

test("the list tells of a chat's messages that wait, and of those that were refused", async () => {
  const { page, context, makeSession, proxy, id } = await setStageWithSession();
  const other = await makeSession("Other");
  const row = page.locator(`[data-session="${id}"]`);
  const words = (name: string): Promise<string> => row.locator(name).innerText();
  await expect.poll(() => words(".preview")).toBe("No messages yet");
  await context.route(callsOf("message.add"), (route) =>
    refuse(route, "FORBIDDEN", "You may not write here."),
  );
  await send(page, "refused");
  await expect.poll(() => words(".row-time")).toBe("not sent");
  await context.unrouteAll();
  await page.locator("li .delete").click();
  await expect.poll(() => words(".preview")).toBe("No messages yet");
  proxy.treatment = "refuse";
  proxy.cut();
  await page.getByTestId("offline").waitFor();
  await send(page, "queued");
  await page.locator(`[data-session="${other}"] a`).click();
  await page.locator(`[data-session="${other}"] [aria-current]`).waitFor();
  expect([await words(".preview"), await words(".row-time")]).toEqual(["You: queued", "waiting"]);
  // A chat that is still to be made has its queue too.
  await page.getByTestId("new").click();
  const begun = page.locator("[data-session]").first();
  // The browser tells the page of the new address a moment after the click: until then the composer is the other chat's.
  await begun.locator("[aria-current]").waitFor();
  await send(page, "begins it");
  await expect.poll(() => begun.locator(".preview").innerText()).toBe("You: begins it");
});

test("a chat whose making is refused is not said to wait", async () => {
  const { page, context } = await setStageWithSession();
  await context.route(callsOf("session.create"), (route) =>
    refuse(route, "FORBIDDEN", "You may not begin a chat."),
  );
  await page.getByTestId("new").click();
  const row = page.locator('[data-session][data-delivery="failed"]');
  expect(await row.locator(".row-time").innerText()).toBe("not sent");
});
