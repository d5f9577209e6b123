import Fastify from 'fastify';
import { expect, test } from 'vitest';
import { mountTemplates } from './late-routes.ts';

const TEMPLATES = ['/models/{id}', '/models/mine', '/models', '/models/{id}/of/{owner}', '/{any}/mine'];

/** Fastify's own router is what ours is held against. */
async function both() {
  const app = Fastify();
  await app.register(
    async (scope) => {
      mountTemplates(scope, '/ours', TEMPLATES, (template, params) => ({ template, params }));
      for (const template of TEMPLATES)
        scope.all(`/theirs${template.replaceAll(/\{(\w+)\}/g, ':$1')}`, (request) => ({
          template,
          params: request.params,
        }));
    },
    { prefix: '/below' },
  );
  return async (method: 'GET' | 'POST' | 'HEAD', path: string) => {
    const ask = async (at: string) => {
      const { statusCode, body } = await app.inject({ method, url: `/below/${at}${path}` });
      return { statusCode, body: body.replace(at, '') };
    };
    return { ours: await ask('ours'), theirs: await ask('theirs') };
  };
}

const PATHS = [
  ...['/models', '/models?a=/b', '/models#x', '/models/', '/models/m', '/models/mine', '/models/m/', '/models/m/of/o'],
  ...[
    '/models//of/',
    '/models/a%2Fb',
    '/models/a%25b',
    '/models/a%2525b',
    '/m%6Fdels/m',
    '/models/a+b%20c',
    '/models/a;b',
  ],
  ...['/other/mine', '/other', '/', '', '/models/%E0%A4', '/models/__proto__/of/constructor'],
];

test.each(PATHS)('%s is as with a route of its own', async (path) => {
  const ask = await both();
  for (const method of ['GET', 'POST'] as const) {
    const { ours, theirs } = await ask(method, path);
    expect(ours).toEqual(theirs);
  }
});
