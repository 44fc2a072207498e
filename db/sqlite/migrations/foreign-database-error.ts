/** The file holds something that no version of AI Desk wrote. It is left as it was. */
export class ForeignDatabaseError extends Error {
  override readonly name = "ForeignDatabaseError";
  /** A sentence that names what in the file is not ours. */
  readonly fault: string;

  constructor(fault: string) {
    super(`${fault} Nothing was changed. Point DATABASE_URL at another file.`);
    this.fault = fault;
  }
}
