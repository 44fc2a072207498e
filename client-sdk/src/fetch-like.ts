import type { Fetch } from "./chat/connection/carrier.ts";

/** The used part of `fetch`. The functions of browsers, Node, `undici`, Bun, Deno and React Native have it. */
export type FetchLike = (
  url: string,
  init: { headers: Record<string, string>; signal: AbortSignal },
) => Promise<ResponseLike>;

/** The used part of a `Response`. */
export type ResponseLike = {
  /** The HTTP status. */
  readonly status: number;
  /** The header fields. */
  readonly headers: { get(name: string): string | null };
  /** The body as a stream of bytes, if the platform has streams. */
  readonly body: unknown;
  /** Whether the status is 200–299. */
  readonly ok: boolean;
  /** Makes a copy whose body is read separately. */
  clone(): ResponseLike;
  /** Reads the whole body as JSON. */
  json(): Promise<unknown>;
};

/** The code inside uses the platform's own type. Every such function returns at least the used part of it. */
export function asFetch(fetch: FetchLike): Fetch {
  return fetch as unknown as Fetch;
}
