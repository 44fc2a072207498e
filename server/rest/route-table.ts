import type { Route, Segment } from "./routes.ts";
import { splitPath } from "./routes.ts";

/** The routes at an address, by method, and the parameters in its path (still percent-encoded). */
export type Match = {
  /** The path as documented, such as `/api/sessions/{session_id}`. */
  path: string;
  routes: ReadonlyMap<string, Route>;
  parameters: readonly { name: string; text: string }[];
};

export type RouteTable = { find(pathname: string): Match | undefined };

type Resource = { path: string; segments: readonly Segment[]; routes: Map<string, Route> };

/** Finds routes by address. No two paths of the API match the same address, so the first match is the only one. */
export function createRouteTable(routes: readonly Route[]): RouteTable {
  const resources = new Map<string, Resource>();
  for (const route of routes) {
    const { path, segments } = route;
    const resource = resources.get(path) ?? { path, segments, routes: new Map() };
    resource.routes.set(route.method, route);
    resources.set(route.path, resource);
  }
  const byLength = Map.groupBy(resources.values(), ({ segments }) => segments.length);
  return {
    find(pathname) {
      const parts = splitPath(pathname);
      for (const { path, segments, routes: found } of byLength.get(parts.length) ?? []) {
        const parameters = matchParts(segments, parts);
        if (parameters) return { path, routes: found, parameters };
      }
      return undefined;
    },
  };
}

function matchParts(segments: readonly Segment[], parts: readonly string[]): Match["parameters"] | undefined {
  const parameters: { name: string; text: string }[] = [];
  for (const [index, part] of parts.entries()) {
    const segment = segments[index];
    if (segment && "parameter" in segment) parameters.push({ name: segment.parameter, text: part });
    else if (segment?.literal !== part) return undefined;
  }
  return parameters;
}
