import { globSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { expect, test } from "vitest";

const root = resolve(import.meta.dirname, "../..");

/** The rooms and packages that each room may import. */
const rooms: Record<string, { rooms: string[]; packages: RegExp }> = {
  db: { rooms: [], packages: /^$/ },
  "db/statements": { rooms: ["db"], packages: /^kysely$/ },
  "db/sqlite": { rooms: ["db", "db/statements"], packages: /^(kysely|better-sqlite3)/ },
  "server/contract": { rooms: [], packages: /^zod$/ },
  "server/access": { rooms: ["server/contract"], packages: /^$/ },
  "server/live": { rooms: ["server/contract"], packages: /^$/ },
  "server/domain": { rooms: [...below("server/domain"), "db"], packages: /^zod$/ },
  "server/assistant": {
    rooms: below("server/http"),
    packages: /^@ai-sdk\/(openai-compatible|provider)$/,
  },
  "server/http": { rooms: below("server/http"), packages: /^cors$/ },
  "server/socket": { rooms: below("server/socket"), packages: /^ws$/ },
  "server/trpc": { rooms: below("server/trpc"), packages: /^(@trpc\/server.*|zod)$/ },
  "server/rest": {
    rooms: [...below("server/trpc"), "server/trpc"],
    packages: /^(@trpc\/server|trpc-to-openapi|zod)$/,
  },
  "server/ws": { rooms: below("server/trpc"), packages: /^$/ },
  "server/pages": { rooms: below("server/socket"), packages: /^$/ },
  server: {
    rooms: [
      ...below("server"),
      "server/rest",
      "server/ws",
      "server/pages",
      "server/assistant",
      "db",
      "db/sqlite",
    ],
    packages: /^(pino|zod)$/,
  },
  "server/cli": { rooms: ["server", "server/http", "db/sqlite"], packages: /^pino(-pretty)?$/ },
  "client-sdk/src/ai-sdk": {
    rooms: ["client-sdk", "client-sdk/src/react", "server/contract"],
    packages: /^(react|ai|@ai-sdk\/react)$/,
  },
  "client-sdk/src/react": { rooms: ["client-sdk"], packages: /^react$/ },
  "client-sdk/src/assistant-ui": {
    rooms: ["client-sdk", "client-sdk/src/react", "server/contract"],
    packages: /^(react|@assistant-ui\/react)$/,
  },
  "client-sdk": { rooms: ["server/contract", "server/trpc"], packages: /^@trpc\/(client|server)$/ },
};

/** The rooms below one in the order of the arrows. */
function below(room: string): string[] {
  const order = ["contract", "access", "live", "domain", "http", "socket", "trpc"].map(
    (name) => `server/${name}`,
  );
  const at = order.indexOf(room);
  return at < 0 ? order : order.slice(0, at);
}

type Import = { file: string; specifier: string; isType: boolean };

const files = globSync(["db/**/*.ts", "server/**/*.ts", "client-sdk/src/**/*.ts"], { cwd: root });
const imports = files.flatMap(readImports);

function readImports(file: string): Import[] {
  const statements = readFileSync(join(root, file), "utf8").matchAll(
    /^(?:import|export)\s+(?<type>type\s+)?(?:[\w*{][^;]*?\sfrom\s+)?"(?<specifier>[^"]+)"/gms,
  );
  return [...statements].map(({ groups }) => ({
    file,
    specifier: groups?.["specifier"] ?? "",
    isType: groups?.["type"] !== undefined,
  }));
}

function roomOf(file: string): string {
  const found = Object.keys(rooms)
    .filter((room) => file.startsWith(`${room}/`))
    .toSorted((a, b) => b.length - a.length)[0];
  return found ?? "none";
}

function targetOf({ file, specifier }: Import): string {
  return relative(root, resolve(root, dirname(file), specifier));
}

test("every room is in the table", () => {
  expect(files.filter((file) => roomOf(file) === "none")).toEqual([]);
  expect(imports.length).toBeGreaterThan(100);
});

test("a room imports only what its arrows point at", () => {
  const wrong = imports.filter((found) => {
    const room = roomOf(found.file);
    const allowed = rooms[room];
    if (found.specifier.startsWith("node:")) return room === "server/contract";
    if (!found.specifier.startsWith(".")) return !allowed?.packages.test(found.specifier);
    const target = targetOf(found);
    if (target === "package.json") return room !== "server" && room !== "server/cli";
    const targetRoom = roomOf(target);
    return targetRoom !== room && !allowed?.rooms.includes(targetRoom);
  });
  expect(wrong).toEqual([]);
});

test("a door has no way into the domain but the actions, which it performs", () => {
  const services = imports.filter((found) => targetOf(found) === "server/domain/services.ts");
  expect(services.length).toBeGreaterThan(0);
  const outside = services.filter(({ file }) => !file.startsWith("server/domain/"));
  expect(new Set(outside.map(({ file }) => file))).toEqual(new Set(["server/create-app.ts"]));
});

test("the server sees the store by its port, and its inside where the app opens it", () => {
  const inside = imports.filter(
    (found) =>
      found.file.startsWith("server/") &&
      targetOf(found).startsWith("db/") &&
      targetOf(found) !== "db/store.ts" &&
      !found.file.startsWith("server/cli/"),
  );
  expect(new Set(inside.filter(({ isType }) => !isType).map(({ file }) => file))).toEqual(
    new Set(["server/app-store.ts"]),
  );
  const types = new Set(inside.map(({ file }) => file));
  expect(types).toEqual(new Set(["server/app-store.ts", "server/config.ts", "server/app-options.ts"]));
});

test("the client takes values only from files that import nothing but such files", () => {
  const values = imports.filter(
    (found) => found.file.startsWith("client-sdk/") && !found.isType && targetOf(found).startsWith("server/"),
  );
  expect(values.length).toBeGreaterThan(0);
  const taken = new Set(values.map(targetOf));
  // The set grows while it is read.
  for (const file of taken) {
    const needed = imports.filter((found) => found.file === file);
    expect(
      needed.filter(({ specifier }) => !specifier.startsWith("./")),
      file,
    ).toEqual([]);
    for (const found of needed) taken.add(targetOf(found));
  }
});

test("only the command line's entry reads the environment", () => {
  const readers = files.filter((file) => readFileSync(join(root, file), "utf8").includes("process.env"));
  expect(readers).toEqual(["server/cli/ai-desk.ts"]);
});

test("no files import each other in a circle, types included", () => {
  const targets = Map.groupBy(
    imports.filter(({ specifier }) => specifier.startsWith(".")),
    ({ file }) => file,
  );
  const done = new Set<string>();
  const circles: string[] = [];
  function visit(file: string, path: readonly string[]): void {
    const at = path.indexOf(file);
    if (at >= 0) return void circles.push([...path.slice(at), file].join(" > "));
    if (done.has(file)) return;
    for (const found of targets.get(file) ?? []) visit(targetOf(found), [...path, file]);
    done.add(file);
  }
  for (const file of targets.keys()) visit(file, []);
  expect(circles).toEqual([]);
});

test("no file has more than 200 lines", () => {
  const long = files.filter(
    (file) => readFileSync(join(root, file), "utf8").trimEnd().split("\n").length > 200,
  );
  expect(long).toEqual([]);
});

/** A verb of the command line is a module with a `run`. */
const isVerb = (file: string, name: string): boolean => file.startsWith("server/cli/") && name === "run";

test("no name is exported twice within db and server", () => {
  const exported = files
    .filter((file) => !file.startsWith("client-sdk/") && !file.startsWith("server/trpc/procedures/"))
    .flatMap((file) =>
      [
        ...readFileSync(join(root, file), "utf8").matchAll(
          /^export (?:declare )?(?:abstract )?(?:async )?(?:const|let|function\*?|class|type|interface) (?<name>\w+)/gm,
        ),
      ].map(({ groups }) => ({ file, name: groups?.["name"] ?? "" })),
    )
    .filter(({ file, name }) => !isVerb(file, name));
  const twice = [...Map.groupBy(exported, ({ name }) => name)].filter(([, found]) => found.length > 1);
  expect(twice.map(([name, found]) => `${name}: ${found.map(({ file }) => file).join(", ")}`)).toEqual([]);
});
