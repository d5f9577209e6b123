/** Where an operation was found. */
export interface Route<Operation extends string> {
  operation: Operation;
  /** What the path has in front of it. */
  base: string;
  /** What stands in the path, by name. */
  ids: Record<string, string>;
}

type Methods = Readonly<Record<string, { http: { verbs: readonly string[]; path: string } }>>;

/** Finds operations of a table such as `METHODS` by verb and by how the path ends. */
export function routesOf<Table extends Methods>(
  methods: Table,
): (method: string, pathname: string) => Route<Extract<keyof Table, string>> | undefined {
  const routes = (Object.keys(methods) as Extract<keyof Table, string>[])
    .flatMap((operation) => {
      const { verbs, path } = methods[operation]!.http;
      const pattern = path.replaceAll(/\{(\w+)\}/g, '(?<$1>[^/:]+)');
      return verbs.map((verb) => ({ operation, verb, path: new RegExp(`^(?<base>.*)${pattern}/?$`) }));
    })
    // `/tasks/{id}:cancel` before `/tasks`.
    .sort((a, b) => b.path.source.length - a.path.source.length);
  return (method, pathname) => {
    for (const { operation, verb, path } of routes) {
      const match = verb === method ? path.exec(pathname) : null;
      if (!match) continue;
      const { base = '', ...ids } = match.groups ?? {};
      return {
        operation,
        base,
        ids: Object.fromEntries(Object.entries(ids).map(([name, id]) => [name, decoded(id!)])),
      };
    }
    return undefined;
  };
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
