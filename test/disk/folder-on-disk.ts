import { basename, dirname } from "node:path";
import { FileOnDisk } from "./file-on-disk.ts";
import type { Random } from "../support/random.ts";
import type { Call, Handle } from "./read-trace.ts";

/** The contents of a folder, by file name. */
export type Image = Map<string, Buffer>;

type Entry = { name: string; file: FileOnDisk | undefined };

/**
 * The folder of a database after the calls of its processes. A created or removed name is certainly on the disk after a
 * sync of the folder, and a created name also after a sync of its file. Before that it may be on the disk.
 */
export class FolderOnDisk {
  readonly #path: string;
  readonly #seen = new Map<string, FileOnDisk>();
  readonly #synced = new Map<string, FileOnDisk>();
  #waiting: Entry[] = [];
  readonly #open = new Map<number, FileOnDisk | "folder">();

  constructor(path: string) {
    this.#path = path;
  }

  /** @returns whether the call may have changed the data on the disk */
  apply(call: Call): boolean {
    switch (call.kind) {
      case "open":
        return this.#openFile(call);
      case "close":
        this.#open.delete(call.handle.fd);
        return false;
      case "write":
        return this.#change(call.handle, (file) => file.write(call.offset, call.data));
      case "truncate":
        return this.#change(call.handle, (file) => file.truncate(call.size));
      case "send": {
        const { target } = call.handle;
        if (this.#nameIn(target) !== undefined) throw new Error(`A write at no offset: ${target}`);
        return false;
      }
      case "sync":
        return this.#sync(call.handle);
      case "unlink":
        return this.#unlink(call.path);
      case "rename":
        if (this.#nameIn(call.to) === undefined && this.#nameIn(call.from) === undefined) return false;
        throw new Error(`A rename in the folder: ${call.from}`);
      case "unread":
        if (this.#nameIn(call.target) === undefined) return false;
        throw new Error(`A way to write that is not read: ${call.call} to ${call.target}`);
      case "failure": {
        const isSync = call.call === "fsync" || call.call === "fdatasync";
        return isSync && this.#change(call, (file) => file.failSync());
      }
      default:
        throw new Error(`unreachable: ${JSON.stringify(call satisfies never)}`);
    }
  }

  /** A new process has no handles of the previous one. */
  startProcess(): void {
    this.#open.clear();
  }

  /** The files after a process crash. */
  seen(): Image {
    return imageOf(this.#seen, (file) => file.seen());
  }

  /** The files after a power failure that left only the guaranteed data. */
  synced(): Image {
    return imageOf(this.#synced, (file) => file.synced());
  }

  /** The files after a power failure that also left some of the rest. */
  torn(random: Random): Image {
    const names = new Map(this.#synced);
    for (const name of new Set(this.#waiting.map((entry) => entry.name))) {
      const entries = this.#waiting.filter((entry) => entry.name === name);
      const last = entries[random.below(entries.length + 1) - 1];
      if (last) settle(names, last);
    }
    return imageOf(names, (file) => file.torn(random));
  }

  #openFile({ handle, creates, truncates }: Call & { kind: "open" }): boolean {
    if (handle.target === this.#path) {
      this.#open.set(handle.fd, "folder");
      return false;
    }
    const name = this.#nameIn(handle.target);
    if (name === undefined) return false;
    let file = this.#seen.get(name);
    if (!file) {
      if (!creates) throw new Error(`Not made in this trace: ${handle.target}`);
      file = new FileOnDisk();
      this.#seen.set(name, file);
      this.#waiting.push({ name, file });
    } else if (truncates) file.truncate(0);
    this.#open.set(handle.fd, file);
    return true;
  }

  #unlink(path: string): boolean {
    const name = this.#nameIn(path);
    if (name === undefined || !this.#seen.delete(name)) return false;
    this.#waiting.push({ name, file: undefined });
    return true;
  }

  #change(handle: Handle, change: (file: FileOnDisk) => void): boolean {
    const file = this.#openedAs(handle);
    if (!file || file === "folder") return false;
    change(file);
    return true;
  }

  #sync(handle: Handle): boolean {
    const synced = this.#openedAs(handle);
    if (!synced) return false;
    const settled =
      synced === "folder" ? this.#waiting : this.#waiting.filter(({ file }) => file === synced).slice(-1);
    for (const entry of settled) settle(this.#synced, entry);
    this.#waiting = this.#waiting.filter(
      (entry) => synced !== "folder" && !settled.some(({ name }) => name === entry.name),
    );
    if (synced !== "folder") synced.sync();
    return true;
  }

  #openedAs({ fd, target }: Handle): FileOnDisk | "folder" | undefined {
    const opened = this.#open.get(fd);
    if (!opened && this.#nameIn(target) !== undefined) throw new Error(`Not seen to be opened: ${target}`);
    return opened;
  }

  /** SQLite's shared memory is left out: it is written without system calls, and rebuilt after a crash. */
  #nameIn(path: string): string | undefined {
    if (dirname(path) !== this.#path || path.endsWith("-shm")) return undefined;
    return basename(path);
  }
}

function settle(names: Map<string, FileOnDisk>, { name, file }: Entry): void {
  if (file) names.set(name, file);
  else names.delete(name);
}

function imageOf(names: ReadonlyMap<string, FileOnDisk>, read: (file: FileOnDisk) => Buffer): Image {
  return new Map(Array.from(names, ([name, file]) => [name, read(file)]));
}
