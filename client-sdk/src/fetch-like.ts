import type { Fetch } from "./chat/connection/carrier.ts";

/** The part of `fetch` that is used. Those of browsers, Node, `undici`, Bun, Deno and React Native fit. */
export type FetchLike = (
  url: string,
  init: { headers: Record<string, string>; signal: AbortSignal },
) => Promise<ResponseLike>;

/** The part of a `Response` that is used. */
export type ResponseLike = {
  /** The HTTP status. */
  readonly status: number;
  /** The header fields. */
  readonly headers: { get(name: string): string | null };
  /** The body as a stream of bytes, where the platform has streams. */
  readonly body: unknown;
  /** Whether the status is 200–299. */
  readonly ok: boolean;
  /** Makes a second one, whose body is read apart. */
  clone(): ResponseLike;
  /** Reads the whole body as JSON. */
  json(): Promise<unknown>;
};

/** Every such function gives at least what is used of the platform's own, whose type the code inside has. */
export function asFetch(fetch: FetchLike): Fetch {
  return fetch as unknown as Fetch;
}
