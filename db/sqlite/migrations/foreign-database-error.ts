/** The file holds something that no version of AI Desk wrote. The file is unchanged. */
export class ForeignDatabaseError extends Error {
  override readonly name = "ForeignDatabaseError";
  /** A sentence that names the foreign content of the file. */
  readonly fault: string;

  constructor(fault: string) {
    super(`${fault} Nothing was changed. Point DATABASE_URL at another file.`);
    this.fault = fault;
  }
}
