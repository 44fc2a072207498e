import { statSync } from "node:fs";
import { resolve } from "node:path";
import { DatabaseMovedError } from "./database-errors.ts";
import { realPathOf } from "./mark-beside.ts";

/** A path, and the file that it named when the database was opened. */
type Place = { path: string; device: bigint; inode: bigint };

/** Is told when writes begin to be refused, with the reason, and without one when they are taken again. */
type Listener = (refusal: DatabaseMovedError | undefined) => void;

/**
 * Whether the paths of a database still name the files that are open. An open file that is removed, moved or replaced takes
 * writes as before, and nobody finds them after a restart: from then on none are to be taken.
 */
export class FilePlace {
  readonly #file: Place;
  readonly #log: Place;
  readonly #index: Place;
  readonly #listeners: Listener[] = [];
  #refusal: DatabaseMovedError | undefined;

  /**
   * Call it when a connection to the database is open that has read from it, and is not closed before all others: the
   * log and its index are then there, and stay.
   *
   * @throws {DatabaseMovedError} where one of the files has gone meanwhile.
   */
  constructor(file: string) {
    const path = resolve(file);
    const realPath = realPathOf(path);
    this.#file = find(path);
    this.#log = find(`${realPath}-wal`);
    this.#index = find(`${realPath}-shm`);
  }

  /** Why writes are refused; undefined while they are taken. */
  get refusal(): DatabaseMovedError | undefined {
    return this.#refusal;
  }

  onChange(listener: Listener): void {
    this.#listeners.push(listener);
  }

  /** Looks at all the files. @throws {DatabaseMovedError} unless they are in place. */
  assertAll(): void {
    this.#assert([this.#file, this.#log, this.#index]);
  }

  /** Looks at the files that hold what was committed. @throws {DatabaseMovedError} unless they are in place. */
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
