import type { Caller } from "../access/caller.ts";
import type { Guard } from "../access/guard.ts";
import type { Operation } from "../contract/operations.ts";
import type { Services } from "./services.ts";

/** The implementation of an operation. Doors hold actions; only {@link Perform} can run one. */
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
 * The only entry to the domain: every door calls it once for every operation.
 *
 * @throws the errors of the guard and of the action
 */
export type Perform = <Input extends object, Output>(
  caller: Caller,
  action: Action<Input, Output>,
  input: Input,
) => Output;

/** The access of a door to the domain for one caller. */
export type Calling = { readonly caller: Caller; readonly perform: Perform };

/** The place of the rules for every operation at every door: permission, limits, counts. */
export function createPerform(services: Services, guard: Guard): Perform {
  return (caller, action, input) => {
    guard({ caller, operation: action.operation, input });
    return Action.run(action, services, input);
  };
}
