import type { Caller } from "../access/caller.ts";
import type { Guard } from "../access/guard.ts";
import type { Operation } from "../contract/operations.ts";
import type { Services } from "./services.ts";

/** A way to do an operation. Doors hold actions; only {@link Perform} can run one. */
export class Action<in Input extends object, out Output> {
  readonly operation: Operation;
  readonly #run: (services: Services, input: Input) => Output;

  constructor(operation: Operation, run: (services: Services, input: Input) => Output) {
    this.operation = operation;
    this.#run = run;
  }

  static run<Input extends object, Output>(
    action: Action<Input, Output>,
    services: Services,
    input: Input,
  ): Output {
    return action.#run(services, input);
  }
}

/**
 * The one way into the domain: every door calls it for every operation, once.
 *
 * @throws what the guard throws, and what the action throws
 */
export type Perform = <Input extends object, Output>(
  caller: Caller,
  action: Action<Input, Output>,
  input: Input,
) => Output;

/** A door's way to call the domain for one caller. */
export type Calling = { readonly caller: Caller; readonly perform: Perform };

/** The rules for every operation at every door stand here: the permission, the limits and the counts. */
export function createPerform(services: Services, guard: Guard): Perform {
  return (caller, action, input) => {
    guard({ caller, operation: action.operation, input });
    return Action.run(action, services, input);
  };
}
