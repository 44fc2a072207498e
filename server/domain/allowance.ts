/** How large an answer may become while it is made. */
export type Allowance = {
  /** Takes so many bytes of JSON more. @throws {AppError} PAYLOAD_TOO_LARGE, SERVICE_UNAVAILABLE */
  take(bytes: number): void;
};

/** The value that JSON in pieces stands for, as far as the allowance reaches. @throws {AppError} */
export async function parsePieces<Value>(
  pieces: AsyncIterable<string>,
  allowance: Allowance,
): Promise<Value> {
  let text = "";
  for await (const piece of pieces) {
    allowance.take(Buffer.byteLength(piece));
    text += piece;
  }
  return JSON.parse(text) as Value;
}
