/**
 * The database could not be used: it is locked, full, failing or unreachable. The outcome of a change is unknown; a
 * repeat may find the change made.
 */
export class StoreUnavailable extends Error {
  override readonly name: string = "StoreUnavailable";
}

/** The database files are not at their paths. Nothing is stored until they are. */
export class StoreMoved extends StoreUnavailable {
  override readonly name = "StoreMoved";
}

/** A rule of another program in the database forbids a change. Nothing was changed. */
export class ChangeForbidden extends Error {
  override readonly name = "ChangeForbidden";
  /** The rule, in the database's words. */
  readonly reason: string;

  constructor(reason: string, cause: unknown) {
    super(`A rule of another program forbids this: ${reason}.`, { cause });
    this.reason = reason;
  }
}

/** The database has no larger number that JSON holds exactly. Nothing was changed. */
export class NothingLeft extends Error {
  override readonly name = "NothingLeft";
  /** The kind of number that has run out, such as `message ids`. */
  readonly what: string;

  constructor(what: string) {
    super(`There are no ${what} left.`);
    this.what = what;
  }
}

/** Another program's table refers to messages of a session that is to be deleted. Nothing was changed. */
export class ReferredTo extends Error {
  override readonly name = "ReferredTo";
  readonly table: string;

  constructor(table: string) {
    super(`The table ${JSON.stringify(table)} refers to messages of the session.`);
    this.table = table;
  }
}
