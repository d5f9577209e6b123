import type { AgentCard, AgentInterface } from '@agentproto/protocol/a2a/1.0';
import { describe, expect, test } from 'vitest';
import { BINDINGS, cardUrls, chooseInterface } from './card.ts';

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
  const choose = (
    offers: AgentInterface[],
    bindings: readonly ('JSONRPC' | 'HTTP+JSON')[] = BINDINGS,
    url = 'http://h/card.json',
    report = () => {},
  ) => chooseInterface({ card: { supportedInterfaces: offers } as AgentCard, url }, bindings, report);

  test("the first in the agent's order that we speak", () => {
    expect(choose([offer('GRPC'), offer('HTTP+JSON'), offer('JSONRPC')]).protocolBinding).toBe('HTTP+JSON');
    expect(
      choose([offer('JSONRPC', '0.3'), offer('JSONRPC', '1.1'), offer('JSONRPC', '10.0'), offer('HTTP+JSON', '1.0.7')])
        .protocolBinding,
    ).toBe('HTTP+JSON');
    expect(choose([offer('JSONRPC'), offer('HTTP+JSON')], ['HTTP+JSON']).protocolBinding).toBe('HTTP+JSON');
  });

  test('the tenant comes with it', () => {
    expect(choose([{ ...offer('JSONRPC'), tenant: 'T 1' }]).tenant).toBe('T 1');
  });

  test('nothing that we speak: says what there is', () => {
    expect(() => choose([offer('GRPC'), offer('JSONRPC', '0.3')])).toThrow(
      'the card offers GRPC 1.0, JSONRPC 0.3; this client speaks JSONRPC 1.0, HTTP+JSON 1.0',
    );
    expect(() => choose([])).toThrow('the card offers no interface');
    expect(() => choose(undefined as never)).toThrow('the card offers no interface');
    expect(() => choose([null, {}, 'x'] as never)).toThrow('the card offers undefined undefined');
    expect(() => choose([offer('JSONRPC', '1.0', 'grpc://h')])).toThrow('the card offers');
  });

  test('an https card does not lead to plain http', () => {
    expect(() => choose([offer('JSONRPC')], BINDINGS, 'https://h/card.json')).toThrow('JSONRPC 1.0 over plain http');
  });

  test('a relative url is resolved, and reported', () => {
    const reports: unknown[] = [];
    const chosen = chooseInterface(
      { card: { supportedInterfaces: [offer('JSONRPC', '1.0', '/rpc')] } as AgentCard, url: 'http://h/card.json' },
      BINDINGS,
      (kind) => reports.push(kind),
    );
    expect(chosen.url).toBe('http://h/rpc');
    expect(reports).toEqual(['relative-url']);
  });
});
