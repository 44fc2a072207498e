import { expect, test } from "vitest";
import { openChat } from "../support/readers.ts";
import { openTrpcSocket } from "../support/trpc-wire.ts";
import { startWithSession } from "./followed-session.ts";

const json = { "content-type": "application/json" };
const nest = (levels: number): string => "[".repeat(levels) + "]".repeat(levels);
const nestedMessage = (levels: number): string => `{"content":"a","sender":"user","more":${nest(levels)}}`;
const nestedInput = (levels: number): string => `{"session_id":"s","more":${nest(levels)}}`;

test("JSON that nests too deep is refused at every door before it is parsed, and a send that nests less is stored [LIMIT-8]", async () => {
  const { url, wsUrl } = await startWithSession();
  const post = (path: string, body: string) => fetch(url + path, { method: "POST", headers: json, body });
  const get = (levels: number) => `/trpc/session.get?input=${encodeURIComponent(nestedInput(levels))}`;
  const chat = await openChat(wsUrl, "s");
  const trpc = await openTrpcSocket(wsUrl);

  const refused: unknown[] = [
    await (await post("/api/sessions/s/messages", nestedMessage(32))).json(),
    await (await post("/trpc/message.add", nestedMessage(32))).json(),
    await (await fetch(url + get(32))).json(),
    await (await fetch(url + get(32), { headers: { "trpc-accept": "application/jsonl" } })).json(),
    await (await fetch(`${url}/trpc/session.onEvent?input=${encodeURIComponent(nestedInput(32))}`)).json(),
  ];
  trpc.socket.send(`{"id":1,"method":"query","params":{"path":"session.get","input":${nestedInput(30)}}}`);
  refused.push((await trpc.frames.count(1))[0]);
  chat.socket.send(nestedMessage(32));
  refused.push((await chat.frames.count(1))[0]);
  for (const each of refused) {
    expect(JSON.stringify(each)).toMatch(/"(The body|The input|The frame) nests deeper than 32 levels\."/);
    expect(JSON.stringify(each)).toContain("BAD_REQUEST");
  }

  expect((await post("/api/sessions/s/messages", nestedMessage(31))).status).toBe(200);
  expect((await fetch(url + get(31))).status).toBe(200);
  trpc.socket.send(`{"id":2,"method":"query","params":{"path":"session.get","input":${nestedInput(29)}}}`);
  expect((await trpc.frames.count(2))[1]).toMatchObject({ id: 2, result: {} });
  chat.socket.send(nestedMessage(31));
  expect((await chat.frames.count(3)).at(-1)).toMatchObject({ message: { content: "a" } });
});
