import { describe, expect, test } from "vitest";
import { openChat } from "../support/readers.ts";
import { call, send } from "../support/rest.ts";
import { signalDoors } from "../support/signals.ts";
import { startWithSession } from "./followed-session.ts";

const largest = "x".repeat(1024 - '{"name":"n","data":""}'.length);
const tooLarge = (bytes: number): string =>
  `must have at most 1024 bytes of JSON together with the name, and has ${bytes}`;

/** Inputs that are no signals, each with its fault. */
const badSignals: { what: string; fields: object; fault: [field: string, message: string] }[] = [
  { what: "no name", fields: { data: 1 }, fault: ["name", "is missing, and must be a string"] },
  { what: "a name of null", fields: { name: null }, fault: ["name", "must be a string"] },
  { what: "an empty name", fields: { name: "" }, fault: ["name", "must not be empty"] },
  { what: "a number", fields: { name: 5 }, fault: ["name", "must be a string"] },
  {
    what: "a long name",
    fields: { name: "n".repeat(65) },
    fault: ["name", "must have at most 64 characters"],
  },
  {
    what: "a name of two lines",
    fields: { name: "a\nb" },
    fault: ["name", "must not contain control characters"],
  },
  {
    what: "data that is too large",
    fields: { name: "n", data: `${largest}x` },
    fault: ["data", tooLarge(1025)],
  },
  {
    what: "data whose bytes are too many",
    fields: { name: "n", data: largest.replace("xx", "éé") },
    fault: ["data", tooLarge(1026)],
  },
  {
    what: "data that cannot be stored",
    fields: { name: "n", data: ["\0"] },
    fault: [
      "data",
      "must have no text with the NUL character or a lone surrogate, and no number beyond 1.8e308",
    ],
  },
];

describe.each(signalDoors)("over $name", ({ hasStatus, path, ...door }) => {
  test("a bad signal is refused by the name of its field, and the largest good one is taken [SIGNAL-4]", async () => {
    const app = await startWithSession();
    const signal = await door.open(app);
    for (const { what, fields, fault } of badSignals) {
      const at = [...path, fault[0]];
      expect.soft(await signal("s", fields), what).toMatchObject({
        code: "BAD_REQUEST",
        message: `${at.join(".")}: ${fault[1]}`,
        issues: [{ path: at, message: fault[1] }],
        ...(hasStatus && { httpStatus: 400 }),
      });
    }
    expect(await signal("s", { name: "n", data: largest })).toBeUndefined();
    expect(await signal("s", { name: "n", data: null, more: "ignored" })).toBeUndefined();
  });

  test("more signals of a session than its rate are refused, and nothing else is [SIGNAL-5]", async () => {
    const clock = { nowMs: 0 };
    const app = await startWithSession({ elapsedMs: () => clock.nowMs });
    await call(app.url, "POST", "/api/sessions", { id: "other" });
    const signal = await door.open(app);
    for (let count = 0; count < 40; count += 1) expect(await signal("s", { name: "n" })).toBeUndefined();
    expect(await signal("s", { name: "n" })).toMatchObject({
      code: "TOO_MANY_REQUESTS",
      message: expect.stringContaining("A session takes 20 signals a second") as string,
      ...(hasStatus && { httpStatus: 429 }),
    });
    expect(await signal("other", { name: "n" })).toBeUndefined();
    await send(app.url, "s", "taken");
    clock.nowMs += 50;
    expect(await signal("s", { name: "n" })).toBeUndefined();
    expect(await signal("s", { name: "n" })).toMatchObject({ code: "TOO_MANY_REQUESTS" });
  });

  test("a signal to a session that is gone is answered as every request for it [SIGNAL-4]", async () => {
    const app = await startWithSession();
    const signal = await door.open(app);
    if (hasStatus) {
      await call(app.url, "DELETE", "/api/sessions/s");
      const refusal = { code: "NOT_FOUND", httpStatus: 404 };
      for (const id of ["s", "none"]) expect(await signal(id, { name: "n" })).toMatchObject(refusal);
    } else {
      // The socket of a session closes with the session.
      const { socket, closed } = await openChat(app.wsUrl, "s", "?events=all");
      await call(app.url, "DELETE", "/api/sessions/s");
      socket.send(JSON.stringify({ signal: { name: "n" } }));
      expect((await closed).code).toBe(4504);
    }
  });
});
