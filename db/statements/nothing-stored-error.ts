/** A statement that must store or remove something did not: a trigger with `raise(ignore)` leaves its row out. */
export class NothingStoredError extends Error {
  override readonly name = "NothingStoredError";
}
