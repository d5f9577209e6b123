import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Script } from '@agentproto/script';
import { describe, expect, test } from 'vitest';
import { SYSTEMS, systemOptions } from '../../quirks.ts';
import { startServer } from '../caller.test.kit.ts';

/** What the real system answered, on a day, to an agent of a few words (`interop`); ids and times are redacted. */
interface Recording {
  system: string;
  version: string;
  exchanges: Exchange[];
}
interface Exchange {
  name: string;
  verb: string;
  path: string;
  headers?: Record<string, string>;
  body?: unknown;
  status: number;
  type: string;
  version?: string;
  answer?: unknown;
  events?: unknown[];
}

/** What a persona does not do as the system does, each with what it does instead. */
const OTHERWISE: Record<string, readonly string[]> = {
  // A 204 that names the verbs; a JSON error in the words of the revision.
  'fasta2a@0.2': ['card by OPTIONS', 'another path'],
  'fasta2a@0.5': [],
  // The old names are not taken.
  'fasta2a@2.1': ['send by the old name'],
  // No task remains of a direct answer, so that it names none; of the root's /v1 there are the routes alone.
  'a2akit-0.3@0.0.32': ['direct', 'REST another path'],
  // A body of another type is refused, as an error of HTTP+JSON.
  'a2akit-1.0@0.0.35': ['REST a2a+json'],
  'wayflow-a2a@26.3': [],
};

/** The same agent as the recorded one has. */
const PIECES = [0, 1, 2].map((number) => ({ text: `piece ${number} ` }));
const SAID = 'You said: Say hello';
function agentOf(system: string): (text: string) => Script {
  const streams = system.startsWith('a2akit') || system === 'fasta2a@2.1';
  const pieces: Script['steps'] = streams
    ? PIECES.map((part, n) => ({ artifact: { id: 'answer', parts: [part], append: n > 0, last: n === 2 } }))
    : [{ artifact: { id: 'answer', parts: PIECES } }];
  const end: Script['steps'] = system.startsWith('a2akit')
    ? [{ artifact: { id: 'final-answer', parts: [{ text: SAID }], last: true } }, { end: 'completed' }]
    : [{ end: 'completed', text: SAID }];
  return (text) => {
    if (text === 'fail') return { steps: [{ end: 'failed', text: 'It did not work' }] };
    if (text === 'input') return { steps: [{ end: 'input-required', text: 'Which one?' }] };
    const first: Script['steps'] = system.startsWith('a2akit') ? [{ status: 'on it' }] : [];
    return { steps: [...first, ...pieces, ...end] };
  };
}

const CARD = { name: 'Words', version: '1.0.0' };
const DESCRIBED = {
  ...CARD,
  description: 'Does what the words say',
  skills: [{ id: 'words', name: 'Words', description: 'Does what the words say', tags: ['test'] }],
};
const CARDS: Record<string, object> = {
  'a2akit-0.3@0.0.32': DESCRIBED,
  'a2akit-1.0@0.0.35': DESCRIBED,
  'wayflow-a2a@26.3': { name: 'words', description: 'Does what the words say' },
};

const ID = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}(-\d+)?/g;
const TIME = /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|\+00:00)?/g;

/** Without what is another each time, and pieces of a text as one. */
function plain(value: unknown): unknown {
  if (typeof value === 'string')
    return value.replace(ID, 'ID').replace(TIME, (_all, _ms, zone: string | undefined) => `TIME${zone ?? ''}`);
  if (Array.isArray(value)) return joined(value.map(plain));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, plain(member)]));
}

function joined(values: unknown[]): unknown[] {
  return values.reduce<unknown[]>((before, value) => {
    const last = before.at(-1) as { text?: string } | undefined;
    const { text } = (value ?? {}) as { text?: string };
    if (last?.text !== undefined && text !== undefined) before[before.length - 1] = { ...last, text: last.text + text };
    else before.push(value);
    return before;
  }, []);
}

const recordings = SYSTEMS.map((system): [string, Recording] => [
  system,
  JSON.parse(readFileSync(join(import.meta.dirname, `recordings/${system}.json`), 'utf8')) as Recording,
]);

describe.each(recordings)('%s', (system, { exchanges }) => {
  test.each(exchanges.filter(({ name }) => !OTHERWISE[system]!.includes(name)).map(({ name }) => name))(
    '%s',
    async (name) => {
      const options = systemOptions(system);
      const agent = agentOf(system);
      const server = await startServer({
        ...options,
        a2a: {
          ...options.a2a,
          card: { ...options.a2a?.card, ...(CARDS[system] ?? CARD) },
          ...(system.startsWith('a2akit') && {
            capabilities: { ...options.a2a?.capabilities, extendedAgentCard: true },
          }),
        },
        agent: ({ input }) => agent(input.text),
      });
      const ask = async ({ verb, path, body, headers }: Exchange, id = '') => {
        const text = typeof body === 'string' ? body : JSON.stringify(body);
        const response = await fetch(server.url + path.replace('$id', id), {
          method: verb,
          headers: {
            ...(body !== undefined && { 'content-type': 'application/json' }),
            ...headers,
          },
          ...(body !== undefined && { body: text.replaceAll('$id', id) }),
        });
        return { response, text: await response.text() };
      };
      const exchange = exchanges.find((one) => one.name === name)!;
      let id = '';
      // What is asked about a task needs one.
      if (JSON.stringify(exchange).includes('$id') || exchange.name === 'get') {
        const sent = JSON.parse((await ask(exchanges.find((one) => one.name === 'send')!)).text) as {
          result: { id: string; task?: { id: string } };
        };
        id = sent.result.task?.id ?? sent.result.id;
        await expect
          .poll(
            async () =>
              (
                await ask(
                  exchanges.find((one) => one.name === 'get')!,
                  id,
                )
              ).text,
          )
          .toMatch(/completed/i);
      }
      const { response, text } = await ask(exchange, id);
      expect(response.status, text).toBe(exchange.status);
      expect((response.headers.get('content-type') ?? '').split(';')[0]).toBe(exchange.type);
      expect(response.headers.get('a2a-version') ?? undefined).toBe(exchange.version);
      const said = text.replaceAll(server.url, 'URL');
      if (exchange.events)
        expect(
          said
            .split('\n')
            .filter((line) => line.startsWith('data: '))
            .map((line) => plain(JSON.parse(line.slice(6)))),
        ).toEqual(exchange.events.map(plain));
      else
        expect(plain(exchange.type === 'application/json' ? JSON.parse(said) : said)).toEqual(plain(exchange.answer));
    },
  );
});

test.each(['a2akit-0.3@0.0.32', 'a2akit-1.0@0.0.35'] as const)(
  'a media type that the card of %s does not list is refused as such',
  async (system) => {
    const options = systemOptions(system);
    const server = await startServer(options);
    const isFirst = system.startsWith('a2akit-1.0');
    const part = { text: 'hello', mediaType: 'application/x-foo' };
    const response = await fetch(Object.values(server.urls)[0]!, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...(isFirst && { 'a2a-version': '1.0' }) },
      body: JSON.stringify({
        jsonrpc: '2.0',
        id: 1,
        method: isFirst ? 'SendMessage' : 'message/send',
        params: {
          message: isFirst
            ? { messageId: 'm', role: 'ROLE_USER', parts: [part] }
            : {
                messageId: 'm',
                role: 'user',
                kind: 'message',
                parts: [{ kind: 'file', file: { bytes: 'aGk=', mimeType: 'application/x-foo' } }],
              },
        },
      }),
    });
    expect(await response.json()).toMatchObject({ error: { code: -32005 } });
  },
);

test('a name that is none', () => {
  expect(() => systemOptions('fasta2a')).toThrow('expected one of a2akit-0.3@0.0.32');
});
