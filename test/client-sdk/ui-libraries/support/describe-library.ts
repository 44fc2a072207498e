import { describe, expect, test } from "vitest";
import { useStage } from "../../../chat-page/support/stage.ts";
import { answer, ask, beginTalk, expectGrowing, expectShown, sessionId } from "./talk.ts";
import { buildApp } from "./build-app.ts";

/**
 * The eight scenarios of a chat with an assistant, played by an app of a UI library in Chromium.
 *
 * The app opens the session of its address's hash. It shows each message as `li[data-sender]` with the text in
 * `.content`, and has the fields `composer`, where Enter sends, and `stop` while a reply is written.
 *
 * @param main the file that renders the app
 */
export function describeLibrary(name: string, main: string): void {
  const setStage = useStage(() => buildApp(main));

  describe(`an app with ${name}`, () => {
    test("a reply grows as it is written", async () => {
      const { page, stored } = await beginTalk(setStage);
      await ask(page, "300");
      const length = await expectGrowing(page, answer(300), 10);
      await expectGrowing(page, answer(300), length);
      await expectShown(page, "user: 300", `assistant: ${answer(300)}`);
      expect(await stored()).toHaveLength(2);
    });

    test("a second tab sees the reply grow", async () => {
      const { page, stage } = await beginTalk(setStage);
      const second = await stage.open(sessionId);
      await ask(page, "300");
      const length = await expectGrowing(second, answer(300), 10);
      await expectGrowing(second, answer(300), length);
      for (const tab of [page, second]) await expectShown(tab, "user: 300", `assistant: ${answer(300)}`);
    });

    test("a reload in the middle of a reply shows the text so far, and the rest as it comes", async () => {
      const { page } = await beginTalk(setStage);
      await ask(page, "500");
      await expectGrowing(page, answer(500), 10);
      await page.reload();
      const length = await expectGrowing(page, answer(500), 10);
      await expectGrowing(page, answer(500), length);
      await expectShown(page, "user: 500", `assistant: ${answer(500)}`);
    });

    test("a reply goes on when the server is killed in its middle and started again", async () => {
      const { page, kill } = await beginTalk(setStage);
      await ask(page, "300");
      await expectGrowing(page, answer(300), 10);
      const start = await kill();
      await start();
      await expectShown(page, "user: 300", `assistant: ${answer(300)}`);
    });

    test("a stop in another tab ends the reply in both", async () => {
      const { page, stage, stored } = await beginTalk(setStage);
      const second = await stage.open(sessionId);
      await ask(page, "2000");
      for (const tab of [page, second]) await expectGrowing(tab, answer(2000), 10);
      await second.getByTestId("stop").click();
      for (const tab of [page, second]) await expect.poll(() => tab.getByTestId("stop").count()).toBe(0);
      const [question = "", reply = ""] = await stored();
      expect(reply.length).toBeLessThan(answer(2000).length);
      for (const tab of [page, second]) await expectShown(tab, question, reply.trim());
    });

    test("what others add, edit and delete over REST shows", async () => {
      const { page, stage } = await beginTalk(setStage);
      const { message } = stage.client;
      const add = (sender: "user" | "assistant", content: string) =>
        message.add.mutate({ session_id: sessionId, sender, content });
      const [first, second] = [await add("assistant", "First"), await add("assistant", "Second")];
      await expectShown(page, "assistant: First", "assistant: Second");
      await message.update.mutate({ session_id: sessionId, message_id: first.id, content: "Changed" });
      await expectShown(page, "assistant: Changed", "assistant: Second");
      await message.delete.mutate({ session_id: sessionId, message_id: second.id });
      await expectShown(page, "assistant: Changed");
    });

    test("three turns are the same after a reload", async () => {
      const { page, stored } = await beginTalk(setStage);
      const shown: string[] = [];
      for (const count of [3, 4, 5]) {
        await ask(page, String(count));
        shown.push(`user: ${count}`, `assistant: ${answer(count)}`);
        await expectShown(page, ...shown);
      }
      expect((await stored()).map((line) => line.trim())).toEqual(shown);
      await page.reload();
      await expectShown(page, ...shown);
    });

    test("a message that is sent while the server is down is answered when it is back", async () => {
      const { page, kill, stored } = await beginTalk(setStage);
      await ask(page, "3");
      await expectShown(page, "user: 3", `assistant: ${answer(3)}`);
      const start = await kill();
      await ask(page, "4");
      await expect.poll(() => page.getByText("4", { exact: true }).count()).toBe(1);
      await start();
      await expectShown(page, "user: 3", `assistant: ${answer(3)}`, "user: 4", `assistant: ${answer(4)}`);
      expect(await stored()).toHaveLength(4);
    });
  });
}
