/** A statement that must store or remove something changed no row: a trigger with `raise(ignore)` skipped it. */
export class NothingStoredError extends Error {
  override readonly name = "NothingStoredError";
}
