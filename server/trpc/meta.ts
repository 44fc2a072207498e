export type RestAnswer = "value" | "page" | "empty";

type Method = "GET" | "POST" | "PATCH" | "DELETE";

/**
 * A procedure's address over REST. trpc-to-openapi reads `openapi`; `rest` has the parts that it cannot express.
 *
 * A type without imports, because the SDK's types include it.
 */
export type Meta = {
  openapi?: {
    method: Method;
    path: `/${string}`;
    operationId: string;
    summary: string;
    description?: string;
    tags: string[];
    protect: false;
    errorResponses: number[];
  };
  rest?: {
    /** `page` answers with the items and puts the next page's address in `Link`; `empty` is 204 without a body. */
    answer: RestAnswer;
    /**
     * The name of the answer's schema in the OpenAPI document (for a page, of an item's), if the answer over REST
     * differs from tRPC's.
     */
    answerName?: string;
    /** Input fields that only tRPC has: over REST the path says the same. */
    omits: string[];
    /** Input fields that come from a header, and only from there: field name to header name. */
    headers: Record<string, string>;
    /** The name of the body's schema in the OpenAPI document. */
    bodyName?: string;
    /** The answer to the operation's example, if that of the answer's schema does not fit. */
    answerExample?: object;
  };
};

export type RestPath = {
  operationId: string;
  tag: "health" | "sessions" | "messages";
  summary: string;
  description?: string;
  /** The statuses of this route's own errors. The errors of all routes of its kind are added. */
  errors?: number[];
  answer?: RestAnswer;
  answerName?: string;
  omits?: string[];
  headers?: Record<string, string>;
  bodyName?: string;
  answerExample?: object;
};

/** The meta of a procedure that has a REST path. */
export function restPath(method: Method, path: `/${string}`, route: RestPath): Meta {
  const takesBody = method === "POST" || method === "PATCH";
  // Only health is answered without the database.
  const ofServer = route.tag === "health" ? [] : [500, 503];
  const errors = [...(route.errors ?? []), ...(takesBody ? [400, 413, 415] : []), ...ofServer];
  return {
    openapi: {
      method,
      path,
      operationId: route.operationId,
      summary: route.summary,
      ...(route.description !== undefined && { description: route.description }),
      tags: [route.tag],
      protect: false,
      errorResponses: [...new Set(errors)].toSorted((a, b) => a - b),
    },
    rest: {
      answer: route.answer ?? "value",
      ...(route.answerName !== undefined && { answerName: route.answerName }),
      omits: route.omits ?? [],
      headers: route.headers ?? {},
      ...(route.bodyName !== undefined && { bodyName: route.bodyName }),
      ...(route.answerExample && { answerExample: route.answerExample }),
    },
  };
}
