import { foreign } from "./to-chat-error.ts";

/**
 * A `fetch` for tRPC's client that reads the whole answer, and rejects with a `ChatFailure` if the answer is not AI
 * Desk's. tRPC's client itself drops the status of an answer that it cannot read.
 */
export function checkedFetch<Args extends unknown[]>(
  fetch: (...args: Args) => Promise<Response>,
): (...args: Args) => Promise<Response> {
  return async (...args) => {
    const answer = await fetch(...args);
    if (!answer.headers.get("content-type")?.includes("json")) throw foreign(answer);
    let body: unknown;
    try {
      body = await answer.json();
    } catch (cause) {
      // Other errors mean that the connection broke.
      throw cause instanceof SyntaxError ? foreign(answer, cause) : cause;
    }
    if (!answer.ok && !hasError(body)) throw foreign(answer);
    return Object.assign(answer, { json: () => Promise.resolve(body) });
  };
}

/** Whether the body is an error of tRPC, or the errors of a batch. */
function hasError(body: unknown): boolean {
  return [body].flat().some((each) => {
    const { error, result } = Object(each) as { error?: unknown; result?: unknown };
    return error ?? result;
  });
}
