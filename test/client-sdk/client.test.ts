import type { ChildProcessWithoutNullStreams } from "node:child_process";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import type { IncomingMessage } from "node:http";
import { createServer, request } from "node:http";
import { connect } from "node:net";
import { join, resolve } from "node:path";
import { createInterface } from "node:readline";
import { text } from "node:stream/consumers";
import { expect, onTestFinished, test } from "vitest";
import type { ClientError, ErrorCode, LiveEvent } from "../../client-sdk/src/index.ts";
import { createClient, errorCodes, isClientError } from "../../client-sdk/src/index.ts";
import { startApp } from "../support/start-app.ts";
import { startServer } from "../support/start-server.ts";
import { makeTemporaryFolder } from "../support/temporary-folder.ts";

const entry = resolve(import.meta.dirname, "../../client-sdk/src/index.ts");

async function failureOf(call: Promise<unknown>): Promise<ClientError> {
  try {
    await call;
  } catch (error) {
    if (isClientError(error)) return error;
    throw error;
  }
  throw new Error("The call did not fail.");
}

/** A program of its own, with a client of that server as `client`. It is killed with the test. */
function runProgram(url: string, program: string, flags: string[] = []): ChildProcessWithoutNullStreams {
  const file = join(makeTemporaryFolder(), "program.ts");
  const preamble = `import { createClient } from ${JSON.stringify(entry)};\nconst client = createClient({ url: ${JSON.stringify(url)} });\n`;
  writeFileSync(file, preamble + program);
  const child = spawn(process.execPath, [...flags, file]);
  const ended = once(child, "exit");
  onTestFinished(async () => {
    child.kill("SIGKILL");
    await ended;
  });
  return child;
}

/** A proxy as many servers have one: requests under a path go to the server, without that path. */
async function serveUnder(prefix: string, url: string): Promise<string> {
  const { hostname, port } = new URL(url);
  const strip = ({ url: path = "" }: IncomingMessage): string | undefined =>
    path.startsWith(`${prefix}/`) ? path.slice(prefix.length) : undefined;
  const proxy = createServer((incoming, outgoing) => {
    const path = strip(incoming);
    if (path === undefined) return outgoing.writeHead(404).end();
    const { method, headers } = incoming;
    const passed = request({ hostname, port, path, method, headers }, (answer) => {
      answer.pipe(outgoing.writeHead(answer.statusCode ?? 502, answer.headers));
    });
    return incoming.pipe(passed);
  });
  proxy.on("upgrade", (incoming, socket) => {
    const path = strip(incoming);
    if (path === undefined) return socket.destroy();
    const { rawHeaders } = incoming;
    const headers = rawHeaders.map((part, index) => part + (index % 2 === 0 ? ": " : "\r\n")).join("");
    const passed = connect(Number(port), hostname);
    passed.write(`GET ${path} HTTP/1.1\r\n${headers}\r\n`);
    for (const end of [socket, passed]) end.on("error", () => undefined);
    return passed.pipe(socket).pipe(passed);
  });
  proxy.listen(0, "127.0.0.1");
  await once(proxy, "listening");
  onTestFinished(() => {
    proxy.closeAllConnections();
    proxy.close();
  });
  const address = proxy.address();
  if (address === null || typeof address === "string") throw new Error("The proxy has no port.");
  return `http://127.0.0.1:${address.port}${prefix}`;
}

test("what the server refuses is a ClientError with a typed code, and the faults of the input", async () => {
  const { url } = await startApp();
  const client = createClient({ url });
  const missing = await failureOf(client.session.get.query({ session_id: "nobody" }));
  const code: ErrorCode | undefined = missing.data?.code;
  expect(code).toBe("NOT_FOUND");
  expect(missing.data?.httpStatus).toBe(errorCodes.NOT_FOUND.httpStatus);
  expect(missing.message).toBe('There is no session "nobody".');

  const bad = await failureOf(client.message.add.mutate({ session_id: "s", content: "", sender: "user" }));
  expect(bad.data).toMatchObject({
    code: "BAD_REQUEST",
    issues: [{ path: ["content"], message: "must not be empty" }],
  });
});

test("a subscription that is refused tells its onError why", async () => {
  const { url } = await startApp();
  const error = await new Promise<ClientError>((onError) => {
    createClient({ url }).session.onEvent.subscribe({ session_id: "nobody" }, { onError });
  });
  expect([isClientError(error), error.data?.code]).toEqual([true, "NOT_FOUND"]);
});

test("a call that got no answer fails with a ClientError that has no data", async () => {
  const client = createClient({ url: "http://127.0.0.1:9" });
  expect((await failureOf(client.health.query())).data).toBeUndefined();
});

test("calls of one tick share a request, and each has its own outcome", async () => {
  const { url } = await startApp();
  const requests: unknown[] = [];
  const client = createClient({
    url,
    fetch(input, init) {
      requests.push(input);
      return fetch(input, init);
    },
  });
  const [health, missing] = await Promise.all([
    client.health.query(),
    failureOf(client.session.get.query({ session_id: "nobody" })),
  ]);
  expect([health.status, missing.data?.code, requests.length]).toEqual(["ok", "NOT_FOUND", 1]);
});

test.each(["", "/"])(
  "a server under a path is reached there, live events too (%j at its end)",
  async (end) => {
    const { url } = await startApp();
    const client = createClient({ url: (await serveUnder("/team/desk", url)) + end });
    const session = await client.session.create.mutate({ title: "Behind a proxy" });
    const types: LiveEvent["type"][] = [];
    await new Promise<void>((done, fail) => {
      const subscription = client.session.onEvent.subscribe(
        { session_id: session.id },
        {
          onError: fail,
          onData({ data: event }) {
            types.push(event.type);
            if (event.type !== "caught_up") return;
            subscription.unsubscribe();
            done();
          },
        },
      );
    });
    expect(types).toEqual(["snapshot", "caught_up"]);
  },
);

test("a program that only calls ends by itself, also where the platform has no WebSocket", async () => {
  const server = await startServer();
  const program = "console.log(typeof WebSocket, (await client.health.query()).status);";
  const child = runProgram(server.url, program, ["--no-experimental-websocket"]);
  expect(await text(child.stdout)).toBe("undefined ok\n");
  expect(await text(child.stderr)).toBe("");
});

const following = `
const { id } = await client.session.create.mutate({});
const subscription = client.session.onEvent.subscribe({ session_id: id }, {
  onData: ({ data }) => data.type === "caught_up" && console.log("following"),
});
process.stdin.once("data", () => {
  subscription.unsubscribe();
  process.stdin.destroy();
});
`;

test.each([
  ["is there", false],
  ["is gone", true],
])("a program ends by itself after it unsubscribes, when the server %s", async (_, isGone) => {
  const server = await startServer();
  const child = runProgram(server.url, following);
  const exit = once(child, "exit");
  await once(createInterface({ input: child.stdout }), "line");
  if (isGone) await server.stop("SIGKILL");
  child.stdin.write("unsubscribe\n");
  expect(await exit).toEqual([0, null]);
});
