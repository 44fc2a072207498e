import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { createFileStorage } from "../../../client-sdk/src/chat/storage/file-storage.ts";
import { createMemoryStorage } from "../../../client-sdk/src/chat/storage/memory-storage.ts";
import { makeTemporaryFolder } from "../../support/temporary-folder.ts";

const inFile = () => createFileStorage(join(makeTemporaryFolder(), "folder", "chat.json"));

test.each([
  ["in memory", () => createMemoryStorage()],
  ["in a file", inFile],
])(
  "a storage %s gives back what was written, and lists by prefix in the order of names",
  async (_, create) => {
    const storage = create();
    expect([await storage.get("a"), await storage.list("")]).toEqual([undefined, []]);
    await storage.write([
      ["b/2", "two"],
      ["b/1", "one"],
      ["c", "other"],
    ]);
    await storage.write([
      ["b/2", undefined],
      ["b/3", "three"],
    ]);
    expect(await storage.get("b/1")).toBe("one");
    expect(await storage.list("b/")).toEqual([
      ["b/1", "one"],
      ["b/3", "three"],
    ]);
  },
);

test("a file is read again by the next program, and calls that overlap keep their order", async () => {
  const path = join(makeTemporaryFolder(), "chat.json");
  const storage = createFileStorage(path);
  const writes = Array.from({ length: 20 }, (_, at) => storage.write([["name", String(at)]]));
  expect(await storage.get("name")).toBe("19");
  await Promise.all(writes);
  expect(await createFileStorage(path).get("name")).toBe("19");
  expect(JSON.parse(readFileSync(path, "utf8"))).toEqual({ name: "19" });
});

test("a write that fails changes nothing, and the next one is not lost", async () => {
  const folder = makeTemporaryFolder();
  const path = join(folder, "chat.json");
  const storage = createFileStorage(path);
  await storage.write([["a", "kept"]]);
  mkdirSync(`${path}.draft`);
  await expect(storage.write([["a", "lost"]])).rejects.toMatchObject({ code: "EISDIR" });
  expect(await storage.get("a")).toBe("kept");
  const { rmdirSync } = await import("node:fs");
  rmdirSync(`${path}.draft`);
  await storage.write([["b", "next"]]);
  expect(await createFileStorage(path).list("")).toEqual([
    ["a", "kept"],
    ["b", "next"],
  ]);
  expect(readdirSync(folder)).toEqual(["chat.json"]);
});

test("a file that is no JSON is left alone, and every call says so", async () => {
  const path = join(makeTemporaryFolder(), "chat.json");
  writeFileSync(path, "no JSON");
  const storage = createFileStorage(path);
  await expect(storage.write([["a", "b"]])).rejects.toThrow(SyntaxError);
  await expect(storage.get("a")).rejects.toThrow(SyntaxError);
  expect(readFileSync(path, "utf8")).toBe("no JSON");
});
