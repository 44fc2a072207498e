import { join } from "node:path";
import { describeLibrary } from "./support/describe-library.ts";

describeLibrary("the AI SDK", join(import.meta.dirname, "ai-sdk/main.tsx"));
