import { createReferenceServer } from '@agentproto/reference-server';
import { exerciseTheirs } from '../exercise-theirs.ts';
import type { Lane } from '../lane.ts';
import { pythonFor } from '../python.ts';
import type { Exercised } from '../result.ts';
import { withLimits } from '../run-lane.ts';

/** Every operation of the document, and what goes on in some of them beside that. */
const STEPS = [
  'GET /',
  'GET /health',
  'POST /auth/link',
  'GET /auth/link/status/{token}',
  'GET /auth/link/verify/{token}',
  'GET /auth/oauth/{provider}',
  'GET /auth/oauth/{provider}/callback',
  'GET /auth/oauth/{provider}, a device',
  'POST /auth/oauth/device-token',
  'POST /agents',
  'GET /agents',
  'GET /agents/{agentId}',
  'PUT /agents/{agentId}',
  'POST /agents/{agentId}/run',
  'POST /agents/{agentId}/run, a stream',
  'events, by their models',
  'events, by the union',
  'POST /teams',
  'GET /teams',
  'GET /teams/{teamId}',
  'POST /teams/{teamId}/run',
  'DELETE /agents/{agentId}',
  'GET /tools',
  'GET /tools/{tool_id}',
  'DELETE /tools/{tool_id}',
  'POST /chat/completions',
  'POST /chat/completions, a stream',
  'GET /models',
  'GET /mcp/',
  'GET /mcp/sse',
  'POST /mcp/messages',
  'GET /account',
  'GET /account, with a header of ours',
  'GET /account/balance',
  'POST /account/topup',
  'GET /account/plans',
  'GET /account/plans/{plan_id}',
  'GET /account/plans/{plan_id}/checkout',
  'POST /account/plans/{plan_id}/purchase',
  'GET /account/subscriptions',
  'GET /account/subscriptions/{subscription_id}',
  'DELETE /account/subscriptions/{subscription_id}',
  'POST /account/keys',
  'POST /account/keys, its secret',
  'GET /account/keys',
  'GET /account/keys/{key_id}',
  'GET /account/keys/{key_id}/usage',
  'DELETE /account/keys/{key_id}',
  'POST /stripe/webhook',
  'POST /account/subscription/webhook',
  'nobody',
];

/** What its client cannot do: how that shows, and whose fault it is. What fails otherwise has failed. */
const CANNOT: { [step: string]: [saw: RegExp, why: string] } = {
  'GET /auth/oauth/{provider}/callback': [
    /has no token/,
    "the document: its answer has no member for a token, so the client's has none (OAA-X10)",
  ],
  'GET /auth/oauth/{provider}, a device': [
    /OAuthAuthorizationResponse authorization_url/,
    'the document: its answer is that of a redirect alone, which owes authorization_url and state (OAA-X10)',
  ],
  'POST /auth/oauth/device-token': [
    /has no token/,
    "the document: its answer has no member for a token, so the client's has none (OAA-X10)",
  ],
  'events, by the union': [
    /got \['RunResponse', 'CostSummary'\]/,
    'the document: its union of events leaves out RunResponse and CostSummary (OAA-X04)',
  ],
  'GET /mcp/sse': [/Read timed out/, 'the client: it reads an answer to its end, and this one has none'],
  'POST /mcp/messages': [
    /^BadRequest.*session_id/,
    'the document: it has neither a body nor a session, so the client sends none (OAA-X17)',
  ],
  'GET /account': [
    /^Unauthorized/,
    'the document: it leaves the operation open, so the client shows no credentials (OAA-X03)',
  ],
  'POST /account/keys': [
    /ApiKeyInfo last_used_at/,
    'the document: a last_used_at of null, which its own text asks for, does not fit its schema (OAA-X11)',
  ],
  'POST /account/keys, its secret': [
    /ApiKeyInfo last_used_at/,
    'the document: besides last_used_at, it has no member for the secret (OAA-X11)',
  ],
  'GET /account/keys': [
    /ApiKeyInfo (?:last_used|expires)_at/,
    'the document: last_used_at and expires_at of null (OAA-X11)',
  ],
  'GET /account/keys/{key_id}': [/ApiKeyInfo last_used_at/, 'the document: last_used_at of null (OAA-X11)'],
  'POST /account/subscription/webhook': [
    /^BadRequest.*Stripe-Signature/,
    'the document: it has no body, so nothing could be signed (OAA-X13)',
  ],
};

/** There is no server of theirs: its published client, on our reference server. */
export const openAgentPython: Lane = {
  name: 'open-agent-python',
  system: 'open-agent-api (Python)',
  async prepare(options) {
    const python = await pythonFor({ lane: 'open-agent-python' }, options);
    const client = async () => {
      // With its mailbox.
      await using server = await createReferenceServer({ protocols: ['open-agent@0.7'], control: true });
      const command = python.running('open-agent-python/client.py', server.url);
      return limited(await exerciseTheirs(command, 'Open Agent API 0.7', STEPS));
    };
    return { version: '0.7.1', exercise: [], clients: [client] };
  },
};

function limited(exercised: Exercised): Exercised {
  const { steps } = exercised;
  const asKnown = Object.entries(CANNOT).flatMap(([name, [saw, why]]) => {
    const step = steps.find((one) => one.name === name);
    return step && (step.result === 'ok' || saw.test(step.saw)) ? [[name, why]] : [];
  });
  return withLimits(exercised, Object.fromEntries(asKnown) as { [step: string]: string });
}
