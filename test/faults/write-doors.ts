import type { TRPCClient } from "@trpc/client";
import { createTRPCClient, createWSClient, httpLink, TRPCClientError, wsLink } from "@trpc/client";
import { WebSocket } from "ws";
import type { Message } from "../../server/contract/message.ts";
import type { AppRouter } from "../../server/trpc/router.ts";
import type { Frame } from "../support/readers.ts";
import type { Answer, Operation } from "./history.ts";
import type { Address } from "../doors/live-door.ts";

/** One way to write, on its own connections. It never throws: an unclear outcome is `unknown`. */
export type WriteDoor = {
  name: string;
  takes: (operation: Operation) => boolean;
  perform(session: string, operation: Operation): Promise<Answer>;
  close(): void;
};

const unknown: Answer = { outcome: "unknown" };

function refused(code: string | undefined): Answer {
  // A 503 means that the outcome is unknown too.
  return code === undefined || code === "SERVICE_UNAVAILABLE" ? unknown : { outcome: "refused", code };
}

export function openWriteDoors(server: Address): WriteDoor[] {
  return [...httpWriteDoors(server), trpcOverSocket(server), plainSocket(server)];
}

/** The doors without a lasting connection, so that nothing must be closed. */
export function httpWriteDoors(server: Pick<Address, "url">): WriteDoor[] {
  return [rest(server), trpcOverHttp(server)];
}

function rest({ url }: Pick<Address, "url">): WriteDoor {
  return {
    name: "REST",
    takes: () => true,
    async perform(session, operation) {
      const { method, path, body, key } = toRequest(session, operation);
      try {
        const response = await fetch(`${url}/api/sessions${path}`, {
          method,
          headers: {
            ...(body && { "content-type": "application/json" }),
            ...(key !== undefined && { "idempotency-key": key }),
          },
          ...(body && { body: JSON.stringify(body) }),
        });
        if (response.status === 204) return { outcome: "done" };
        const answer = (await response.json()) as Message & { code: string };
        if (!response.ok) return refused(answer.code);
        return { outcome: "done", ...("content" in operation && { message: answer }) };
      } catch {
        return unknown;
      }
    },
    close: () => undefined,
  };
}

function toRequest(
  session: string,
  operation: Operation,
): { method: string; path: string; body?: object; key?: string | undefined } {
  switch (operation.type) {
    case "send": {
      const { content, key } = operation;
      return { method: "POST", path: `/${session}/messages`, body: { content, sender: "user" }, key };
    }
    case "edit":
      return {
        method: "PATCH",
        path: `/${session}/messages/${operation.id}`,
        body: { content: operation.content },
      };
    case "delete":
      return { method: "DELETE", path: `/${session}/messages/${operation.id}` };
    case "rename":
      return { method: "PATCH", path: `/${session}`, body: { title: operation.title } };
    case "create":
      return { method: "POST", path: "", body: { id: session, title: operation.title } };
    case "delete session":
      break;
  }
  return { method: "DELETE", path: `/${session}` };
}

function trpcOverHttp({ url }: Pick<Address, "url">): WriteDoor {
  const client = createTRPCClient<AppRouter>({ links: [httpLink({ url: `${url}/trpc` })] });
  return {
    name: "tRPC over HTTP",
    takes: () => true,
    perform: (session, operation) => performWith(client, session, operation),
    close: () => undefined,
  };
}

class QuietSocket extends WebSocket {
  constructor(...args: ConstructorParameters<typeof WebSocket>) {
    super(...args);
    // The client handles it through its close event. Without a listener the error would be thrown.
    this.on("error", () => undefined);
  }
}

/** tRPC's own client, which reopens its socket by itself. */
export function openTrpcClient({ wsUrl }: Address): { client: TRPCClient<AppRouter>; close: () => void } {
  const socket = createWSClient({
    url: `${wsUrl}/trpc`,
    WebSocket: QuietSocket as unknown as typeof globalThis.WebSocket,
    retryDelayMs: () => 20,
  });
  const client = createTRPCClient<AppRouter>({ links: [wsLink({ client: socket })] });
  return { client, close: () => void socket.close() };
}

function trpcOverSocket(server: Address): WriteDoor {
  const { client, close } = openTrpcClient(server);
  return {
    name: "tRPC over WebSocket",
    takes: () => true,
    perform: (session, operation) => performWith(client, session, operation),
    close,
  };
}

async function performWith(
  client: TRPCClient<AppRouter>,
  session_id: string,
  operation: Operation,
): Promise<Answer> {
  try {
    const answer = await call();
    return { outcome: "done", ...("content" in operation && { message: answer as Message }) };
  } catch (error) {
    if (error instanceof TRPCClientError) return refused((error as TRPCClientError<AppRouter>).data?.code);
    return unknown;
  }

  function call(): Promise<unknown> {
    switch (operation.type) {
      case "send": {
        const { content, key } = operation;
        return client.message.add.mutate({
          session_id,
          content,
          sender: "user",
          ...(key !== undefined && { key }),
        });
      }
      case "edit":
        return client.message.update.mutate({
          session_id,
          message_id: operation.id,
          content: operation.content,
        });
      case "delete":
        return client.message.delete.mutate({ session_id, message_id: operation.id });
      case "rename":
        return client.session.update.mutate({ session_id, title: operation.title });
      case "create":
        return client.session.create.mutate({ id: session_id, title: operation.title });
      case "delete session":
        break;
    }
    return client.session.delete.mutate({ session_id });
  }
}

/**
 * One socket for each session. It shows everybody's messages, so the answer to a send is the frame with its content, or
 * an error.
 */
function plainSocket({ wsUrl }: Address): WriteDoor {
  const sockets = new Map<string, Promise<WebSocket | Answer>>();

  function open(session: string): Promise<WebSocket | Answer> {
    const { promise, resolve } = Promise.withResolvers<WebSocket | Answer>();
    const socket = new WebSocket(`${wsUrl}/ws/${session}`);
    socket.on("open", () => resolve(socket));
    socket.on("error", () => undefined);
    socket.on("unexpected-response", (request, response) => {
      resolve(refused(response.statusCode === 404 ? "NOT_FOUND" : undefined));
      request.destroy();
    });
    socket.on("close", () => {
      resolve(unknown);
      if (sockets.get(session) === promise) sockets.delete(session);
    });
    return promise;
  }

  return {
    name: "the plain WebSocket",
    takes: ({ type }) => type === "send",
    async perform(session, operation) {
      if (operation.type !== "send") throw new Error(`Not by this door: ${operation.type}`);
      const opening = sockets.get(session) ?? open(session);
      sockets.set(session, opening);
      const socket = await opening;
      if ("outcome" in socket) {
        if (sockets.get(session) === opening) sockets.delete(session);
        return socket;
      }
      const { content, key } = operation;
      const { promise, resolve } = Promise.withResolvers<Answer>();
      const onFrame = (data: Buffer): void => {
        const { session_id = "", message, error } = JSON.parse(data.toString()) as Frame;
        if (error) resolve(refused(error.code));
        if (message?.content === content) resolve({ outcome: "done", message: { session_id, ...message } });
      };
      const onClose = (): void => resolve(unknown);
      socket.on("message", onFrame).on("close", onClose);
      if (socket.readyState !== socket.OPEN) resolve(unknown);
      else socket.send(JSON.stringify({ content, sender: "user", ...(key !== undefined && { key }) }));
      const answer = await promise;
      socket.off("message", onFrame).off("close", onClose);
      return answer;
    },
    close() {
      for (const opening of sockets.values()) {
        void opening.then((socket) => "outcome" in socket || socket.terminate());
      }
    },
  };
}
