import { randomBytes } from 'node:crypto';
import type { FastifyInstance } from 'fastify';
import type { OpenAgentContext } from './context.ts';
import { decideDevice } from './device.ts';
import { hashOf } from './keys.ts';
import { PROVIDERS, type Grant } from './oauth.ts';
import { keep } from './records.ts';

/** Who is logged in at the provider, where nobody says otherwise (`?login=ADDRESS`). */
const LOGIN = 'ada@example.com';

/**
 * The provider that this double plays, so that logins can be gone through without one: `authorize` sends the user back at once,
 * `device` agrees to a code. Both are for tests: they ask for no password.
 */
export function mountProvider(scope: FastifyInstance, ctx: OpenAgentContext): void {
  const { path } = ctx;
  scope.get<{ Params: { provider: string }; Querystring: Record<string, string | undefined> }>(
    `${path}/provider/:provider/authorize`,
    async (request, reply) => {
      const { provider } = request.params;
      const { redirect_uri: back, state, login = LOGIN } = request.query;
      if (!PROVIDERS.includes(provider) || back === undefined || !URL.canParse(back) || !/^https?:/.test(back))
        return reply.code(400).type('text/plain').send('expected a provider, and redirect_uri, an http address');
      const code = randomBytes(18).toString('base64url');
      await keep(ctx, 'oauth-code', '', hashOf(code), {
        ...{ provider, email: login.toLowerCase(), until: ctx.clock.now() + ctx.settings.loginMs },
      } satisfies Grant);
      const url = new URL(back);
      url.searchParams.set('code', code);
      if (state !== undefined) url.searchParams.set('state', state);
      return reply.redirect(url.href, 302);
    },
  );
  scope.get(`${path}/provider/device`, (_request, reply) =>
    reply
      .type('text/html; charset=utf-8')
      .send(
        '<!doctype html><title>Device</title><form method="post"><label>Code <input name="user_code"></label> <label>Address <input name="login" value="ada@example.com"></label> <button>Agree</button> <button name="deny" value="true">Deny</button></form>',
      ),
  );
  scope.post(`${path}/provider/device`, async (request, reply) => {
    const { user_code: code, login = LOGIN, deny } = fieldsOf(request.body, request.headers['content-type']);
    const found = code !== undefined && (await decideDevice(ctx, code, deny === 'true' ? null : login.toLowerCase()));
    return reply
      .code(found ? 200 : 404)
      .type('application/json')
      .send(JSON.stringify(found ? { message: 'Done.' } : { detail: 'There is no such code.' }));
  });
}

/** A form, or JSON. */
function fieldsOf(body: unknown, type = ''): Record<string, string | undefined> {
  const text = body instanceof Buffer ? body.toString() : '';
  if (!type.includes('json')) return Object.fromEntries(new URLSearchParams(text));
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value !== 'object' || value === null) return {};
    return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, String(one)]));
  } catch {
    return {};
  }
}
