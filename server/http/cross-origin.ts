import type { IncomingMessage, ServerResponse } from "node:http";
import cors from "cors";
import type { OriginPolicy } from "./origin-policy.ts";

/** Sets the CORS headers of an answer (Fetch standard, §3.2). A preflight is left to be answered. */
export function createCors(
  allows: OriginPolicy,
): (request: IncomingMessage, response: ServerResponse) => void {
  const handler = cors({
    origin: (origin, decide) => decide(null, origin !== undefined && allows(origin)),
    methods: ["GET", "HEAD", "POST", "PATCH", "DELETE"],
    exposedHeaders: ["ETag", "Link", "Retry-After"],
    maxAge: 600,
    preflightContinue: true,
  });
  return (request, response) => {
    // Without an origin it has nothing to set, and takes its time to find that out.
    if (request.headers.origin !== undefined) handler(request, response, () => undefined);
  };
}
