import type { Writer } from "./writer.ts";
import type { FilePlace } from "./file-place.ts";
import { isOverwritten } from "./renew-overwritten.ts";

/** How soon it is noticed that another process has written to the file, or that the file has gone, in milliseconds. */
const watchIntervalMs = 250;

/** Looks after what happens to a database file without this process. */
export class FileWatch {
  readonly #place: FilePlace;
  readonly #writer: Writer;
  readonly #renew: () => Promise<void>;
  readonly #listeners: (() => void)[] = [];
  readonly #timer: NodeJS.Timeout;
  #versionSeen: number | undefined;
  #connectionSeen: object | undefined;

  /**
   * It keeps no process running.
   *
   * @param renew gives the file a new epoch, after a backup was written into it
   */
  constructor(place: FilePlace, writer: Writer, renew: () => Promise<void>) {
    this.#renew = renew;
    this.#place = place;
    this.#writer = writer;
    this.#look();
    this.#timer = setInterval(() => this.#look(), watchIntervalMs).unref();
  }

  /** Calls `listener` soon after another process has committed. It may be called when none has. */
  onOthersCommit(listener: () => void): void {
    this.#listeners.push(listener);
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  #look(): void {
    try {
      this.#place.assertAll();
      if (!this.#hasOthersCommitted()) return;
      if (isOverwritten(this.#writer.connection.file)) void this.#renewAndTell();
      else this.#tell();
    } catch {
      // The place reports itself. Readers meet any other reason why the file cannot be read.
    }
  }

  #tell(): void {
    for (const listener of this.#listeners) listener();
  }

  async #renewAndTell(): Promise<void> {
    try {
      await this.#renew();
      this.#tell();
    } catch {
      // It cannot be written now: the next look tries again.
      this.#versionSeen = undefined;
    }
  }

  /**
   * SQLite gives a connection another version of the data when a different one has committed, in whatever process: on the
   * one that makes all the commits of this process, that is another process.
   */
  #hasOthersCommitted(): boolean {
    const { connection } = this.#writer;
    if (connection.file.inTransaction) return false;
    const version = connection.readDataVersion();
    // A connection that has replaced another one does not know the version that the other one had seen.
    const isNew = version !== this.#versionSeen || connection !== this.#connectionSeen;
    this.#versionSeen = version;
    this.#connectionSeen = connection;
    return isNew;
  }
}
