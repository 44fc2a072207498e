/** The part of a request's answer allowance that one answer uses. */
export type AnswerShare = {
  /**
   * Takes further bytes of JSON from the allowance, and resolves when more may be read.
   *
   * @throws {AppError} PAYLOAD_TOO_LARGE, SERVICE_UNAVAILABLE
   */
  take(bytes: number): Promise<void>;
  /** The answer is complete. */
  done(): void;
  /** The answer will not be sent. */
  refused(): void;
};

/** Parses JSON in pieces, within the share. @throws {AppError} */
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
