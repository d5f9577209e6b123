import { randomBytes } from 'node:crypto';
import type { Routes } from '../route-table.ts';
import { isWebAddress, pay } from './checkout.ts';
import type { OpenAgentContext } from './context.ts';
import { decideDevice } from './device.ts';
import { hashOf } from './keys.ts';
import { PROVIDERS, type Grant } from './oauth.ts';
import { keepFor } from './holding.ts';
import { find } from './records.ts';
import type { Checkout } from './stored.ts';

type Fields = Record<string, string | undefined>;

/** Who is logged in at the provider, where nobody says otherwise (`?login=ADDRESS`). */
const LOGIN = 'ada@example.com';

/**
 * The others that this double plays, so that a login or a payment can be gone through without them. At the provider of OAuth
 * `authorize` sends the user back at once (`deny=true`: without a code) and `device` agrees to a code; `checkout` is Stripe's page.
 * All are for tests: they ask for no password and no money.
 */
export function mountProvider(routes: Routes, ctx: OpenAgentContext): void {
  const base = `${ctx.path}/provider`;
  mountCheckout(routes, ctx, base);
  // Whoever sets keys does not mean to let in everybody.
  if (!ctx.settings.provider) return;
  routes.get(`${base}/{provider}/authorize`, async (request, reply, { provider = '' }) => {
    const { redirect_uri: back, state, login = LOGIN, deny } = request.query as Fields;
    if (!PROVIDERS.includes(provider) || back === undefined || !isWebAddress(back))
      return reply.code(400).type('text/plain').send('expected a provider, and redirect_uri, an http address');
    if (!ctx.impl.isEmail(ctx, login)) return reply.code(400).type('text/plain').send('login: expected a mail address');
    const url = new URL(back);
    if (deny === 'true') url.searchParams.set('error', 'access_denied');
    else {
      const code = randomBytes(18).toString('base64url');
      const until = ctx.clock.now() + ctx.settings.loginMs;
      await keepFor(
        ctx,
        'oauth-code',
        hashOf(code),
        { provider, email: login.toLowerCase(), until } satisfies Grant,
        until,
      );
      url.searchParams.set('code', code);
    }
    if (state !== undefined) url.searchParams.set('state', state);
    return reply.redirect(url.href, 302);
  });

  routes.get(`${base}/device`, ({ query }, reply) => {
    const code = ((query as Fields)['user_code'] ?? '').replaceAll(/[^\w-]/g, '');
    return reply
      .type('text/html; charset=utf-8')
      .send(
        page(
          'Device',
          `<label>Code <input name="user_code" value="${code}"></label> <label>Address <input name="login" value="${LOGIN}"></label> <button>Agree</button> <button name="deny" value="true">Deny</button>`,
        ),
      );
  });
  routes.on(['POST'], `${base}/device`, async (request, reply) => {
    const { user_code: code, login = LOGIN, deny } = fieldsOf(request.body, request.headers['content-type']);
    const isLogin = ctx.impl.isEmail(ctx, login);
    const found =
      code !== undefined && isLogin && (await decideDevice(ctx, code, deny === 'true' ? null : login.toLowerCase()));
    if (found) return reply.send({ message: 'Done.' });
    return isLogin
      ? reply.code(404).send({ detail: 'There is no such code.' })
      : reply.code(400).send({ detail: 'login: expected a mail address' });
  });
}

/** Whoever has been given the address may pay. */
function mountCheckout(routes: Routes, ctx: OpenAgentContext, base: string): void {
  routes.get(`${base}/checkout/{session}`, async (_request, reply, { session = '' }) => {
    const checkout = await find<Checkout>(ctx, 'checkout', '', session);
    if (!checkout) return reply.code(404).send(NO_CHECKOUT);
    const buttons = '<button>Pay</button> <button name="cancel" value="true">Cancel</button>';
    return reply
      .type('text/html; charset=utf-8')
      .send(page('Checkout', checkout.isPaid ? '<p>This is paid.</p>' : buttons));
  });
  routes.on(['POST'], `${base}/checkout/{session}`, async (request, reply, { session = '' }) => {
    const cancels = fieldsOf(request.body, request.headers['content-type'])['cancel'] === 'true';
    const checkout = await (cancels ? find<Checkout>(ctx, 'checkout', '', session) : pay(ctx, session));
    if (!checkout) return reply.code(404).send(NO_CHECKOUT);
    const back = cancels ? checkout.cancelUrl : checkout.successUrl;
    return back === undefined ? reply.send({ message: cancels ? 'Canceled.' : 'Paid.' }) : reply.redirect(back, 303);
  });
}

const NO_CHECKOUT = { detail: 'There is no such checkout.' };

const page = (title: string, form: string): string =>
  `<!doctype html><html lang="en"><meta charset="utf-8"><title>${title}</title><form method="post">${form}</form>`;

/** A form, or JSON. */
function fieldsOf(body: unknown, type = ''): Fields {
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
