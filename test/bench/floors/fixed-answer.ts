import { createServer } from "node:http";
import { listen } from "./listen.ts";

// A bare node:http: one answer that is ready, with the headers that ours has.
const body = JSON.stringify({ status: "ok", name: "AI Desk" });
const headers = {
  "cache-control": "no-store",
  "x-content-type-options": "nosniff",
  "content-type": "application/json",
  "content-length": Buffer.byteLength(body),
};

listen(createServer((_request, response) => response.writeHead(200, headers).end(body)));
