import type { Compilable, CompiledQuery, RawBuilder } from "kysely";
import { sql } from "kysely";
import type { Executor } from "./database.ts";
import { NoRowError, NothingStoredError } from "./database-errors.ts";

/** A statement that is built and compiled once, at its first use, and run with other parameters each time. */
export type Statement<Parameters, Row> = {
  all(db: Executor, parameters: Parameters): Promise<Row[]>;
  /** The first row, if there is any. */
  first(db: Executor, parameters: Parameters): Promise<Row | undefined>;
  /** The first row. @throws {NoRowError} if there is none; of a statement that writes, {@link NothingStoredError}. */
  only(db: Executor, parameters: Parameters): Promise<Row>;
};

/** Takes a parameter's place while its statement is built. */
class Placeholder {
  readonly name: string;

  constructor(name: string) {
    this.name = name;
  }
}

const placeholders = new Proxy({}, { get: (_target, name) => new Placeholder(String(name)) });

/**
 * Building and compiling a query costs several times what SQLite takes to answer it.
 *
 * @param build is called once, with placeholders as parameters: it may pass them on, and must not look at them.
 */
export function prepare<Parameters extends object, Row>(
  build: (db: Executor, parameters: Parameters) => Compilable<Row>,
): Statement<Parameters, Row> {
  let compiled: CompiledQuery<Row> | undefined;

  async function all(db: Executor, parameters: Parameters): Promise<Row[]> {
    compiled ??= build(db, placeholders as Parameters).compile();
    const query: CompiledQuery<Row> = { ...compiled, parameters: fill(compiled.parameters, parameters) };
    const { rows } = await db.executeQuery(query);
    return rows;
  }

  return {
    all,
    first: async (db, parameters) => (await all(db, parameters))[0],
    async only(db, parameters) {
      const [row] = await all(db, parameters);
      if (row !== undefined) return row;
      const Kind = compiled?.query.kind === "SelectQueryNode" ? NoRowError : NothingStoredError;
      throw new Kind(`No row from: ${compiled?.sql}`);
    },
  };
}

/**
 * The same for statements of several shapes, each of which is compiled once.
 *
 * @param shapeOf tells what of the parameters makes another statement. `build` may look at that.
 */
export function prepareByShape<Parameters extends object, Shape extends object, Row>(
  shapeOf: (parameters: Parameters) => Shape,
  build: (db: Executor, parameters: Parameters, shape: Shape) => Compilable<Row>,
): (parameters: Parameters) => Statement<Parameters, Row> {
  const statements = new Map<string, Statement<Parameters, Row>>();
  return (parameters) => {
    const shape = shapeOf(parameters);
    const name = Object.values(shape).join();
    let statement = statements.get(name);
    if (!statement) {
      statement = prepare((db, placeholder: Parameters) => build(db, placeholder, shape));
      statements.set(name, statement);
    }
    return statement;
  };
}

/**
 * A parameter that the planner does not look into. SQLite looks at those of a limit, and at the one that an order goes by
 * besides, and then plans the statement anew each time it runs, which takes longer than to read ten rows.
 */
export function opaque<Value>(value: Value, type: "integer" | "text"): RawBuilder<Value> {
  return sql<Value>`cast(${value} as ${sql.raw(type)})`;
}

function fill(inPlace: readonly unknown[], parameters: object): unknown[] {
  return inPlace.map((value) =>
    value instanceof Placeholder ? (parameters as Record<string, unknown>)[value.name] : value,
  );
}
