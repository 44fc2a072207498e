import { TRPCError } from "@trpc/server";
import { TRPC_ERROR_CODES_BY_KEY } from "@trpc/server/rpc";
import { expect, test } from "vitest";
import type { ErrorCode } from "../../server/contract/error-codes.ts";
import { errorCodes } from "../../server/contract/error-codes.ts";
import { AppError } from "../../server/contract/app-error.ts";
import { toErrorShape, toTRPCCode } from "../../server/trpc/to-error-shape.ts";

test.each(Object.entries(errorCodes))(
  "%s reaches a tRPC client under its own name and status",
  (name, { httpStatus, sentence }) => {
    const code = name as ErrorCode;
    const cause = new AppError(code);
    const shape = toErrorShape(
      new TRPCError({ code: toTRPCCode(code), message: cause.message, cause }),
      "health",
    );
    expect(shape).toMatchObject({ message: sentence, data: { code, httpStatus, path: "health" } });
    expect(Object.values(TRPC_ERROR_CODES_BY_KEY)).toContain(shape.code);
  },
);
