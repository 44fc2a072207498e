/** Which web pages may use the API from a browser. A request without an `Origin` is not from a page, and is not asked. */
export type OriginPolicy = (origin: string) => boolean;

/** Pages of this very machine, on any port. */
const loopback = /^https?:\/\/(?:localhost|[\w-]+\.localhost|127(?:\.\d{1,3}){3}|\[::1\])(?::\d{1,5})?$/;

export const loopbackOrigins: OriginPolicy = (origin) => loopback.test(origin);

export const anyOrigin: OriginPolicy = () => true;

export function listedOrigins(origins: readonly string[]): OriginPolicy {
  const listed = new Set(origins);
  return (origin) => listed.has(origin);
}
