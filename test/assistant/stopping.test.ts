import { expect, test } from "vitest";
import { call } from "../support/rest.ts";
import { startAssisted } from "./assisted-session.ts";

const reply = "/api/sessions/s/messages/key:reply:%231";

test("a stop closes the connection to the model's server, also while the model is silent [ASSIST-4]", async () => {
  const { url, model, say, expectShown } = await startAssisted();
  await say("one");
  const request = await model.request(1);
  request.say("Once ");
  await expectShown("user: one", "assistant: Once /streaming");
  expect((await call(url, "POST", `${reply}/stop`)).status).toBe(200);
  await request.closed;
  expect(request.isFinished).toBe(false);
  await say("two");
  const next = await model.request(2);
  expect(next.prompt).toEqual(["user: one", "assistant: Once ", "user: two"]);
  next.answer("2");
  await expectShown("user: one", "assistant: Once /stopped", "user: two", "assistant: 2");
});

test("a stop before the first word closes it too [ASSIST-4]", async () => {
  const { url, model, say, expectShown } = await startAssisted();
  await say("one");
  const request = await model.request(1);
  await call(url, "POST", `${reply}/stop`);
  await request.closed;
  await expectShown("user: one", "assistant: /stopped");
});

test.each([
  ["the reply", reply],
  ["the session", "/api/sessions/s"],
])("the deletion of %s closes it too [ASSIST-4]", async (_, path) => {
  const { url, model, say } = await startAssisted();
  await say("one");
  const request = await model.request(1);
  request.say("Once ");
  expect((await call(url, "DELETE", path)).status).toBeLessThan(300);
  await request.closed;
  expect(request.isFinished).toBe(false);
});

test("a stop while the assistant waits to ask again ends that wait [ASSIST-4]", async () => {
  const { url, model, say, expectShown } = await startAssisted({ times: { longestRetryMs: 3_600_000 } });
  await say("one");
  (await model.request(1)).refuse(429, "slow down", { "retry-after": "3000" });
  await call(url, "POST", `${reply}/stop`);
  await say("two");
  const next = await model.request(2);
  next.answer("2");
  await expectShown("user: one", "assistant: /stopped", "user: two", "assistant: 2");
});
