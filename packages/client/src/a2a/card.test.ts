import type { AgentCard, AgentInterface } from '@agentproto/protocol/a2a/1.0';
import { describe, expect, test } from 'vitest';
import type { BindingName } from './binding.ts';
import { candidatesOf, cardUrls, wantedOf } from './card.ts';

const PATH = '/.well-known/agent-card.json';
const OLD = '/.well-known/agent.json';

test.each([
  ['http://h', [`http://h${PATH}`, `http://h${OLD}`]],
  ['http://h/', [`http://h${PATH}`, `http://h${OLD}`]],
  [
    'http://h:1/agents/one/',
    [`http://h:1/agents/one${PATH}`, `http://h:1${PATH}`, `http://h:1/agents/one${OLD}`, `http://h:1${OLD}`],
  ],
  ['https://h/?key=x', [`https://h${PATH}?key=x`, `https://h${PATH}`, `https://h${OLD}?key=x`, `https://h${OLD}`]],
  [`http://h/one${PATH}`, [`http://h/one${PATH}`]],
  ['http://h/cards/my.json', ['http://h/cards/my.json']],
])('%s', (given, urls) => {
  expect(cardUrls(given)).toEqual(urls);
});

test.each(['', 'nonsense', 'ftp://h/', 'file:///etc/passwd', 'localhost:3000'])(
  '"%s" is no url to connect to',
  (given) => {
    expect(() => cardUrls(given)).toThrow(
      expect.objectContaining({
        code: 'INVALID_INPUT',
        message: expect.stringContaining('expected an http or https url'),
      }),
    );
  },
);

describe('choosing an interface', () => {
  const offer = (
    protocolBinding: string,
    protocolVersion = '1.0',
    url = `http://h/${protocolBinding}`,
  ): AgentInterface => ({ url, protocolBinding, protocolVersion });
  const choose = (offers: AgentInterface[], binding?: BindingName, url = 'http://h/card.json') =>
    candidatesOf({ card: { supportedInterfaces: offers } as AgentCard, url }, wantedOf(binding, undefined))[0]!.spoken;

  test("the first in the agent's order that we speak", () => {
    expect(choose([offer('GRPC'), offer('HTTP+JSON'), offer('JSONRPC')]).protocolBinding).toBe('HTTP+JSON');
    expect(
      choose([offer('JSONRPC', '0.4'), offer('JSONRPC', '1.1'), offer('JSONRPC', '10.0'), offer('HTTP+JSON', '1.0.7')])
        .protocolBinding,
    ).toBe('HTTP+JSON');
    expect(choose([offer('JSONRPC'), offer('HTTP+JSON')], 'HTTP+JSON').protocolBinding).toBe('HTTP+JSON');
  });

  test('the tenant comes with it', () => {
    expect(choose([{ ...offer('JSONRPC'), tenant: 'T 1' }]).tenant).toBe('T 1');
  });

  test('nothing that we speak: says what there is', () => {
    expect(() => choose([{ ...offer('GRPC'), url: 'h:50051' }, offer('JSONRPC', '0.4')])).toThrow(
      'the card offers GRPC 1.0, JSONRPC 0.4; this client speaks JSONRPC 1.0, HTTP+JSON 1.0, JSONRPC 0.3, HTTP+JSON 0.3, JSONRPC 0.2, JSONRPC 0.1 over http or https',
    );
    expect(() => choose([])).toThrow('the card offers no interface');
    expect(() => choose(undefined as never)).toThrow('the card offers no interface');
    expect(() => choose([null, {}, 'x'] as never)).toThrow('the card offers undefined undefined');
    expect(() => choose([offer('JSONRPC', '1.0', 'grpc://h')])).toThrow('the card offers');
  });

  test('an https card does not lead to plain http', () => {
    expect(() => choose([offer('JSONRPC')], undefined, 'https://h/card.json')).toThrow('JSONRPC 1.0 over plain http');
  });

  test('a relative url is resolved, and reported', () => {
    const card = { supportedInterfaces: [offer('JSONRPC', '1.0', '/rpc')] } as AgentCard;
    const [first] = candidatesOf({ card, url: 'http://h/card.json' }, wantedOf(undefined, undefined));
    expect(first!.spoken.url).toBe('http://h/rpc');
    expect(first!.deviations.map(([kind]) => kind)).toEqual(['relative-url']);
  });

  test('all that are spoken, for where the first is not there', () => {
    const card = { supportedInterfaces: [offer('GRPC'), offer('HTTP+JSON'), offer('JSONRPC', '0.3.0')] } as AgentCard;
    const offered = candidatesOf({ card, url: 'http://h/card.json' }, wantedOf(undefined, undefined));
    expect(offered.map(({ spoken }) => `${spoken.protocolBinding} ${spoken.protocolVersion}`)).toEqual([
      'HTTP+JSON 1.0',
      'JSONRPC 0.3.0',
    ]);
  });

  test('what is asked for has to be spoken', () => {
    expect(() => wantedOf('GRPC' as never, undefined)).toThrow('binding: expected JSONRPC or HTTP+JSON, got GRPC');
    expect(() => wantedOf('HTTP+JSON', '0.2')).toThrow('binding: expected JSONRPC in A2A 0.2, got HTTP+JSON');
    expect(() => wantedOf(undefined, '0.9' as never)).toThrow('version: expected 1.0 or 0.3 or 0.2 or 0.1, got 0.9');
  });
});
