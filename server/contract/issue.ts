/** One fault of an input. The SDK's types read this file, so it imports nothing. */
export type Issue = {
  /** The path of the field within the input. */
  path: (string | number)[];
  /** The kind of the fault, such as `too_big`. */
  code: string;
  /** The fault, in a sentence. */
  message: string;
};
