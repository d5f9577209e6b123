/** The WebSocket client of OpenAI's SDK, unmodified, against the server. */
import OpenAI from 'openai';
import { ResponsesWS } from 'openai/resources/responses/ws';
import type { ResponsesClientEvent, ResponsesServerEvent } from 'openai/resources/responses/responses';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createReferenceServer } from '../server.ts';
import type { ReferenceServer } from '../server.ts';

let server: ReferenceServer;
beforeAll(async () => {
  server = await createReferenceServer({ apiKey: 'sesame' });
});
afterAll(() => server.close());

type Request = Omit<Extract<ResponsesClientEvent, { type: 'response.create' }>, 'type'>;

/** Asks over one socket; what the SDK calls an error ends a turn too. */
async function connect(protocol: string) {
  const socket = new ResponsesWS(new OpenAI({ baseURL: server.urls[protocol]!, apiKey: 'sesame' }));
  const messages = socket.stream();
  return {
    async ask(request: Request): Promise<ResponsesServerEvent[]> {
      socket.send({ type: 'response.create', ...request });
      const events: ResponsesServerEvent[] = [];
      for (;;) {
        const { value, done } = await messages.next();
        if (done || value.type === 'close') throw new Error('the socket closed');
        if (value.type === 'error') throw value.error;
        if (value.type !== 'message') continue;
        events.push(value.message);
        if (['response.completed', 'response.incomplete', 'response.failed'].includes(value.message.type))
          return events;
      }
    },
    [Symbol.dispose]: () => socket.close(),
  };
}

const responseOf = (events: ResponsesServerEvent[]) =>
  (events.at(-1) as Extract<ResponsesServerEvent, { type: 'response.completed' }>).response;

describe.each(['responses@openai', 'responses@2026-04-24'])('%s', (protocol) => {
  test('creates, and goes on from what was not stored', async () => {
    using socket = await connect(protocol);
    const first = await socket.ask({ model: 'chunks', input: 'go', store: false });
    expect(first.map(({ type }) => type).slice(0, 2)).toEqual(['response.created', 'response.in_progress']);
    expect(first.filter(({ type }) => type === 'response.output_text.delta')).toHaveLength(10);
    const { id } = responseOf(first);
    const next = responseOf(
      await socket.ask({ model: 'gpt-5', input: 'more', previous_response_id: id, store: false }),
    );
    expect(next).toMatchObject({ previous_response_id: id, status: 'completed' });
  });

  test('says what is wrong, and goes on', async () => {
    using socket = await connect(protocol);
    const refused = socket.ask({ model: 'gpt-5', input: 'x', previous_response_id: 'resp_unknown' });
    await expect(refused).rejects.toMatchObject({ error: { error: { code: 'previous_response_not_found' } } });
    expect(responseOf(await socket.ask({ model: 'gpt-5', input: 'x' })).status).toBe('completed');
  });

  test('a loop of tools', async () => {
    using socket = await connect(protocol);
    const { id, output } = responseOf(await socket.ask({ model: 'two-tools', input: 'do both' }));
    const calls = output.flatMap((item) => (item.type === 'function_call' ? [item.call_id] : []));
    expect(calls).toHaveLength(2);
    const input = calls.map((call_id) => ({ type: 'function_call_output' as const, call_id, output: 'done' }));
    const last = responseOf(await socket.ask({ model: 'two-tools', input, previous_response_id: id }));
    expect(last.output).toMatchObject([{ type: 'message', content: [{ text: 'Both are done' }] }]);
  });
});
