/**
 * A newer version of AI Desk has migrated this file, and this version does not know what that changed. The file is
 * unchanged.
 */
export class NewerDatabaseError extends Error {
  override readonly name = "NewerDatabaseError";
  /** A sentence that names both versions. */
  readonly fault: string;

  constructor(newestInFile: string, newestKnown: string) {
    const fault =
      `A newer version of AI Desk has migrated this file to "${newestInFile}", and this version knows no further than ` +
      `"${newestKnown}".`;
    super(`${fault} Nothing was changed. Run the newer version, or point DATABASE_URL at another file.`);
    this.fault = fault;
  }
}
