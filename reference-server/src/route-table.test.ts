import Fastify from 'fastify';
import { expect, test } from 'vitest';
import { RouteTable } from './route-table.ts';
import { serveRoutes } from './serve-routes.ts';
import type { OwnedRoutes } from './serve-routes.ts';

const TEMPLATES: [verbs: string[] | undefined, template: string][] = [
  ...['/models/{id}', '/models/mine', '/models', '/models/{id}/of/{owner}', '/{any}/mine', '/', '/tasks:send'].map(
    (template): [undefined, string] => [undefined, template],
  ),
  [['GET'], '/models/mine/of/{whom}'],
  [['POST'], '/below/{id}'],
  [undefined, '/below/*'],
  [['GET'], '/below/deep/*'],
  [['OPTIONS'], '/.well-known/*'],
  [['GET'], '/.well-known/card'],
];

const fastifyPath = (template: string) => template.replaceAll(':', '::').replaceAll(/\{(\w+)\}/g, ':$1');

/** Fastify's own router is what ours is held against. */
async function both({ whole, prefix = '' }: { whole: boolean; prefix?: string }) {
  const table: OwnedRoutes = new RouteTable();
  const ours = Fastify();
  const theirs = Fastify();
  for (const [verbs, template] of TEMPLATES)
    table.add(undefined, verbs, template, (_request, _reply, params) => ({ template, params }));
  await ours.register(
    async (scope) =>
      serveRoutes(scope, table, { whole, areas: ['/below'], routed: undefined, reported: (error) => error as never }),
    { prefix },
  );
  await theirs.register(
    async (scope) => {
      for (const [verbs, template] of TEMPLATES)
        scope.route({
          method: verbs ?? scope.supportedMethods,
          url: fastifyPath(template),
          exposeHeadRoute: false,
          handler: ({ params }) => {
            const { '*': _rest, ...named } = params as Record<string, string>;
            return { template, params: named };
          },
        });
    },
    { prefix },
  );
  return async (method: 'GET' | 'POST' | 'OPTIONS', path: string) => {
    const [one, other] = await Promise.all(
      [ours, theirs].map(async (app) => {
        const { statusCode, body } = await app.inject({ method, url: prefix + path });
        return { statusCode, body };
      }),
    );
    return { ours: one, theirs: other };
  };
}

const PATHS = [
  ...['/models', '/models?a=/b', '/models#x', '/models/', '/models/m', '/models/mine', '/models/m/', '/models/m/of/o'],
  ...['/models//of/', '/models/a%2Fb', '/models/a%25b', '/models/a%2525b', '/m%6Fdels/m', '/models/a+b%20c'],
  ...['/models/a;b', '/other/mine', '/other', '/', '/?a', '/models/%E0%A4', '/models/__proto__/of/constructor'],
  ...[
    '/models/{id}',
    '/models/*',
    '/models/mine/of/me',
    '/models/mine/at/me',
    '/tasks:send',
    '/tasks%3Asend',
    '/tasks:x',
  ],
  ...['/below', '/below/', '/below/one', '/below/one/two', '/below/*', '/below/deep', '/below/deep/', '/below/deep/er'],
  ...[
    '/.well-known/card',
    '/.well-known/',
    '/.well-known',
    '/.well-known/a/b',
    '//',
    '/%',
    `/models/${'x'.repeat(90)}`,
  ],
];

test.each(PATHS)('%s is as with routes of its own', async (path) => {
  for (const setting of [{ whole: true }, { whole: false }, { whole: false, prefix: '/at' }]) {
    const ask = await both(setting);
    for (const method of ['GET', 'POST', 'OPTIONS'] as const) {
      const { ours, theirs } = await ask(method, path);
      expect(ours, `${method} ${JSON.stringify(setting)}`).toEqual(theirs);
    }
  }
});

test('two routes for one verb of a path are a mistake', () => {
  const table = new RouteTable<string>();
  table.add('one', ['GET', 'HEAD'], '/a', () => {});
  table.add('other', ['POST'], '/a', () => {});
  expect(() => table.add('other', ['PUT', 'HEAD'], '/a', () => {})).toThrow('PUT, HEAD /a: there is such a route');
  expect(table.has('GET', '/a')).toBe(true);
  expect(table.has('PUT', '/a')).toBe(false);
  expect(table.find('POST', '/a')?.owner).toBe('other');
});
