/** Every operation of the server against upstream's own document of 0.7.0, as it is published. */
import { beforeAll, describe, expect, test } from 'vitest';
import { PLAYS } from './published-plays.test.kit.ts';
import { file, isThere, Judge, published } from './published-schema.test.kit.ts';

/** Where the document and the server differ, and whose fault that is: all of them are the document's own. */
const KNOWN: [string, RegExp][] = [
  [
    'OAA-X03: who asks is known by a key or a token, also for `/account`, which the document leaves open',
    /^GET \/account: 401 is not declared/,
  ],
  [
    'OAA-X23: these are secured, and do not declare 401',
    /^(?:GET \/(?:tools|models|mcp\/|account\/(?:balance|plans.*|subscriptions.*))|(?:POST|DELETE) \/account\/(?:topup|plans.*|subscriptions.*)): 401 is not declared/,
  ],
  ['OAA-X04: no schema has ToolRequest', /^POST \/agents\/\{agentId\}\/run: there is no ToolRequestEvent/],
  ['OAA-X07: an id is owed of whoever makes an agent', /^POST \/agents: request: must have required property 'id'/],
  ['OAA-X08: `agents` is owed, and `members` defined', /^POST \/teams: request: must have required property 'agents'/],
  [
    'OAA-X10: the answer that begins the login of a device has no schema',
    /^GET \/auth\/oauth\/\{provider\}: 200: must have required property '(?:authorization_url|state)'/,
  ],
  [
    'OAA-X11: a time that may be unknown may not be null',
    /^\w+ \/account\/keys.*: 20\d: .*\/(?:last_used|expires)_at must be string/,
  ],
  [
    'OAA-X16: one ValidationError, and not the list that frameworks send',
    /: 4(?:22|00): must have required property '(?:loc|msg|type)'/,
  ],
  [
    'OAA-X17: where messages of MCP go is not in the document, nor that they can be wrong',
    /^POST \/mcp\/messages: (?:session_id is no parameter|4\d\d is not declared)/,
  ],
  ['OAA-X17: the events are those of MCP, and not one of a status', /^GET \/mcp\/sse: event: \/(?:event|data) must be/],
  [
    'ids of Stripe are no UUIDs',
    /^POST \/account\/plans\/\{plan_id\}\/purchase: request: \/payment_method_id must match format "uuid"/,
  ],
  [
    'what is not there is 404 wherever there are ids',
    /^\w+ \/account\/(?:plans|subscriptions)\/\{\w+\}.*: 404 is not declared/,
  ],
  ['a key may lack the scope', /: 403 is not declared/],
  ['a body can be wrong', /^(?:PUT \/agents\/\{agentId\}|POST \/account\/subscription\/webhook): 400 is not declared/],
  ['limits of a plan are of the README alone', /: (?:402|429) is not declared/],
];

/** Statuses that the document declares and the server has no reason to send. */
const NEVER: [string, string][] = [
  ['GET /auth/link/verify/{token} 400', 'what is wrong with a token is 401: the document has both for it'],
  ['GET /auth/link/status/{token} 422', 'any text may be a token'],
  ['GET /account/keys 422', 'it takes nothing that could be wrong'],
  ['GET /account/subscriptions/{subscription_id} 422', 'any text may be an id'],
  ['POST /stripe/webhook 500', 'nothing fails inside'],
];

test.each(isThere ? [] : [file])('NOT COMPARED: %s is not there', () => {
  expect(Object.keys(PLAYS)).toContain('logins');
});

describe.each(isThere ? ['0.7.0'] : [])('%s, as it is published', () => {
  const judges: Judge[] = [];

  describe.each(Object.entries(PLAYS))('%s', (_, play) => {
    test('differs from the document where it is known to', async () => {
      const judge = new Judge();
      judges.push(judge);
      await play(judge);
      expect([...judge.faults].filter((one) => !KNOWN.some(([, pattern]) => pattern.test(one)))).toEqual([]);
    });
  });

  describe('all in all', () => {
    const faults: string[] = [];
    const seen = new Set<string>();
    beforeAll(() => {
      if (judges.length < Object.keys(PLAYS).length) throw new Error('expected all plays to have been played');
      faults.push(...judges.flatMap((one) => [...one.faults]));
      for (const one of judges.flatMap((judge) => [...judge.seen])) seen.add(one);
    });

    test('every status of each of the 43 operations came, but for those that never do', () => {
      const operations = Object.entries(published.paths).flatMap(([path, all]) =>
        Object.entries(all).map(([verb, { responses }]) => ({ name: `${verb.toUpperCase()} ${path}`, responses })),
      );
      expect(operations).toHaveLength(43);
      const declared = operations.flatMap(({ name, responses }) =>
        Object.keys(responses).map((status) => `${name} ${status}`),
      );
      expect(declared.filter((one) => !seen.has(one)).toSorted()).toEqual(NEVER.map(([one]) => one).toSorted());
    });

    test('every defect that is known is there', () => {
      const unused = KNOWN.filter(([, pattern]) => !faults.some((one) => pattern.test(one)));
      expect(unused.map(([why]) => why)).toEqual([]);
    });

    test('a difference is found', () => {
      const other = new Judge();
      other.response('GET', '/health', 200, 'application/json', '{"status":5}');
      other.response('GET', '/health', 200, 'text/plain', 'ok');
      other.response('GET', '/agents', 418, null, '');
      other.request(
        'GET',
        '/account/keys/{key_id}/usage',
        undefined,
        new URLSearchParams({ group_by: 'year', by: 'me' }),
      );
      other.request('GET', '/auth/oauth/{provider}/callback', undefined, new URLSearchParams());
      other.event('POST', '/agents/{agentId}/run', { event: 'RunCompleted' });
      expect([...other.faults]).toEqual([
        'GET /health: 200: /status must be string',
        'GET /health: 200: text/plain is not declared',
        'GET /agents: 418 is not declared',
        'GET /account/keys/{key_id}/usage: group_by: must be equal to one of the allowed values',
        'GET /account/keys/{key_id}/usage: by is no parameter',
        'GET /auth/oauth/{provider}/callback: code is missing',
        ...['run_id', 'created_at', 'session_id'].map(
          (name) => `POST /agents/{agentId}/run: RunCompletedEvent: must have required property '${name}'`,
        ),
      ]);
    });
  });
});
