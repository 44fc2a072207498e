import { platform } from "./platform.ts";

/** The addresses of a server. */
export type Addresses = {
  /** The server's own address, with a slash at its end. */
  base: string;
  /** The address of tRPC over WebSocket. */
  socket: string;
};

/**
 * Keeps the path of the url, and drops its query. Works on text throughout, because the `URL` of React Native has no
 * setters.
 *
 * @param url absolute; on a web page it may be relative to the page
 *
 * @throws {TypeError} if it is not an address of HTTP
 */
export function addressesOf(url: string | URL): Addresses {
  let text = String(url);
  // A host follows: browsers take `http:host` too.
  const isHttp = (): boolean => /^https?:.../i.test(text);
  const { location } = platform;
  if (location && !isHttp()) text = new URL(text, location.href).href;
  if (!isHttp()) throw new TypeError(`url must begin with http:// or https://: it is ${text}`);
  const base = text.replace(/[?#].*$/s, "").replace(/\/*$/, "/");
  return { base, socket: `${base.replace(/^http/i, "ws")}trpc` };
}
