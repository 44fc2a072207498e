import type { Compilable, CompiledQuery, Expression, Kysely, RawBuilder } from "kysely";
import { NoResultError, sql } from "kysely";
import type { Executor } from "./executor.ts";
import type { Tables } from "./tables.ts";
import { NothingStoredError } from "./nothing-stored-error.ts";

/**
 * A statement that is built and compiled once for each dialect, at its first use, and run with other parameters each
 * time.
 */
export type Statement<Parameters, Row> = {
  /** @throws {TypeError} if a parameter is missing */
  execute(db: Executor, parameters: Parameters): Promise<Row[]>;
  /** The first row, if there is any. */
  takeFirst(db: Executor, parameters: Parameters): Promise<Row | undefined>;
  /** The first row. @throws {NoResultError} if there is none; for a writing statement {@link NothingStoredError} */
  takeFirstOrThrow(db: Executor, parameters: Parameters): Promise<Row>;
};

/**
 * The parameters of a statement during its build: expressions without a value. A `build` that inspects a value does not
 * compile.
 */
export type Placeholders<Parameters> = {
  readonly [Name in keyof Parameters]-?: RawBuilder<Exclude<Parameters[Name], undefined>>;
};

/** Stands for a parameter in a compiled statement. */
class Placeholder {
  readonly name: string;

  constructor(name: string) {
    this.name = name;
  }
}

const placeholders = new Proxy(
  {},
  {
    get: (_target, name) => sql.val(new Placeholder(String(name))),
    ownKeys: () => {
      throw new TypeError("Name each parameter of a statement: their names are not known while it is built.");
    },
  },
);

/**
 * Prepares a statement. Building and compiling a query costs several times what SQLite takes to run it.
 *
 * @param build called once for each dialect
 */
export function prepare<Parameters extends object, Row>(
  build: (db: Kysely<Tables>, parameters: Placeholders<Parameters>) => Compilable<Row>,
): Statement<Parameters, Row> {
  const byDialect = new Map<unknown, CompiledQuery<Row>>();

  function compile(db: Executor): CompiledQuery<Row> {
    const dialect = db.builder.getExecutor().adapter.constructor;
    let compiled = byDialect.get(dialect);
    if (!compiled) {
      compiled = build(db.builder, placeholders as Placeholders<Parameters>).compile();
      byDialect.set(dialect, compiled);
    }
    return compiled;
  }

  async function execute(db: Executor, parameters: Parameters): Promise<Row[]> {
    const compiled = compile(db);
    return db.run(compiled, fill(compiled, parameters));
  }

  return {
    execute,
    takeFirst: async (db, parameters) => (await execute(db, parameters))[0],
    async takeFirstOrThrow(db, parameters) {
      const [row] = await execute(db, parameters);
      if (row !== undefined) return row;
      const { query, sql: text } = compile(db);
      if (query.kind === "SelectQueryNode") throw new NoResultError(query);
      throw new NothingStoredError(`No row from: ${text}`);
    },
  };
}

/**
 * Prepares a statement of several shapes, each of which is compiled once for each dialect.
 *
 * @param shapeOf returns the properties of the parameters that require another statement. `build` may inspect these.
 */
export function prepareByShape<Parameters extends object, Shape extends object, Row>(
  shapeOf: (parameters: Parameters) => Shape,
  build: (db: Kysely<Tables>, parameters: Placeholders<Parameters>, shape: Shape) => Compilable<Row>,
): (parameters: Parameters) => Statement<Parameters, Row> {
  const statements = new Map<string, Statement<Parameters, Row>>();
  return (parameters) => {
    const shape = shapeOf(parameters);
    const name = Object.values(shape).join();
    let statement = statements.get(name);
    if (!statement) {
      statement = prepare((db, placeholder) => build(db, placeholder, shape));
      statements.set(name, statement);
    }
    return statement;
  };
}

/**
 * Hides a parameter from SQLite's planner. SQLite re-plans a statement whose LIMIT or ORDER BY parameter has changed,
 * which costs more than reading ten rows.
 */
export function unpeekedParam<Value>(
  parameter: Expression<Value>,
  type: "integer" | "text",
): RawBuilder<Value> {
  return sql<Value>`cast(${parameter} as ${sql.raw(type)})`;
}

function fill({ parameters: inPlace, sql: text }: CompiledQuery, parameters: object): unknown[] {
  return inPlace.map((value) => {
    if (!(value instanceof Placeholder)) return value;
    const given = (parameters as Record<string, unknown>)[value.name];
    if (given === undefined) throw new TypeError(`The parameter ${value.name} is missing: ${text}`);
    return given;
  });
}
