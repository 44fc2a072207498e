import { join } from "node:path";
import { describeLibrary } from "./support/describe-library.ts";

describeLibrary("assistant-ui", join(import.meta.dirname, "assistant-ui/main.tsx"));
