import type { IncomingMessage } from "node:http";
import { issuesOf } from "../contract/issues.ts";
import { extentSchema } from "../contract/live-event.ts";
import { messageRefSchema } from "../contract/message.ts";
import { sessionIdSchema } from "../contract/session-id.ts";
import { invalidInput } from "../contract/app-error.ts";
import { anonymous } from "../access/caller.ts";
import { actions } from "../domain/actions.ts";
import type { Perform } from "../domain/perform.ts";
import type { ReaderExtent } from "../domain/session-log.ts";
import type { Door, DoorSockets } from "../http/door.ts";
import { sendUpgradeRequired } from "../http/upgrade-required.ts";
import { isNumber, readNumber } from "../http/read-number.ts";
import type { RequestTarget } from "../http/request-target.ts";
import { decodePart, readQuery } from "../http/request-target.ts";
import { readPosition } from "../http/resume-position.ts";
import type { Timeouts } from "../http/timeouts.ts";
import type { AccessLog } from "../http/access-log.ts";
import { createSocketServer } from "../socket/socket-server.ts";
import type { StartFollowing } from "./chat-socket.ts";
import { followEvents, followMessages, runChatSocket } from "./chat-socket.ts";
import type { Report } from "../http/report.ts";

export type ChatDoorOptions = {
  perform: Perform;
  maxFrameBytes: number;
  timeouts: Timeouts;
  report: Report;
  access?: AccessLog | undefined;
};

/** One path segment: the session id. */
const at = /^\/ws\/[^/]*$/;

/** The plain WebSocket, one socket for each session, as in PROTOCOL.md. */
export function createChatDoor(options: ChatDoorOptions): Door & Required<Pick<Door, "sockets">> {
  const { perform, report } = options;
  const server = createSocketServer(options);
  const sockets: DoorSockets = {
    route: "/ws/{session_id}",
    at,
    async upgrade(request, connection, head, target) {
      const sessionId = readSessionId(target);
      const follow = await openSession(perform, {
        sessionId,
        wanted: readWanted(request, readQuery(target.query)),
      });
      // The first messages are read within this turn of the event loop, and are sent together with the handshake.
      connection.cork();
      setImmediate(() => connection.uncork());
      server.upgrade(request, connection, head, (socket, trace) => {
        runChatSocket(socket, { caller: anonymous, perform, sessionId, follow, report, trace });
      });
    },
    close: () => server.close(),
    get size() {
      return server.clients.size;
    },
  };
  return {
    at,
    methodsAt: () => ["GET"],
    answer(_request, response, target) {
      target.route = sockets.route;
      sendUpgradeRequired(response);
      return Promise.resolve();
    },
    sockets,
  };
}

function readSessionId({ pathname }: RequestTarget): string {
  const id = decodePart(pathname.slice("/ws/".length), "The path");
  const { error } = sessionIdSchema.safeParse(id);
  if (error) throw invalidInput(issuesOf(error).map((issue) => ({ ...issue, path: ["session_id"] })));
  return id;
}

/** The events that a client asks for, with its position or last message if it has one. */
type Wanted =
  | { events: "messages"; after: number | string | undefined }
  | ({ events: "all"; after: string | undefined } & ReaderExtent);

/** @throws {AppError} NOT_FOUND */
async function openSession(
  perform: Perform,
  { sessionId, wanted }: { sessionId: string; wanted: Wanted },
): Promise<StartFollowing> {
  const { events, ...position } = wanted;
  const asked = { session_id: sessionId, ...position };
  if (events === "messages") return followMessages(await perform(anonymous, actions.openMessages, asked));
  return followEvents(
    sessionId,
    await perform(anonymous, actions.openEvents, { ...asked, after: wanted.after }),
  );
}

/** @throws {AppError | ZodError} BAD_REQUEST */
function readWanted(request: IncomingMessage, query: ReadonlyMap<string, string>): Wanted {
  const after = query.get("after");
  const events = query.get("events") ?? "messages";
  if (events === "all") return { events, after: readPosition(request, query, after), ...readExtent(query) };
  if (events === "messages") return { events, after: readMessageRef(after) };
  const message = `must be messages, which is the default, or all, and is ${JSON.stringify(events)}`;
  throw invalidInput([{ path: ["events"], code: "invalid_value", message }]);
}

/** @throws {AppError | ZodError} for text that is not a number, or is out of its range */
function readExtent(query: ReadonlyMap<string, string>): ReaderExtent {
  const given = [...query].filter(([name]) => Object.hasOwn(extentSchema.shape, name));
  return extentSchema.parse(Object.fromEntries(given.map(([name, text]) => [name, readNumber(name, text)])));
}

/** @throws {AppError} BAD_REQUEST */
function readMessageRef(text: string | undefined): number | string | undefined {
  if (text === undefined) return undefined;
  if (text === "" || text === "0") return "first";
  const ref = isNumber(text) ? Number(text) : text;
  if (messageRefSchema.safeParse(ref).success) return ref;
  const message = `must be the id of a message, or key: and its key, or empty or 0 for all, and is ${JSON.stringify(text)}`;
  throw invalidInput([{ path: ["after"], code: "invalid_type", message }]);
}
