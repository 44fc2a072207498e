import { foreign } from "./chat-error.ts";

/**
 * A `fetch` for tRPC's client that rejects with a `ChatFailure` where the answer is another server's: tRPC's client drops the
 * status of an answer that it cannot read.
 */
export function checkedFetch<Args extends unknown[]>(
  fetch: (...args: Args) => Promise<Response>,
): (...args: Args) => Promise<Response> {
  return async (...args) => {
    const answer = await fetch(...args);
    const isJson = answer.headers.get("content-type")?.includes("json") ?? false;
    if (!isJson || (!answer.ok && !(await hasError(answer.clone())))) throw foreign(answer);
    return answer;
  };
}

/** Whether the body is an error of tRPC, or those of a batch. */
async function hasError(answer: Response): Promise<boolean> {
  try {
    const body: unknown = await answer.json();
    return [body]
      .flat()
      .some((each) => typeof each === "object" && each !== null && ("error" in each || "result" in each));
  } catch {
    return false;
  }
}
