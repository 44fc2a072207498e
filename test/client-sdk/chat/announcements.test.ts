import { expect, onTestFinished, test, vi } from "vitest";
import { openAnnouncements } from "../../../client-sdk/src/chat/tabs/announcements.ts";

test("news that come after the end of a chat are dropped", () => {
  vi.stubGlobal("document", {});
  onTestFinished(() => void vi.unstubAllGlobals());
  const announcements = openAnnouncements("test");
  announcements.close();
  expect(() => announcements.announce("news")).not.toThrow();
});
