import { join } from "node:path";
import { describeLibrary } from "./support/describe-library.ts";

describeLibrary("the client's own hooks", join(import.meta.dirname, "stores/main.tsx"));
