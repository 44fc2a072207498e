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

/** All that a thousand power failures leave of the file, as text; `-` where it is not there. */
function tornVariants(onDisk: FolderOnDisk): Set<string> {
  const variants = Array.from({ length: 1000 }, (_, seed) => onDisk.torn(new Random(seed)).get("ai_desk.db"));
  return new Set(variants.map((content) => content?.toString().replaceAll("\0", ".") ?? "-"));
}

const text = (content: Buffer | undefined): string | undefined => content?.toString();

test("a killed process leaves all it wrote, a power failure what was synced", () => {
  const onDisk = after(open(file), write(0, "synced"), sync(), write(6, " or not"));
  expect(text(onDisk.seen().get("ai_desk.db"))).toBe("synced or not");
  expect(text(onDisk.synced().get("ai_desk.db"))).toBe("synced");
});

test("of what was not synced a power failure leaves any sectors, as they were after any write", () => {
  const onDisk = after(open(file), write(0, "A".repeat(1024)), sync(), write(511, "bb"), write(511, "cc"));
  const sectors = [...tornVariants(onDisk)].map((content) => content.slice(511, 513)).toSorted();
  expect(sectors).toEqual(["AA", "Ab", "Ac", "bA", "bb", "bc", "cA", "cb", "cc"]);
});

test("a file may have grown before its new sectors are there, and the other way round they are cut off", () => {
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

test("a file that was cut off is there whole after a power failure, or cut off, and never with holes", () => {
  const written = [open(file), write(0, "a".repeat(1024)), sync()];
  const cut = after(...written, { kind: "truncate", handle: file, size: 0 });
  expect(tornVariants(cut)).toEqual(new Set(["a".repeat(1024), ""]));
});

test("what a failed sync gave up no later sync brings to the disk, unless its page is written again", () => {
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

test("a new name is there once its file or the folder was synced, one that went is gone once the folder was", () => {
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

test("a file made anew under the same name is another file", () => {
  const removed: Call = { kind: "unlink", path: file.target };
  const onDisk = after(open(file), write(0, "old"), sync(), removed, open(file), write(0, "new"));
  expect(tornVariants(onDisk)).toEqual(new Set(["old", "-", "", "...", "new"]));
});

test("shared memory, other folders and sockets are none of its business", () => {
  const shared = { fd: 9, target: "/data/ai_desk.db-shm" };
  const elsewhere = { fd: 10, target: "/other/file" };
  expect(after(open(shared), open(elsewhere)).seen().size).toBe(0);
});

test("a write to a file that was not seen to be opened is refused", () => {
  expect(() => after(write(0, "a"))).toThrow("Not seen to be opened");
});

test("a way to write that is not understood is refused, but where it is none of its business", () => {
  expect(() => after(open(file), unread(file.target))).toThrow("fallocate");
  expect(after(unread("/other/file")).seen().size).toBe(0);
});
