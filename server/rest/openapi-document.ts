import { generateOpenApiDocument } from "trpc-to-openapi";
import { z } from "zod";
import { errorSchema } from "../contract/error.ts";
import { documentedHealthSchema } from "../contract/health.ts";
import { listEventsSchema, sessionEventsSchema } from "../contract/polled-events.ts";
import { documentedSessionSchema } from "../contract/session.ts";
import { documentedListedSessionSchema } from "../contract/session-list.ts";
import type { AppRouter } from "../trpc/router.ts";
import type { DescribedLimits } from "./openapi-errors.ts";
import { setErrorResponses } from "./openapi-errors.ts";
import { showNulls } from "./openapi-nulls.ts";
import type { Json, DescribedOperation } from "./openapi-transforms.ts";
import {
  describeAnswer,
  isObject,
  keepAnswersOpen,
  nameBody,
  nameVariants,
  restAnswer,
  restHeaders,
  schemasInUse,
  showExamples,
} from "./openapi-transforms.ts";
import { healthOperations, healthRoutes } from "./health-routes.ts";
import { ownRoutes } from "./own-routes.ts";
import { listRoutes } from "./routes.ts";
import { eventsRoutes } from "./events.ts";
import { replyStreamRoute } from "./reply-stream.ts";
import { replyStreamOperation } from "./reply-stream-operation.ts";
import { chatOperations } from "./chat-operations.ts";
import { chatRoutes } from "./ui-message-stream.ts";
import { eventsOperations } from "./events-operations.ts";

export type DocumentOptions = DescribedLimits & { router: AppRouter; version: string };

const description = `Sessions, messages and live delivery, over one SQLite file.

**Errors** all have one shape: \`message\` is for people, \`code\` for programs, and \`issues\` names each fault of an \
input. Beside the errors that an operation lists there are those of every address: 403 (a page of another origin asks), \
405 with an \`Allow\` header, 408, 421 (an unknown \`Host\`) and 503 with \`Retry-After\`.

**Writes** are on disk when they are answered. A send with an \`Idempotency-Key\` may be repeated until an answer comes: \
the message is stored once.

**Pages.** A list with \`limit\` or \`cursor\` has the address of its next page in the header \`Link\`, \`rel="next"\`.

**Live.** \`GET /api/sessions/{session_id}/events\` waits for what happens, and \`…/events/stream\` streams it; \
\`GET /api/events\` and \`/api/events/stream\` do so for the list of sessions. \`/ws/{session_id}\` is a plain \
WebSocket for one session's chat. The same procedures answer over tRPC at \`/trpc\`.`;

const tags = [
  { name: "health", description: "Whether the server answers." },
  { name: "sessions", description: "Chat sessions, each with its messages." },
  { name: "messages", description: "The messages of a session, one by one or page by page." },
];

/**
 * The OpenAPI 3.1 document. trpc-to-openapi makes it from the procedures. The parts that it cannot express are added
 * for each route (204, pages with a `Link` header, input from headers, the actual errors).
 */
export function createOpenApiDocument({ router, version, ...bounds }: DocumentOptions): Json {
  const { maxMessageChars } = bounds;
  const document = generateOpenApiDocument(router, {
    title: "AI Desk",
    description,
    version,
    // Relative to the document's own address, since a proxy may serve it under a prefix.
    baseUrl: ".",
    license: { name: "MIT", identifier: "MIT" },
  }) as unknown as Json;
  const paths = document["paths"] as Record<string, Record<string, DescribedOperation>>;
  const own = { ...healthRoutes, ...eventsRoutes };
  for (const [name, operation] of Object.entries({ ...healthOperations(), ...eventsOperations() })) {
    paths[own[name as keyof typeof own].path] = { get: operation };
  }
  paths[replyStreamRoute.path] = { put: replyStreamOperation() };
  const chat = chatOperations();
  paths[chatRoutes.send.path] = { post: chat.send };
  paths[chatRoutes.resume.path] = { get: chat.resume };
  const schemas: Json = {
    ...generatedSchemas(document),
    ...Object.fromEntries(schemasOfRest.flatMap((schema) => Object.entries(namedSchemas(schema)))),
  };
  for (const route of [...listRoutes(router), ...ownRoutes]) {
    const operation = paths[route.path]?.[route.method.toLowerCase()];
    if (!operation) throw new Error(`${route.method} ${route.path} is served and not documented.`);
    restAnswer(operation, route);
    restHeaders(operation, route);
    showNulls(operation);
    nameBody(operation, route, schemas);
    setErrorResponses(operation, route, bounds);
    describeAnswer(operation, schemas);
    showExamples(operation, route, schemas);
    if (route.procedure === "session.create") showNoMessages(operation);
  }
  for (const kind of ["Live", "List"]) {
    const union = schemas[`${kind}Event`];
    if (isObject(union)) nameVariants(union, (type) => `${kind}${type}Event`, schemas);
  }
  document["components"] = { schemas: schemasInUse(paths, schemas) };
  document["tags"] = tags;
  // There is no authentication yet. Linters warn if a document does not say so.
  document["security"] = [];
  keepAnswersOpen(document);
  for (const { bodyName } of listRoutes(router)) limitContent(schemas[bodyName ?? ""], maxMessageChars);
  return document;
}

/** The schemas of answers that no tRPC procedure returns. */
const schemasOfRest = [
  documentedHealthSchema,
  documentedSessionSchema,
  documentedListedSessionSchema,
  sessionEventsSchema,
  listEventsSchema,
  errorSchema,
];

/** The generator's named schemas, without its error schemas: it makes one for each status. */
function generatedSchemas(document: Json): Json {
  const { schemas } = document["components"] as { schemas: Json };
  return Object.fromEntries(Object.entries(schemas).filter(([name]) => !name.startsWith("error.")));
}

/** A schema that is not the answer of a procedure, with all schemas in it, by name. */
function namedSchemas(schema: z.ZodType): Json {
  const { $defs } = z.toJSONSchema(schema);
  const schemas = JSON.stringify($defs).replaceAll("#/$defs/", "#/components/schemas/");
  return withoutIds(JSON.parse(schemas) as Json);
}

/** Removes the ids: in the document the schemas are named by their keys. */
function withoutIds(schemas: Json): Json {
  return Object.fromEntries(
    Object.entries(schemas).map(([name, schema]) => {
      const { id: _id, ...rest } = schema as Json;
      return [name, rest];
    }),
  );
}

/** Removes the messages from the example of a new session. */
function showNoMessages({ responses }: DescribedOperation): void {
  const media = responses["200"]?.content?.["application/json"];
  const { answer } = (media?.examples ?? {}) as { answer?: { value: Json } };
  if (answer) answer.value = { ...answer.value, messages: [] };
}

/** Adds the limit of content. `maxLength` counts code points, so the description says that the server counts UTF-16 units. */
function limitContent(schema: unknown, maxMessageChars: number): void {
  const properties = isObject(schema) && isObject(schema["properties"]) ? schema["properties"] : {};
  if (!isObject(properties["content"])) return;
  properties["content"]["maxLength"] = maxMessageChars;
  properties["content"]["description"] =
    `The message's text: 1–${maxMessageChars} characters, counted in UTF-16 code units.`;
}
