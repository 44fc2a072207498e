import { callTRPCProcedure, TRPCError } from "@trpc/server";
import { expect, test } from "vitest";
import { z } from "zod";
import { AppError } from "../../../server/contract/app-error.ts";
import { AnswerAllowance } from "../../../server/http/answer-allowance.ts";
import { listProcedures } from "../../../server/trpc/fast-path/invoke-procedure.ts";
import { fromTRPCError } from "../../../server/trpc/to-error-shape.ts";
import { procedure, router } from "../../../server/trpc/trpc.ts";
import { callsOn, openServices } from "../../support/services.ts";

const inputSchema = z.object({ name: z.string().min(1) });
const outputSchema = z.object({ name: z.string() });

const counting = procedure.use(async ({ ctx, next, getRawInput }) => {
  if ((await getRawInput()) === "stop") throw new TRPCError({ code: "FORBIDDEN" });
  return next({ ctx: { ...ctx, seen: true } });
});

/** An answer that does not fit its schema, which tRPC would answer with an error, the write being committed. */
const misfit = procedure.output(outputSchema).mutation(() => 5 as unknown as { name: string });

/** Each with nothing around it, so that it is run straight, but for the last two. */
const procedures = {
  bare: procedure.query(() => 1),
  nothing: procedure.mutation(() => undefined),
  echo: procedure.input(inputSchema).query(({ input }) => input),
  strict: procedure
    .input(inputSchema)
    .output(outputSchema)
    .mutation(({ input }) => input),
  outputFirst: procedure
    .output(outputSchema)
    .input(inputSchema)
    .query(({ input }) => input),
  failing: procedure.query(() => {
    throw new Error("failed");
  }),
  refusing: procedure.query(() => {
    throw new AppError("NOT_FOUND", "Not here.");
  }),
  own: procedure.query(() => {
    throw new TRPCError({ code: "CONFLICT", message: "Twice." });
  }),
  rejecting: procedure.query(() => Promise.reject(new Error("later"))),
  waiting: procedure.input(inputSchema.refine(() => true)).query(({ input }) => Promise.resolve(input.name)),
  path: procedure.input(inputSchema).query(({ path, batchIndex, input }) => ({ path, batchIndex, input })),
  guarded: counting.input(inputSchema).query(({ ctx, input }) => [ctx.seen, input]),
  twice: procedure
    .input(inputSchema)
    .input(z.object({ more: z.number() }))
    .query(({ input }) => input),
};

const allowance = new AnswerAllowance({ maxBytes: 1_000_000, account: undefined });
const inputs = [undefined, null, "stop", 5, {}, { name: "" }, { name: "n" }, { name: "n", more: 1 }];
const testRouter = router(procedures);
const callable = listProcedures(testRouter);

test.each(Object.entries(procedures))(
  "%s comes to what it does when tRPC calls it",
  async (path, { _def }) => {
    const ctx = { ...callsOn(await openServices()), allowance };
    for (const input of inputs) {
      const outcome = await callable.get(path)?.call({ ctx, readInput: () => input });
      const expected = await callTRPCProcedure({
        router: testRouter,
        path,
        type: _def.type,
        ctx,
        getRawInput: () => Promise.resolve(input),
        signal: undefined,
        batchIndex: 0,
      }).then(
        (data: unknown) => ({ ok: true, data }),
        (error: unknown) => ({ ok: false, error }),
      );
      expect(describe(outcome), JSON.stringify(input)).toEqual(describe(expected));
    }
  },
);

test("an answer is what the procedure made, whether or not its schema would take it [STORED-3]", async () => {
  const ctx = { ...callsOn(await openServices()), allowance };
  const outcome = listProcedures(router({ misfit }))
    .get("misfit")
    ?.call({ ctx, readInput: () => undefined });
  expect(await outcome).toEqual({ ok: true, data: 5 });
});

test("an answer that tRPC itself finds unfit is a failure of the server, and no fault of the request [STORED-3]", async () => {
  const call = { path: "misfit", type: "mutation", getRawInput: () => Promise.resolve(undefined) } as const;
  const ctx = { ...callsOn(await openServices()), allowance };
  const error: unknown = await callTRPCProcedure({
    ...call,
    router: router({ misfit }),
    ctx,
    signal: undefined,
    batchIndex: 0,
  }).catch((thrown: unknown) => thrown);
  const appError = fromTRPCError(error as TRPCError);
  expect(appError.toBody()).toEqual({
    code: "INTERNAL_SERVER_ERROR",
    message: "The server failed; the failure is in its log.",
  });
  expect(appError.cause).toMatchObject({ name: "ZodError" });
});

test("input that cannot be read is the caller's fault, and is not asked for by what takes none", async () => {
  const ctx = { ...callsOn(await openServices()), allowance };
  const fault = new TRPCError({ code: "BAD_REQUEST", message: "no JSON" });
  const readInput = (): never => {
    throw fault;
  };
  expect(await callable.get("echo")?.call({ ctx, readInput })).toEqual({ ok: false, error: fault });
  expect(await callable.get("bare")?.call({ ctx, readInput })).toEqual({ ok: true, data: 1 });
});

test("a subscription gets the signal that ends it", async () => {
  const { signal } = new AbortController();
  const events = procedure.subscription(async function* (options) {
    yield options.signal;
  });
  const outcome = await listProcedures(router({ events }))
    .get("events")
    ?.call({ ctx: { ...callsOn(await openServices()), allowance }, readInput: () => undefined, signal });
  const stream = (outcome as { data: AsyncIterable<unknown> }).data;
  expect(await Array.fromAsync(stream)).toEqual([signal]);
});

/** The parts of an outcome that a client or the log could see. */
function describe(outcome: unknown): unknown {
  const { error } = outcome as { error?: TRPCError };
  if (!error) return outcome;
  const { cause, code, message } = error;
  return { isTRPCError: error instanceof TRPCError, code, message, cause: [cause?.name, cause?.message] };
}
