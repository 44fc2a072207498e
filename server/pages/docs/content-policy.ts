/** The permissions of both pages: only this server may frame them; they run its scripts and send it requests. */
const common = [
  "default-src 'none'",
  "script-src 'self'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'self'",
];

/**
 * The hashes of the style elements that ReDoc creates. The first is empty: styled-components fills it through the
 * CSSOM, which the policy does not cover. The second holds the style sheet of its scroll bar. If a new ReDoc has
 * another text, the browser's console prints the required hash.
 */
const redocStyles = [
  "'sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU='",
  "'sha256-QMIg+bpjm3JdElJ388KYke01izlUW0UoNOeKjpMxdgc='",
];

/** The Content-Security-Policy of each page. Neither allows `unsafe-inline` or `unsafe-eval`. */
export const contentPolicy = {
  swagger: [...common, "style-src 'self'"].join("; "),
  // ReDoc builds the search index in a worker that it starts from a blob. The worker is bound by the same policy.
  redoc: [...common, `style-src 'self' ${redocStyles.join(" ")}`, "worker-src blob:"].join("; "),
};
