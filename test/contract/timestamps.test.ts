import { expect, test } from "vitest";
import { timestampSchema } from "../../server/contract/timestamp.ts";
import { openDoors } from "../support/doors.ts";
import { createValidator, readDocument } from "../support/openapi.ts";
import { call, createSession } from "../support/rest.ts";
import { startApp } from "../support/start-app.ts";

const timestamps = [
  "2025-11-30T12:00:00.000Z",
  "2025-11-30T12:00:00",
  "2025-11-30T12:00:00Z",
  "2025-11-30T12:00:00.1Z",
  "2025-11-30T12:00:00.123456",
  "2025-11-30T12:00:00.123456789+05:30",
  "2025-11-30T12:00:00-08:00",
  "2025-11-30T12:00:00+00:00",
  "2025-11-30T12:00:00+14:00",
  "2024-02-29T23:59:59Z",
  "2000-02-29T00:00:00Z",
  "0001-01-01T00:00:00",
  "9999-12-31T23:59:59.999Z",
  "2025-11-30T12:00",
  "2025-11-30T12:00Z",
  "2025-11-30T12:00+05:30",
  "0000-02-29T00:00Z",
];

const others = [
  "",
  " ",
  "now",
  "yesterday",
  "1764504000",
  "2025-11-30",
  "2025-11",
  "12:00:00",
  "T12:00:00Z",
  "2025-11-30T",
  "2025-11-30T12Z",
  "2025-13-01T12:00:00Z",
  "2025-00-01T12:00:00Z",
  "2025-01-00T12:00:00Z",
  "2025-01-32T12:00:00Z",
  "2025-04-31T12:00:00Z",
  "2025-02-29T12:00:00Z",
  "1900-02-29T12:00:00Z",
  "2025-11-30T25:00:00Z",
  "2025-11-30T12:60:00Z",
  "2025-11-30T12:00:61Z",
  "2025-11-30T12:00:00.Z",
  "2025-11-30T12:00:00+25:00",
  "2025-11-30T12:00:00+01:60",
  "2025-11-30T12:00:00 Z",
  " 2025-11-30T12:00:00Z",
  "2025-11-30T12:00:00Z\n",
  "2025-11-30T12:00:00Z; drop table message",
  "2025-11-30 12:00:00",
  "30.11.2025 12:00",
  "Sun, 30 Nov 2025 12:00:00 GMT",
  "25-11-30T12:00:00Z",
  "２０２５-11-30T12:00:00Z",
  "2025-11-30T12:00:00ZZ",
  "2016-12-31T23:59:60Z",
  "2025-11-30T24:00:00Z",
  "2025-11-30t12:00:00z",
  "2025-11-30T12:00:00,5Z",
  "2025-11-30T12:00.5Z",
  "2025-11-30T12:00:00+0530",
  "2025-11-30T12:00:00+05",
  "2025-11-30T1200Z",
  "20251130T120000Z",
  "2025-W48-7T12:00:00Z",
  "+002025-11-30T12:00:00Z",
  `2025-11-30T12:00:00.${"0".repeat(44)}Z`,
];

test.each(timestamps)("%s is a timestamp", (timestamp) => {
  expect(timestampSchema.parse(timestamp)).toBe(timestamp);
});

test.each(others)("%j is none", (timestamp) => {
  expect(timestampSchema.safeParse(timestamp).success).toBe(false);
});

test("the document and every door give the same verdict on a timestamp [INPUT-2]", async () => {
  const app = await startApp();
  await createSession(app.url, { id: "s" });
  const doors = await openDoors(app);
  const document = await readDocument(app.url);
  const faultsOf = createValidator(document, { exactly: false });
  for (const timestamp of [...timestamps, ...others]) {
    const message = { content: "Hello", sender: "user", timestamp };
    const isTaken = timestamps.includes(timestamp);
    const isDocumented = faultsOf({ $ref: "#/components/schemas/NewMessage" }, message).length === 0;
    expect.soft(isDocumented, timestamp).toBe(isTaken);
    for (const door of doors) {
      const expected = isTaken ? { message: { timestamp } } : { error: { code: "BAD_REQUEST" } };
      expect.soft(await door.send("s", message), `${timestamp} by ${door.name}`).toMatchObject(expected);
    }
    const made = await call(app.url, "POST", "/api/sessions", { created_at: timestamp });
    expect.soft([timestamp, made.status]).toEqual([timestamp, isTaken ? 200 : 400]);
    expect
      .soft(faultsOf({ $ref: "#/components/schemas/NewSession" }, { created_at: timestamp }).length === 0)
      .toBe(isTaken);
  }
});

test("a timestamp that goes on and on is none", () => {
  expect(timestampSchema.safeParse(`2025-11-30T12:00:00.${"0".repeat(100_000)}Z`).success).toBe(false);
});
