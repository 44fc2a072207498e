import type { Writer } from "./writer.ts";
import type { FilePlace } from "./file-place.ts";
import { isOverwritten } from "./renew-overwritten.ts";

/**
 * The interval at which the file is checked for writes by other processes, and for its disappearance, in milliseconds.
 */
const watchIntervalMs = 250;

/** Watches a database file for changes that other processes make. */
export class FileWatch {
  readonly #place: FilePlace;
  readonly #writer: Writer;
  readonly #renew: () => Promise<void>;
  readonly #listeners: (() => void)[] = [];
  readonly #timer: NodeJS.Timeout;
  #versionSeen: number | undefined;
  #connectionSeen: object | undefined;

  /**
   * The watch does not keep the process running.
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

  /** Calls `listener` soon after another process has committed. Calls without such a commit are possible. */
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
      // `place` reports its own error. Any other reason why the file cannot be read shows up in the reads of the
      // database.
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
      // The file cannot be written now: the next check tries again.
      this.#versionSeen = undefined;
    }
  }

  /**
   * SQLite changes the data version of a connection when another connection has committed. On the connection that makes
   * all commits of this process, that means another process.
   */
  #hasOthersCommitted(): boolean {
    const { connection } = this.#writer;
    if (connection.file.inTransaction) return false;
    const version = connection.readDataVersion();
    // A new connection does not have the data version that the earlier connection saw.
    const isNew = version !== this.#versionSeen || connection !== this.#connectionSeen;
    this.#versionSeen = version;
    this.#connectionSeen = connection;
    return isNew;
  }
}
