import { statSync } from "node:fs";
import { resolve } from "node:path";
import { DatabaseMovedError } from "./database-errors.ts";
import { realPathOf } from "./mark-beside.ts";

/** A path, and the file that it named when the database was opened. */
type Place = { path: string; device: bigint; inode: bigint };

/** Called with the reason when writes begin to be refused, and without one when they are accepted again. */
type Listener = (refusal: DatabaseMovedError | undefined) => void;

/**
 * Checks whether the paths of a database still name the open files. An open file that was removed, moved or replaced
 * still accepts writes, but nobody finds these writes after a restart. So none may be accepted from then on.
 */
export class FilePlace {
  readonly #file: Place;
  readonly #log: Place;
  readonly #index: Place;
  readonly #listeners: Listener[] = [];
  #refusal: DatabaseMovedError | undefined;

  /**
   * Call it when a connection to the database is open that has read from the database and closes last. Then the log and
   * its index exist, and stay.
   *
   * @throws {DatabaseMovedError} if one of the files has disappeared meanwhile.
   */
  constructor(file: string) {
    const path = resolve(file);
    const realPath = realPathOf(path);
    this.#file = find(path);
    this.#log = find(`${realPath}-wal`);
    this.#index = find(`${realPath}-shm`);
  }

  /** The reason why writes are refused; undefined while they are accepted. */
  get refusal(): DatabaseMovedError | undefined {
    return this.#refusal;
  }

  onChange(listener: Listener): void {
    this.#listeners.push(listener);
  }

  /** Checks all files. @throws {DatabaseMovedError} unless all are in place */
  assertAll(): void {
    this.#assert([this.#file, this.#log, this.#index]);
  }

  /** Checks the files that hold committed data. @throws {DatabaseMovedError} unless all are in place */
  assertCommitted(): void {
    this.#assert([this.#file, this.#log]);
  }

  #assert(places: readonly Place[]): void {
    let fault: string | undefined;
    for (const place of places) fault ??= findFault(place);
    const before = this.#refusal;
    if (fault !== before?.fault) {
      this.#refusal = fault === undefined ? undefined : new DatabaseMovedError(fault);
    }
    if (!this.#refusal !== !before) for (const listener of this.#listeners) listener(this.#refusal);
    if (this.#refusal) throw this.#refusal;
  }
}

function find(path: string): Place {
  const found = statSync(path, { bigint: true, throwIfNoEntry: false });
  if (!found) throw new DatabaseMovedError(`${path} was removed while it was opened`);
  return { path, device: found.dev, inode: found.ino };
}

function findFault({ path, device, inode }: Place): string | undefined {
  try {
    const found = statSync(path, { bigint: true, throwIfNoEntry: false });
    if (!found) return `${path} was removed or moved`;
    return found.ino === inode && found.dev === device ? undefined : `${path} is another file now`;
  } catch (error) {
    return `${path} cannot be looked at (${(error as NodeJS.ErrnoException).code})`;
  }
}
