import { uuidOf } from '../accounts.ts';
import { json } from '../errors.ts';
import { hashOf } from '../keys.ts';
import { SCOPES } from '../options.ts';
import { find } from '../records.ts';
import { answers, openAgentQuirk, operation } from './open-agent-quirk.ts';

/** One of the accounts that are there from the beginning. */
const ADA = uuidOf('account ada@example.com');
const HOUR = 3_600_000;

/** Who is let in, and what a server says of itself. */
export const securityQuirks = [
  openAgentQuirk('open-agent.system.health-is-no-text', {
    breaks: 'OAA-SYS-001',
    make: (impl, hit) => answers(impl, 'getHealth', (value) => hit({ ...value, uptime: 17 })),
  }),
  openAgentQuirk('open-agent.models.have-no-ids', {
    breaks: 'OAA-MODELS-001',
    make: (impl, hit) =>
      answers(impl, 'listModels', ({ data, ...list }: { data: { id: string }[] }) =>
        hit({ ...list, data: data.map(({ id, ...model }) => ({ ...model, name: id })) }),
      ),
  }),
  openAgentQuirk('open-agent.mcp.has-no-name', {
    breaks: 'OAA-MCP-001',
    make: (impl, hit) => answers(impl, 'getMcpInfo', ({ name: _, ...info }) => hit(info)),
  }),
  openAgentQuirk('open-agent.security.lists-teams-to-anybody', {
    breaks: 'OAA-SEC-001',
    make: (impl, hit) => ({
      isOpen: (ctx, name) => impl.isOpen(ctx, name) || (name === 'listTeams' && hit(true)),
    }),
  }),
  openAgentQuirk('open-agent.security.takes-any-key', {
    breaks: 'OAA-SEC-002',
    make: (impl, hit) => ({
      async keyOf(ctx, secret) {
        const who = await impl.keyOf(ctx, secret);
        const isMadeUp = secret.startsWith('oaa_wrong') && !(await find(ctx, 'key-hash', '', hashOf(secret)));
        return who ?? (isMadeUp ? hit({ owner: ADA, scopes: SCOPES }) : undefined);
      },
    }),
  }),
  openAgentQuirk('open-agent.security.reads-no-key-header', {
    breaks: 'OAA-SEC-003',
    make: (impl, hit) => ({
      identify(ctx, { 'x-api-key': key, ...headers }) {
        return key === undefined ? impl.identify(ctx, headers) : hit(impl.identify(ctx, headers));
      },
    }),
  }),
  openAgentQuirk('open-agent.security.wants-a-jwt-as-bearer', {
    breaks: 'OAA-SEC-004',
    make: (impl, hit) => ({
      identify(ctx, headers) {
        const { authorization, ...rest } = headers;
        return authorization === undefined || authorization.includes('.')
          ? impl.identify(ctx, headers)
          : hit(impl.identify(ctx, rest));
      },
    }),
  }),
  openAgentQuirk('open-agent.security.shows-agents-of-others', {
    breaks: 'OAA-SEC-005',
    make: (impl, hit) =>
      operation(impl, 'getAgent', (ctx, call, request, own) =>
        own(ctx, call, request).catch((error: unknown) => {
          if (call.owner === ADA) throw error;
          return own(ctx, { ...call, owner: ADA }, request).then((answer) => hit(answer));
        }),
      ),
  }),
  openAgentQuirk('open-agent.security.account-of-nobody', {
    breaks: 'OAA-SEC-006',
    make: (impl, hit) => ({
      isOpen: (ctx, name) => impl.isOpen(ctx, name) || name === 'getAccount',
      ...operation(impl, 'getAccount', (ctx, call, request, own) =>
        call.owner === '' ? Promise.resolve(hit(json(ctx, { email: 'nobody@example.com' }))) : own(ctx, call, request),
      ),
    }),
  }),
  openAgentQuirk('open-agent.security.plans-are-public', {
    breaks: 'OAA-SEC-007',
    make: (impl, hit) => ({
      isOpen: (ctx, name) => impl.isOpen(ctx, name) || (name === 'listPlans' && hit(true)),
    }),
  }),
  openAgentQuirk('open-agent.security.scopes-mean-nothing', {
    breaks: 'OAA-SEC-008',
    make: (impl, hit) => ({
      authorize(ctx, who, name, request) {
        try {
          impl.authorize(ctx, who, name, request);
        } catch {
          hit();
        }
      },
    }),
  }),
  openAgentQuirk('open-agent.security.tokens-hold-on', {
    breaks: 'OAA-SEC-009',
    make: (impl, hit) => ({
      async sessionOf(ctx, token) {
        const who = await impl.sessionOf(ctx, token);
        if (who) return who;
        const clock: typeof ctx.clock = Object.create(ctx.clock, { now: { value: () => ctx.clock.now() - HOUR } });
        const was = await impl.sessionOf({ ...ctx, clock }, token);
        return was && hit(was);
      },
    }),
  }),
  openAgentQuirk('open-agent.errors.say-nothing', {
    breaks: 'OAA-ERR-001',
    make: (_impl, hit) => ({ errorBody: (_ctx, { status }) => hit({ ok: false, status }) }),
  }),
];
