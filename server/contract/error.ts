import { z } from "zod";
import type { ErrorCode } from "./error-codes.ts";
import { errorCodes } from "./error-codes.ts";
import type { Issue } from "./issue.ts";
import { replyStandSchema } from "./reply.ts";

export const issueSchema: z.ZodType<Issue> = z
  .object({
    path: z
      .array(z.union([z.string(), z.int()]))
      .meta({ description: "Where in the input it is.", examples: [["content"]] }),
    code: z.string().meta({ description: "What kind of fault it is.", examples: ["too_small"] }),
    message: z.string().meta({ description: "What is wrong.", examples: ["must not be empty"] }),
  })
  .meta({
    id: "Issue",
    description: "One fault of an input.",
    examples: [{ path: ["content"], code: "too_small", message: "must not be empty" }],
  });

/** The shape of every error that REST, the upgrade and the plain WebSocket send. */
export const errorSchema = z
  .object({
    message: z.string().meta({
      description: "What went wrong and what to do, for people.",
      examples: ["content: must not be empty"],
    }),
    code: z
      .enum(Object.keys(errorCodes) as [ErrorCode, ...ErrorCode[]])
      .meta({ description: "What went wrong, for programs.", examples: ["BAD_REQUEST"] }),
    issues: z.array(issueSchema).optional().meta({ description: "Each fault of the input." }),
    request_id: z
      .string()
      .optional()
      .meta({
        description: "The request's id, if the server failed: its log has details under this id.",
        examples: ["7f9c2ba4e88f-1"],
      }),
    ...replyStandSchema.shape,
  })
  .meta({
    id: "ApiError",
    description: "Every error has this shape.",
    examples: [
      {
        message: "content: must not be empty",
        code: "BAD_REQUEST",
        issues: [{ path: ["content"], code: "too_small", message: "must not be empty" }],
      },
    ],
  });

export type ErrorBody = z.infer<typeof errorSchema>;
