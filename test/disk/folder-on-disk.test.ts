import { expect, test } from "vitest";
import { FolderOnDisk } from "./folder-on-disk.ts";
import { Random } from "../support/random.ts";
import type { Call, Handle } from "./read-trace.ts";

const file: Handle = { fd: 3, target: "/data/ai_desk.db" };
const folder: Handle = { fd: 4, target: "/data" };
const open = (handle: Handle): Call => ({ kind: "open", handle, creates: true, truncates: false });
const write = (offset: number, text: string): Call => ({
  kind: "write",
  handle: file,
  offset,
  data: Buffer.from(text),
});
const unread = (target: string): Call => ({ kind: "unread", call: "fallocate", target });
const sync = (handle = file): Call => ({ kind: "sync", handle });
const failedSync: Call = { kind: "failure", call: "fsync", error: "EIO", ...file };

function after(...calls: Call[]): FolderOnDisk {
  const onDisk = new FolderOnDisk("/data");
  for (const call of calls) onDisk.apply(call);
  return onDisk;
}

/** All results of a thousand power failures for the file, as text; `-` if the file is missing. */
function tornVariants(onDisk: FolderOnDisk): Set<string> {
  const variants = Array.from({ length: 1000 }, (_, seed) => onDisk.torn(new Random(seed)).get("ai_desk.db"));
  return new Set(variants.map((content) => content?.toString().replaceAll("\0", ".") ?? "-"));
}

const text = (content: Buffer | undefined): string | undefined => content?.toString();

test("a killed process leaves all its writes, a power failure leaves the synced ones", () => {
  const onDisk = after(open(file), write(0, "synced"), sync(), write(6, " or not"));
  expect(text(onDisk.seen().get("ai_desk.db"))).toBe("synced or not");
  expect(text(onDisk.synced().get("ai_desk.db"))).toBe("synced");
});

test("a power failure may leave any unsynced sector, in its state after any write", () => {
  const onDisk = after(open(file), write(0, "A".repeat(1024)), sync(), write(511, "bb"), write(511, "cc"));
  const sectors = [...tornVariants(onDisk)].map((content) => content.slice(511, 513)).toSorted();
  expect(sectors).toEqual(["AA", "Ab", "Ac", "bA", "bb", "bc", "cA", "cb", "cc"]);
});

test("a file may grow before its new sectors are written, and without that growth they are cut off", () => {
  const onDisk = after(open(file), write(0, "a"), sync(), write(1, "b"));
  expect(tornVariants(onDisk)).toEqual(new Set(["a", "ab", "a."]));
});

test("a truncation takes effect with a sync", () => {
  const calls = [open(file), write(0, "abc"), sync(), { kind: "truncate", handle: file, size: 1 } as const];
  expect(
    text(
      after(...calls)
        .synced()
        .get("ai_desk.db"),
    ),
  ).toBe("abc");
  expect(
    text(
      after(...calls)
        .seen()
        .get("ai_desk.db"),
    ),
  ).toBe("a");
  expect(
    text(
      after(...calls, sync())
        .synced()
        .get("ai_desk.db"),
    ),
  ).toBe("a");
});

test("after a power failure a truncated file is whole or truncated, and never has holes", () => {
  const written = [open(file), write(0, "a".repeat(1024)), sync()];
  const cut = after(...written, { kind: "truncate", handle: file, size: 0 });
  expect(tornVariants(cut)).toEqual(new Set(["a".repeat(1024), ""]));
});

test("no later sync writes the data of a failed sync, unless its page is written again", () => {
  const page = 4096;
  const lost = after(
    open(file),
    write(0, "a"),
    sync(),
    write(page, "b"),
    failedSync,
    write(2 * page, "c"),
    sync(),
  );
  expect(lost.synced().get("ai_desk.db")?.[page]).toBe(0);
  expect(lost.seen().get("ai_desk.db")?.[page]).toBe("b".charCodeAt(0));
  const again = after(open(file), write(page, "b"), failedSync, write(page + 1, "c"), sync());
  expect(again.synced().get("ai_desk.db")?.subarray(page).toString()).toBe("bc");
});

test("a new name is on disk after a sync of its file or the folder, and a removed name is gone after a sync of the folder", () => {
  expect(after(open(file)).synced().size).toBe(0);
  expect(tornVariants(after(open(file)))).toEqual(new Set(["-", ""]));
  expect(after(open(file), sync()).synced().size).toBe(1);
  expect(after(open(file), open(folder), sync(folder)).synced().size).toBe(1);
  const removed = [open(file), write(0, "a"), sync(), { kind: "unlink", path: file.target } as const];
  expect(after(...removed).seen().size).toBe(0);
  expect(after(...removed).synced().size).toBe(1);
  expect(tornVariants(after(...removed))).toEqual(new Set(["-", "a"]));
  expect(after(...removed, open(folder), sync(folder)).synced().size).toBe(0);
});

test("a file that is created again under the same name is another file", () => {
  const removed: Call = { kind: "unlink", path: file.target };
  const onDisk = after(open(file), write(0, "old"), sync(), removed, open(file), write(0, "new"));
  expect(tornVariants(onDisk)).toEqual(new Set(["old", "-", "", "...", "new"]));
});

test("shared memory, other folders and sockets are ignored", () => {
  const shared = { fd: 9, target: "/data/ai_desk.db-shm" };
  const elsewhere = { fd: 10, target: "/other/file" };
  expect(after(open(shared), open(elsewhere)).seen().size).toBe(0);
});

test("a write to a file without a recorded opening is refused", () => {
  expect(() => after(write(0, "a"))).toThrow("Not seen to be opened");
});

test("an unknown way to write is refused, except outside of the folder", () => {
  expect(() => after(open(file), unread(file.target))).toThrow("fallocate");
  expect(after(unread("/other/file")).seen().size).toBe(0);
});
