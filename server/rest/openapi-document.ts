import { generateOpenApiDocument } from "trpc-to-openapi";
import { errorSchema } from "../contract/error.ts";
import type { AppRouter } from "../trpc/router.ts";
import type { Json, Operation } from "./openapi-passes.ts";
import {
  isObject,
  lastingAnswers,
  nameBody,
  oneErrorShape,
  restAnswer,
  restHeaders,
} from "./openapi-passes.ts";
import { listRoutes } from "./routes.ts";

export type DocumentOptions = { router: AppRouter; version: string; maxMessageChars: number };

const description = `Sessions, messages and live delivery. The same procedures answer over tRPC at \`/trpc\`, and \
\`/ws/{session_id}\` is a plain WebSocket for one session's live chat.`;

/**
 * The OpenAPI 3.1 document: what trpc-to-openapi makes of the procedures, and then what it has no words for, route by
 * route (204, pages with a \`Link\` header, headers that are input, the errors that are really sent).
 */
export function createOpenApiDocument({ router, version, maxMessageChars }: DocumentOptions): Json {
  const document = generateOpenApiDocument(router, {
    title: "AI Desk",
    description,
    version,
    baseUrl: "/",
    tags: ["health", "sessions", "messages"],
    defs: { Error: errorSchema },
  }) as unknown as Json;
  const paths = document["paths"] as Record<string, Record<string, Operation>>;
  const schemas: Record<string, unknown> = {};
  for (const route of listRoutes(router)) {
    const operation = paths[route.path]?.[route.method.toLowerCase()];
    if (!operation) throw new Error(`${route.method} ${route.path} is served and not documented.`);
    restAnswer(operation, route);
    restHeaders(operation, route);
    nameBody(operation, route, schemas);
    oneErrorShape(operation);
  }
  document["components"] = { schemas: { ...generatedSchemas(document), ...schemas } };
  // Nothing is asked of a caller yet, and a document that does not say so is one that a linter must warn of.
  document["security"] = [];
  lastingAnswers(document);
  limitContent(schemas, maxMessageChars);
  return document;
}

/** The named schemas of the generator, without its own error schemas, one a status. */
function generatedSchemas(document: Json): Json {
  const { schemas } = document["components"] as { schemas: Json };
  return Object.fromEntries(Object.entries(schemas).filter(([name]) => !name.startsWith("error.")));
}

function limitContent(schemas: Record<string, unknown>, maxMessageChars: number): void {
  for (const schema of Object.values(schemas)) {
    const content =
      isObject(schema) && isObject(schema["properties"]) ? schema["properties"]["content"] : undefined;
    if (isObject(content)) content["maxLength"] = maxMessageChars;
  }
}
