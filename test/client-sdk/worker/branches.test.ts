import { expect, test } from "vitest";
import { startApp } from "../../support/start-app.ts";
import { expectMessages, scripted, serve, User } from "./support/serve.ts";

test("a message that waits while an earlier reply is written again is answered too [WORK-1] [WORK-2]", async () => {
  const { url } = await startApp();
  const user = await new User(url).begin();
  const { reply, at } = scripted();
  serve(url, { reply });
  await user.say("1", "m1");
  (await at(0)).script.end();
  await expectMessages(user, "m1: 1", "reply:m1: ");
  await user.say("2", "m2");
  const second = await at(1);
  await user.say("3", "m3");
  await user.ask("again", "m1");
  second.script.end();
  const again = await at(2);
  expect([again.request.key, again.request.messages.map(({ key }) => key)]).toEqual(["again", ["m1"]]);
  again.script.end();
  const third = await at(3);
  expect(third.request.key).toBe("reply:m3");
  expect(third.request.messages.at(-1)?.key).toBe("m3");
  third.script.say("Three");
  third.script.end();
  await expectMessages(
    user,
    "m1: 1",
    "reply:m1: ",
    "m2: 2",
    "reply:m2: ",
    "m3: 3",
    "again: ",
    "reply:m3: Three",
  );
});

test("messages of two branches are answered each on its own branch [WORK-1]", async () => {
  const { url } = await startApp();
  const user = await new User(url).begin();
  const { reply, at } = scripted();
  serve(url, { reply });
  await user.say("1", "m1");
  const first = await at(0);
  await user.say("2", "m2");
  await user.say("1, edited", "edited", "m1");
  first.script.end();
  const second = await at(1);
  second.script.end();
  const third = await at(2);
  third.script.end();
  const keysOf = ({ request }: typeof first) => [request.key, request.messages.map(({ key }) => key)];
  expect(keysOf(second)).toEqual(["reply:m2", ["m1", "reply:m1", "m2"]]);
  expect(keysOf(third)).toEqual(["reply:edited", ["edited"]]);
});

test("a reply that was interrupted is attempted again, though a later message was refused [WORK-1] [WORK-3]", async () => {
  const { url } = await startApp();
  const user = await new User(url).begin();
  const { reply, at } = scripted();
  const { worker } = serve(url, { reply, onBusy: "refuse" });
  await user.say("1", "m1");
  await at(0);
  await user.say("2", "m2");
  const before = ["m1: 1", "reply:m1:  [interrupted]", "m2: 2", "reply:m2:  [failed]"];
  await expectMessages(user, "m1: 1", "reply:m1:  [streaming]", ...before.slice(2));
  await worker.close();
  await expectMessages(user, ...before);
  serve(url, { reply, onBusy: "refuse" });
  const next = await at(1);
  next.script.say("Both");
  next.script.end();
  await expectMessages(user, ...before, "reply:m1:2: Both");
  expect((await user.messages()).at(-1)?.parent_key).toBe("m2");
});

test("a worker reads as much of a session as it takes to see what is answered, and no more [WORK-1]", async () => {
  const { url } = await startApp();
  const users = await Promise.all(["told", "asked"].map((id) => new User(url, id).begin()));
  const [told, asked] = users as [User, User];
  const input = { session_id: "told", content: "News", sender: "assistant" } as const;
  for (let at = 0; at < 550; at += 1) await told.client.message.add.mutate(input);
  for (let at = 0; at < 120; at += 1) await asked.say(`${at}`, `m${at}`);
  await asked.client.message.add.mutate({ ...input, session_id: "asked", parent_key: "gone", key: "r" });
  await asked.say("Last", "last");
  const pages: string[] = [];
  const { reply, at } = scripted();
  serve(
    url,
    { reply },
    {
      fetch(address, init) {
        for (const [, id = ""] of decodeURIComponent(address).matchAll(/"session_id":"(\w+)","order"/g))
          pages.push(id);
        return fetch(address, init);
      },
    },
  );
  const { request, script } = await at(0);
  expect([request.session_id, request.key]).toEqual(["asked", "reply:last"]);
  script.end();
  await told.say("Hello", "hello");
  expect((await at(1)).request.messages.length).toBe(100);
  expect(pages.filter((id) => id === "told").length).toBeLessThan(10);
});
