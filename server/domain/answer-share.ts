/** What one answer takes of what its request may be answered with. */
export type AnswerShare = {
  /**
   * Takes so many bytes of JSON more, and resolves when more may be read.
   *
   * @throws {AppError} PAYLOAD_TOO_LARGE, SERVICE_UNAVAILABLE
   */
  take(bytes: number): Promise<void>;
  /** All of it is taken. */
  done(): void;
  /** It will not be sent. */
  refused(): void;
};

/** The value that JSON in pieces stands for, as far as the share reaches. @throws {AppError} */
export async function parsePieces<Value>(pieces: AsyncIterable<string>, share: AnswerShare): Promise<Value> {
  let text = "";
  try {
    for await (const piece of pieces) {
      await share.take(Buffer.byteLength(piece));
      text += piece;
    }
  } catch (error) {
    share.refused();
    throw error;
  }
  share.done();
  return JSON.parse(text) as Value;
}
