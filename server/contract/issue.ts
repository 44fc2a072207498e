/** One fault of an input. The SDK's types read this file, so it imports nothing. */
export type Issue = {
  /** Where in the input it is. */
  path: (string | number)[];
  /** What kind of fault it is. */
  code: string;
  /** What is wrong. */
  message: string;
};
