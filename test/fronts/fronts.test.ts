import { describe, expect, onTestFinished, test } from "vitest";
import { WebSocket } from "ws";
import type { Address } from "../doors/live-door.ts";
import { createSession } from "../support/rest.ts";
import { mayBeLeftOut } from "../support/may-be-left-out.ts";
import { startServer } from "../support/start-server.ts";
import { expectConversation, expectPages, expectLivingStreams } from "./conversation.ts";
import type { Front } from "./fronts.ts";
import { fronts, readBlock } from "./fronts.ts";
import { isInstalled, startFront } from "./start-front.ts";

/** A third of what the fronts wait here; the defaults are two thirds of the documented 30 seconds. */
const environment = { PING_SECONDS: "1", POLL_SECONDS: "1", PUBLIC_HOSTS: "chat.example.com" };

/** Whether the tests of a front are skipped. */
function isLeftOut(front: Front, variables?: NodeJS.ProcessEnv): boolean {
  return !isInstalled(front) && mayBeLeftOut(variables);
}

async function startBehind(front: Front): Promise<Address> {
  return startFront(front, await startServer(environment));
}

async function openSocket(address: string, headers: Record<string, string> = {}): Promise<WebSocket> {
  const socket = new WebSocket(address, { headers });
  onTestFinished(() => socket.terminate());
  await new Promise((resolve, reject) => socket.on("open", resolve).on("error", reject));
  return socket;
}

/** Resolves when the server has sent so many pings, and rejects when the connection ends before. */
function expectPings(socket: WebSocket, times: number): Promise<void> {
  return new Promise((resolve, reject) => {
    let left = times;
    socket.on("ping", () => {
      left -= 1;
      if (left === 0) resolve();
    });
    socket.on("close", (code) => reject(new Error(`closed with ${code}`)));
  });
}

async function expectEmptyPoll(address: string): Promise<void> {
  const answer = await fetch(address);
  expect([answer.status, await answer.json()]).toMatchObject([200, { events: [] }]);
}

const tested = fronts.filter((front) => !isLeftOut(front));

const why = (front: Front): string => (isInstalled(front) ? "" : ` (no ${front.name} on this machine)`);

test("a front that is missing is left out, but in CI its tests fail and say what to install", async () => {
  const [nginx] = fronts;
  if (!nginx) throw new Error("There is no front.");
  const missing = { ...nginx, program: "/usr/sbin/no-nginx" };
  expect([isLeftOut(missing, {}), isLeftOut(missing, { CI: "true" })]).toEqual([true, false]);
  await expect(startFront(missing, { url: "http://127.0.0.1:8000" })).rejects.toThrow(
    "There is no nginx here (/usr/sbin/no-nginx): apt-get install nginx.",
  );
});

for (const front of fronts) {
  describe.skipIf(isLeftOut(front))(`behind ${front.name}${why(front)}`, () => {
    test("every door writes, every live door has each message, and lists page within the prefix", async () => {
      const address = await startBehind(front);
      await expectConversation(address);
      await expectPages(address);
    });

    test("pages of the public host need no setting of their own, and others are refused", async () => {
      const { url, wsUrl } = await startBehind(front);
      await createSession(url, { id: "s" });
      const host = "chat.example.com";
      for (const path of ["/ws/s", "/trpc"]) {
        for (const scheme of ["http", "https"]) {
          await openSocket(wsUrl + path, { host, origin: `${scheme}://${host}` });
        }
        const foreign = openSocket(wsUrl + path, { host, origin: "http://evil.example" });
        await expect(foreign).rejects.toThrow("403");
        const rebound = openSocket(wsUrl + path, {
          host: "rebound.example",
          origin: "http://rebound.example",
        });
        await expect(rebound).rejects.toThrow("421");
      }
    });
  });
}

test(`what is quiet outlasts the time-out of each front: ${tested.map(({ name }) => name).join(", ")}`, async () => {
  await Promise.all(
    tested.map(async (front) => {
      const address = await startBehind(front);
      await createSession(address.url, { id: "s" });
      const sockets = ["/ws/s", "/trpc"].map((path) => openSocket(address.wsUrl + path));
      await Promise.all([
        expectLivingStreams(address, { beats: 4 }),
        ...sockets.map(async (socket) => expectPings(await socket, 4)),
        expectEmptyPoll(`${address.url}/api/sessions/s/events?after=0&wait=30`),
      ]);
    }),
  );
});

const nginx = tested.find(({ name }) => name === "nginx");

test.skipIf(!nginx)("a front that drops Upgrade has the client told 426 and what is missing", async () => {
  if (!nginx) throw new Error("There is no nginx.");
  const dropping: Front = {
    ...nginx,
    setUp(at) {
      const { files, args } = nginx.setUp(at);
      const [[name, text] = ["", ""]] = Object.entries(files);
      return {
        files: { [name]: text.replaceAll(/.*proxy_set_header (Upgrade|Connection) .*\n/g, "") },
        args,
      };
    },
  };
  const { url, wsUrl } = await startBehind(dropping);
  await createSession(url, { id: "s" });
  await expect(openSocket(`${wsUrl}/ws/s`)).rejects.toThrow("426");
  const answer = await fetch(`${url}/ws/s`);
  expect([answer.status, answer.headers.get("upgrade"), await answer.json()]).toMatchObject([
    426,
    "websocket",
    { code: "UPGRADE_REQUIRED", message: expect.stringContaining("proxy") as string },
  ]);
});

test("the page on operating has a block for each front", () => {
  for (const language of ["nginx", "haproxy", "caddyfile", "apache", "js"])
    expect(readBlock(language)).toContain("127.0.0.1:8000");
});
