/** Marks a rejection as handled. The error shows elsewhere too, so nobody needs to await the promise. */
export function handled<Result>(promise: Promise<Result>): Promise<Result> {
  promise.catch(() => undefined);
  return promise;
}
