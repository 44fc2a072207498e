import { createDemoModel } from "./demo-model.ts";
import type { Model } from "./model.ts";
import type { ModelServer } from "./model-server.ts";

/** The source of the answers: a model behind a server, or the tour of the product. */
export type ModelChoice = "demo" | ModelServer;

/** The library that calls a server is loaded only where there is one. */
export async function createModel(choice: ModelChoice): Promise<Model> {
  if (choice === "demo") return createDemoModel();
  const { createServedModel } = await import("./served-model.ts");
  return createServedModel(choice);
}
