import { generateOpenApiDocument } from "trpc-to-openapi";
import { z } from "zod";
import { errorSchema } from "../contract/error.ts";
import { sessionEventsSchema } from "../contract/session-events.ts";
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
import { sessionEventsOperation } from "./session-events-operation.ts";
import { sessionEventsRoute } from "./session-events.ts";

export type DocumentOptions = { router: AppRouter; version: string; maxMessageChars: number };

const description = `Sessions, messages and live delivery. The same procedures answer over tRPC at \`/trpc\`, and \
\`/ws/{session_id}\` is a plain WebSocket for one session's live chat.`;

const tags = [
  { name: "health", description: "Whether the server answers." },
  { name: "sessions", description: "Chat sessions, each with its messages." },
  { name: "messages", description: "The messages of a session, one by one or page by page." },
];

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
    license: { name: "MIT", identifier: "MIT" },
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
  const events = sessionEventsOperation();
  oneErrorShape(events);
  paths[sessionEventsRoute.path] = { get: events };
  document["components"] = {
    schemas: {
      ...generatedSchemas(document),
      ...namedSchemas(sessionEventsSchema),
      ...namedSchemas(errorSchema),
      ...schemas,
    },
  };
  document["tags"] = tags;
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

/** A schema that no procedure answers with, and all those in it, by their names. */
function namedSchemas(schema: z.ZodType): Json {
  const { $defs } = z.toJSONSchema(schema);
  const schemas = JSON.stringify($defs).replaceAll("#/$defs/", "#/components/schemas/");
  return withoutIds(JSON.parse(schemas) as Json);
}

/** Their names are their places in the document. */
function withoutIds(schemas: Json): Json {
  return Object.fromEntries(
    Object.entries(schemas).map(([name, schema]) => {
      const { id: _id, ...rest } = schema as Json;
      return [name, rest];
    }),
  );
}

function limitContent(schemas: Record<string, unknown>, maxMessageChars: number): void {
  for (const schema of Object.values(schemas)) {
    const content =
      isObject(schema) && isObject(schema["properties"]) ? schema["properties"]["content"] : undefined;
    if (isObject(content)) content["maxLength"] = maxMessageChars;
  }
}
