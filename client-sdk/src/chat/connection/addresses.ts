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
 */
export function addressesOf(url: string | URL): Addresses {
  let text = String(url);
  const { location } = platform;
  if (location && !/^\w+:/.test(text)) text = new URL(text, location.href).href;
  const base = text.replace(/[?#].*$/s, "").replace(/\/*$/, "/");
  return { base, socket: `${base.replace(/^http/i, "ws")}trpc` };
}
