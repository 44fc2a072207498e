import { addMessageProcedure } from "./procedures/add-message.ts";
import { appendReplyProcedure } from "./procedures/append-reply.ts";
import { claimReplyProcedure } from "./procedures/claim-reply.ts";
import { createSessionProcedure } from "./procedures/create-session.ts";
import { deleteMessageProcedure } from "./procedures/delete-message.ts";
import { deleteSessionProcedure } from "./procedures/delete-session.ts";
import { finishReplyProcedure } from "./procedures/finish-reply.ts";
import { getHealthProcedure } from "./procedures/get-health.ts";
import { getSessionProcedure } from "./procedures/get-session.ts";
import { listMessagesProcedure } from "./procedures/list-messages.ts";
import { listSessionsProcedure } from "./procedures/list-sessions.ts";
import { onListEventProcedure } from "./procedures/on-list-event.ts";
import { onSessionEventProcedure } from "./procedures/on-session-event.ts";
import { sendSignalProcedure } from "./procedures/send-signal.ts";
import { stopReplyProcedure } from "./procedures/stop-reply.ts";
import { updateMessageProcedure } from "./procedures/update-message.ts";
import { updateSessionProcedure } from "./procedures/update-session.ts";
import { router } from "./trpc.ts";

export const appRouter = router({
  health: getHealthProcedure,
  session: router({
    list: listSessionsProcedure,
    get: getSessionProcedure,
    create: createSessionProcedure,
    update: updateSessionProcedure,
    delete: deleteSessionProcedure,
    signal: sendSignalProcedure,
    onEvent: onSessionEventProcedure,
    onListEvent: onListEventProcedure,
  }),
  message: router({
    list: listMessagesProcedure,
    add: addMessageProcedure,
    update: updateMessageProcedure,
    delete: deleteMessageProcedure,
    append: appendReplyProcedure,
    finish: finishReplyProcedure,
    stop: stopReplyProcedure,
    claim: claimReplyProcedure,
  }),
});

export type AppRouter = typeof appRouter;
