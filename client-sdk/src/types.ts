import type { ListEvent } from "../../server/contract/list-event.ts";
import type { LiveEvent } from "../../server/contract/live-event.ts";
import type { SidebarSession } from "../../server/contract/session-list.ts";
import type { AppRouter } from "../../server/trpc/router.ts";
import type { Mutation, Query, Subscription } from "./procedures.ts";

/*
 * The types of the contract. They are inferred here. For the package, the build replaces this file by one with the same
 * names that writes the types out, with the contract's sentence on each field: see `contract-types.ts`.
 */

export type { Health } from "../../server/contract/health.ts";
export type { ListEvent } from "../../server/contract/list-event.ts";
export type { LiveEvent } from "../../server/contract/live-event.ts";
export type { Message } from "../../server/contract/message.ts";
export type { MessagePage } from "../../server/contract/message-list.ts";
export type { Session, SessionHead } from "../../server/contract/session.ts";
export type { SessionPage, SidebarSession } from "../../server/contract/session-list.ts";

type Procedures = AppRouter["_def"]["record"];
type Types<Procedure> = Procedure extends { _def: { $types: { input: infer In; output: infer Out } } }
  ? { input: In; output: Out }
  : never;
type EventOf<Stream> = Stream extends AsyncIterable<{ data: infer Event }> ? Event : never;

type ClientProcedure<Procedure> = Procedure extends { _def: { type: "query" } }
  ? Query<Types<Procedure>["input"], Types<Procedure>["output"]>
  : Procedure extends { _def: { type: "mutation" } }
    ? Mutation<Types<Procedure>["input"], Types<Procedure>["output"]>
    : Procedure extends { _def: { type: "subscription" } }
      ? Subscription<Types<Procedure>["input"], EventOf<Types<Procedure>["output"]>>
      : { readonly [Name in keyof Procedure]: ClientProcedure<Procedure[Name]> };

/** The typed contract: `client.message.add.mutate({…})`, `client.session.onEvent.subscribe({…}, {…})`. */
export type Client = { readonly [Name in keyof Procedures]: ClientProcedure<Procedures[Name]> };

/** The input of each procedure, by its name: `RouterInputs["message"]["add"]`. */
export type RouterInputs = {
  [Room in keyof Procedures]: Procedures[Room] extends { _def: unknown }
    ? Types<Procedures[Room]>["input"]
    : { [Name in keyof Procedures[Room]]: Types<Procedures[Room][Name]>["input"] };
};

/**
 * The answer of each procedure, by its name: `RouterOutputs["session"]["list"]`. For a subscription it is the event.
 */
export type RouterOutputs = {
  [Room in keyof Procedures]: Procedures[Room] extends { _def: unknown }
    ? Types<Procedures[Room]>["output"]
    : {
        [Name in keyof Procedures[Room]]: Procedures[Room][Name] extends { _def: { type: "subscription" } }
          ? EventOf<Types<Procedures[Room][Name]>["output"]>
          : Types<Procedures[Room][Name]>["output"];
      };
};

export type ListedSession = RouterOutputs["session"]["list"]["items"][number];
export type LastMessage = NonNullable<SidebarSession["last_message"]>;
export type MessageSender = RouterInputs["message"]["add"]["sender"];
export type MessageRef = NonNullable<RouterInputs["message"]["update"]["message_id"]>;

type Live<Type extends LiveEvent["type"]> = Extract<LiveEvent, { type: Type }>;
export type LiveSnapshotEvent = Live<"snapshot">;
export type LiveResetEvent = Live<"reset">;
export type LiveCaughtUpEvent = Live<"caught_up">;
export type LiveMessageEvent = Live<"message">;
export type LiveMessageDeltaEvent = Live<"message_delta">;
export type LiveMessageDeletedEvent = Live<"message_deleted">;
export type LiveSessionEvent = Live<"session">;
export type LiveSignalEvent = Live<"signal">;
export type LiveSessionDeletedEvent = Live<"session_deleted">;

type List<Type extends ListEvent["type"]> = Extract<ListEvent, { type: Type }>;
export type ListSnapshotEvent = List<"snapshot">;
export type ListResetEvent = List<"reset">;
export type ListCaughtUpEvent = List<"caught_up">;
export type ListSessionEvent = List<"session">;
export type ListSessionDeletedEvent = List<"session_deleted">;

export type ListSessionsInput = NonNullable<RouterInputs["session"]["list"]>;
export type GetSessionInput = RouterInputs["session"]["get"];
export type CreateSessionInput = NonNullable<RouterInputs["session"]["create"]>;
export type UpdateSessionInput = RouterInputs["session"]["update"];
export type DeleteSessionInput = RouterInputs["session"]["delete"];
export type SendSignalInput = RouterInputs["session"]["signal"];
export type OnEventInput = RouterInputs["session"]["onEvent"];
export type OnListEventInput = NonNullable<RouterInputs["session"]["onListEvent"]>;
export type ListMessagesInput = RouterInputs["message"]["list"];
export type AddMessageInput = RouterInputs["message"]["add"];
export type UpdateMessageInput = RouterInputs["message"]["update"];
export type DeleteMessageInput = RouterInputs["message"]["delete"];
