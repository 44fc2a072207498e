import { join } from "node:path";
import { expect } from "vitest";
import { runVerb } from "../../cli/run-verb.ts";
import { startServer } from "../../support/start-server.ts";
import { makeTemporaryFolder } from "../../support/temporary-folder.ts";
import { expectShown, messageWith, send, untilKept } from "../support/read-page.ts";
import type { Scenarios, SetStage } from "./scenario.ts";
import { expectAlike, setStageWithTabs } from "./scenario.ts";

const waiting = ["one", "two", "three"];

/** A server as a process of its own, that starts again at the same address over the same file. */
async function startProcess() {
  const file = join(makeTemporaryFolder(), "ai_desk.db");
  const environment = { DATABASE_URL: `file:${file}` };
  const server = await startServer(environment);
  const { port } = new URL(server.url);
  return { server, file, startAgain: () => startServer({ ...environment, PORT: port }) };
}

async function sendWhileDown(setStage: SetStage, { withReload }: { withReload: boolean }): Promise<void> {
  const stage = await setStageWithTabs(setStage, { contents: ["before"] });
  const { page, proxy, id } = stage;
  await untilKept(page, id);
  proxy.treatment = "refuse";
  proxy.cut();
  await page.getByTestId("offline").waitFor();
  for (const content of waiting) await send(page, content);
  if (withReload) await page.reload();
  // The conversation is there from the visit before.
  await expectShown(page, ["before", ...waiting]);
  expect(await page.locator('li[data-state="pending"]').count()).toBe(3);
  await page.getByTestId("offline").waitFor();
  proxy.treatment = "pass";
  await expectAlike(stage, ["before", ...waiting]);
  await page.getByTestId("offline").waitFor({ state: "detached" });
}

export const outages: Scenarios = {
  "sends while the server is down": (setStage) => sendWhileDown(setStage, { withReload: false }),

  "sends while the server is down, and a reload": (setStage) => sendWhileDown(setStage, { withReload: true }),

  async "kill and restart, while others change things"(setStage) {
    const { server, startAgain } = await startProcess();
    const contents = ["one", "two", "three"];
    const stage = await setStageWithTabs(setStage, { server, tabs: 2, contents });
    const { page, id, client, proxy } = stage;
    for (const tab of stage.context.pages()) await expectShown(tab, contents);
    await send(page, "before");
    await expectAlike(stage, [...contents, "before"]);
    await server.stop("SIGKILL");
    // Others reach the new server first.
    proxy.treatment = "refuse";
    await send(page, "meanwhile");
    await startAgain();
    const { messages } = await client.session.get.query({ session_id: id });
    const [one, two] = messages.map((message) => ({ session_id: id, message_id: message.id }));
    if (!one || !two) throw new Error("The messages are not there.");
    await client.message.update.mutate({ ...one, content: "ONE" });
    await client.message.delete.mutate(two);
    await client.message.add.mutate({ session_id: id, content: "theirs", sender: "assistant" });
    proxy.treatment = "pass";
    await expectAlike(stage, ["ONE", "three", "before", "theirs", "meanwhile"]);
  },

  async "offline, and back"(setStage) {
    const stage = await setStageWithTabs(setStage, { contents: ["before"] });
    const { page, context, id, client } = stage;
    await expectShown(page, ["before"]);
    await context.setOffline(true);
    for (const content of waiting) await send(page, content);
    await expectShown(page, ["before", ...waiting]);
    expect(await page.locator('li[data-state="pending"]').count()).toBe(3);
    await client.message.add.mutate({ session_id: id, content: "theirs", sender: "assistant" });
    await context.setOffline(false);
    await expectAlike(stage, ["before", "theirs", ...waiting]);
  },

  async "a network that is dead without a word"(setStage) {
    const stage = await setStageWithTabs(setStage, { contents: ["before"] });
    const { page, proxy, id, client } = stage;
    await expectShown(page, ["before"]);
    proxy.treatment = "hold";
    proxy.silence();
    for (const content of waiting) await send(page, content);
    await page.getByTestId("offline").waitFor({ timeout: 25_000 });
    await client.message.add.mutate({ session_id: id, content: "theirs", sender: "assistant" });
    proxy.treatment = "pass";
    await expectAlike(stage, ["before", "theirs", ...waiting]);
    await page.getByTestId("offline").waitFor({ state: "detached" });
  },

  async "reset: an older copy of the data is put back"(setStage) {
    const { server, file, startAgain } = await startProcess();
    const stage = await setStageWithTabs(setStage, { server, contents: ["one", "two"] });
    const { page } = stage;
    const copy = join(makeTemporaryFolder(), "copy.db");
    expect(await runVerb(["backup", copy], { file })).toMatchObject({ code: 0 });
    await send(page, "lost");
    await expectAlike(stage, ["one", "two", "lost"]);
    await server.stop();
    await send(page, "kept");
    await messageWith(page, "kept").waitFor();
    expect(await runVerb(["restore", copy], { file })).toMatchObject({ code: 0 });
    await startAgain();
    await expectAlike(stage, ["one", "two", "kept"]);
  },
};
