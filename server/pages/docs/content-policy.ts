/** The rights of both pages: to be framed by this server only, to run its scripts and to send it requests. */
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
 * The style elements that ReDoc makes, by their content. The first is the empty one, which styled-components fills
 * through the CSSOM, out of this policy's reach; the second holds the style sheet of its scroll bar. A new ReDoc may bring
 * another text: the browser's console then says which hash it wants.
 */
const redocStyles = [
  "'sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU='",
  "'sha256-QMIg+bpjm3JdElJ388KYke01izlUW0UoNOeKjpMxdgc='",
];

/** The Content-Security-Policy of each page. Neither lets in `unsafe-inline` or `unsafe-eval`. */
export const contentPolicy = {
  swagger: [...common, "style-src 'self'"].join("; "),
  // The search index is built in a worker that ReDoc starts from a blob. It is bound by this same policy.
  redoc: [...common, `style-src 'self' ${redocStyles.join(" ")}`, "worker-src blob:"].join("; "),
};
