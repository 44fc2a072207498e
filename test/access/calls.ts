import { WebSocket } from "ws";
import type { Operation } from "../../server/contract/operations.ts";
import { ownRoutes } from "../../server/rest/own-routes.ts";
import { listRoutes } from "../../server/rest/routes.ts";
import type { Route } from "../../server/rest/routes.ts";
import { appRouter } from "../../server/trpc/router.ts";

/** The subject of a call: a session of its own, with one message and two replies. */
export type Subject = {
  url: string;
  sessionId: string;
  messageId: number;
  /** A reply that is streaming, and one that is requested. */
  replyId: number;
  requestedId: number;
};

/** An operation at a door. */
export type DoorCall = {
  operation: Operation;
  door: string;
  /** Calls the operation. @returns whether it succeeded */
  succeeds(subject: Subject): Promise<boolean>;
};

/** An input that succeeds, for each operation. */
const inputs: Record<Operation, (subject: Subject) => Record<string, unknown>> = {
  health: () => ({}),
  "session.list": () => ({}),
  "session.get": ({ sessionId }) => ({ session_id: sessionId }),
  "session.create": ({ sessionId }) => ({ id: `${sessionId} new` }),
  "session.update": ({ sessionId }) => ({ session_id: sessionId, title: "Renamed" }),
  "session.delete": ({ sessionId }) => ({ session_id: sessionId }),
  "session.signal": ({ sessionId }) => ({ session_id: sessionId, name: "typing" }),
  "session.onEvent": ({ sessionId }) => ({ session_id: sessionId }),
  "session.onListEvent": () => ({}),
  "message.list": ({ sessionId }) => ({ session_id: sessionId }),
  "message.add": ({ sessionId }) => ({ session_id: sessionId, content: "second", sender: "user" }),
  "message.update": ({ sessionId, messageId }) => ({
    session_id: sessionId,
    message_id: messageId,
    content: "edited",
  }),
  "message.delete": ({ sessionId, messageId }) => ({ session_id: sessionId, message_id: messageId }),
  "message.append": ({ sessionId, replyId }) => ({
    session_id: sessionId,
    message_id: replyId,
    offset: 0,
    text: "second",
  }),
  "message.finish": ({ sessionId, replyId }) => ({ session_id: sessionId, message_id: replyId }),
  "message.stop": ({ sessionId, replyId }) => ({ session_id: sessionId, message_id: replyId }),
  "message.claim": ({ sessionId, requestedId }) => ({ session_id: sessionId, message_id: requestedId }),
};

const json = { "content-type": "application/json" };

/** Whether an answer is a success; of a stream, whether its first events are. */
async function isGood(answer: Response): Promise<boolean> {
  if (!answer.ok) return false;
  if (!answer.headers.get("content-type")?.includes("event-stream")) {
    // tRPC's stream of lines tells of an error in a line.
    return !(await answer.text()).includes('"error"');
  }
  let text = "";
  for await (const piece of answer.body ?? []) {
    text += Buffer.from(piece).toString();
    if (text.includes("serialized-error")) return false;
    if (text.includes("caught_up")) return true;
  }
  return false;
}

function restCall(route: Route, accept?: string): DoorCall {
  const operation = route.procedure as Operation;
  return {
    operation,
    door: `REST ${route.method} ${route.path}${accept === undefined ? "" : ` as ${accept}`}`,
    async succeeds(subject) {
      const input = inputs[operation](subject);
      const path = route.path.replace(/\{(\w+)\}/g, (_, name: string) =>
        encodeURIComponent(String(input[name])),
      );
      const takesJson = route.method === "POST" || route.method === "PATCH";
      const answer = await fetch(subject.url + path, {
        method: route.method,
        ...(takesJson && { body: JSON.stringify(input) }),
        ...(route.method === "PUT" && { body: "second" }),
        headers: { ...(takesJson && json), ...(accept !== undefined && { accept }) },
      });
      return isGood(answer);
    },
  };
}

type Kind = "query" | "mutation" | "subscription";

/** The door's own answer, which is the fast one, or that of tRPC's adapter, which gets what no client of tRPC's asks for. */
type Path = "fast path" | "stock adapter";

function trpcHttpCall(operation: Operation, kind: Kind, path: Path): DoorCall {
  const isStock = path === "stock adapter";
  return {
    operation,
    door: `tRPC over HTTP, ${path}`,
    async succeeds(subject) {
      const input = inputs[operation](subject);
      const address = `${subject.url}/trpc/${operation}`;
      if (kind !== "mutation") {
        const query = `input=${encodeURIComponent(JSON.stringify(input))}`;
        return isGood(await fetch(`${address}?${query}`, isStock ? { headers: json } : {}));
      }
      const answer = await fetch(isStock ? `${address}?batch=1` : address, {
        method: "POST",
        body: JSON.stringify(isStock ? { 0: input } : input),
        headers: isStock ? { ...json, "trpc-accept": "application/jsonl" } : json,
      });
      return isGood(answer);
    },
  };
}

/** Opens a socket, sends a frame, and reads until an answer says how it went. */
async function askSocket(
  url: string,
  frame: object | undefined,
  judge: (text: string) => boolean | undefined,
  { sendsWhenLive = false } = {},
): Promise<boolean> {
  const socket = new WebSocket(url);
  try {
    return await new Promise<boolean>((resolve) => {
      const send = (): void => {
        if (frame) socket.send(JSON.stringify(frame));
      };
      socket.on("open", () => sendsWhenLive || send());
      socket.on("message", (data: Buffer) => {
        if (sendsWhenLive && data.includes("caught_up")) return send();
        const isSuccess = judge(data.toString());
        if (isSuccess !== undefined) resolve(isSuccess);
      });
      socket.on("unexpected-response", () => resolve(false));
      socket.on("close", () => resolve(false));
    });
  } finally {
    socket.on("error", () => undefined);
    socket.terminate();
  }
}

function trpcSocketCall(operation: Operation, method: Kind): DoorCall {
  return {
    operation,
    door: "tRPC over WebSocket",
    succeeds: (subject) =>
      askSocket(
        `${subject.url.replace("http", "ws")}/trpc`,
        { id: 1, method, params: { path: operation, input: inputs[operation](subject) } },
        (text) => {
          if (text.includes('"error"')) return false;
          return method !== "subscription" || text.includes("caught_up") ? true : undefined;
        },
      ),
  };
}

function chatCall(operation: Operation, query: string, frame?: object): DoorCall {
  return {
    operation,
    door: `plain WebSocket ${query}${frame ? ", a frame" : ""}`,
    succeeds: ({ url, sessionId }) =>
      askSocket(
        `${url.replace("http", "ws")}/ws/${encodeURIComponent(sessionId)}?${query}`,
        frame,
        (text) => {
          if (text.includes('"error"')) return false;
          return text.includes(frame ? "second" : "first") ? true : undefined;
        },
      ),
  };
}

const isOneOperation = ({ procedure, path }: Route): boolean =>
  !procedure.startsWith("health.") && !path.startsWith("/api/chat");
const restRoutes = [...listRoutes(appRouter), ...ownRoutes].filter(isOneOperation);
const events = restRoutes.filter(({ procedure }) => /\.on/.test(procedure));
const procedures = Object.entries(
  appRouter._def.procedures as unknown as Record<Operation, { _def: { type: Kind } }>,
) as [Operation, { _def: { type: Kind } }][];

/** Every operation at every door, in each way that the door answers it. */
export const doorCalls: DoorCall[] = [
  ...restRoutes.map((route) => restCall(route)),
  ...events.map((route) => restCall(route, "text/event-stream")),
  ...procedures.flatMap(([operation, { _def }]) => [
    trpcHttpCall(operation, _def.type, "fast path"),
    trpcHttpCall(operation, _def.type, "stock adapter"),
    trpcSocketCall(operation, _def.type),
  ]),
  chatCall("session.onEvent", "after=0"),
  chatCall("session.onEvent", "events=all"),
];

/** The AI SDK's addresses, each of which does several operations. @returns the status of the answer */
export const uiChat = {
  async send({ url, sessionId }: Subject, id = sessionId): Promise<number> {
    const messages = [{ id: "new", role: "user", parts: [{ type: "text", text: "second" }] }];
    const answer = await fetch(`${url}/api/chat`, {
      method: "POST",
      headers: json,
      body: JSON.stringify({ id, messages }),
    });
    await answer.body?.cancel();
    return answer.status;
  },
  async resume({ url, sessionId }: Subject): Promise<number> {
    const answer = await fetch(`${url}/api/chat/${encodeURIComponent(sessionId)}/stream`);
    await answer.body?.cancel();
    return answer.status;
  },
};

/** A send over a plain socket, which follows the session besides. */
export const chatSend = chatCall("message.add", "", { content: "second", sender: "user" });

/** A signal over a plain socket that follows all events, and gets the signal itself. */
export const chatSignal: DoorCall = {
  operation: "session.signal",
  door: "plain WebSocket events=all, a frame",
  succeeds: ({ url, sessionId }) =>
    askSocket(
      `${url.replace("http", "ws")}/ws/${encodeURIComponent(sessionId)}?events=all`,
      { signal: { name: "typing" } },
      (text) => (text.includes('"error"') ? false : text.includes("typing") ? true : undefined),
      { sendsWhenLive: true },
    ),
};
