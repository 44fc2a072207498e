import type { IncomingMessage, ServerResponse } from "node:http";
import cors from "cors";
import type { OriginPolicy } from "./origin-policy.ts";

const common: cors.CorsOptions = {
  // Reflects the request's own origin, which has been admitted.
  origin: true,
  methods: ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"],
  exposedHeaders: ["ETag", "Link", "Retry-After", "X-Request-Id"],
  maxAge: 600,
  preflightContinue: true,
};

/** Sets the CORS headers of an answer (Fetch standard, §3.2). The caller answers a preflight. */
export function createCors(
  origins: OriginPolicy,
): (request: IncomingMessage, response: ServerResponse) => void {
  const handlePublic = cors(common);
  const handleTrusted = cors({ ...common, credentials: true });
  return (request, response) => {
    const { origin } = request.headers;
    if (origin === undefined) return;
    if (!origins.allows(origin)) response.setHeader("vary", "Origin");
    else (origins.trusts(origin) ? handleTrusted : handlePublic)(request, response, () => undefined);
  };
}
