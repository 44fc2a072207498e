/** Marks a rejection as handled: it shows elsewhere too, so that nobody needs to await the promise. */
export function handled<Result>(promise: Promise<Result>): Promise<Result> {
  promise.catch(() => undefined);
  return promise;
}
