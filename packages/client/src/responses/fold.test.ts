import type { AnyStreamEvent } from '@agentproto/protocol/responses/openai';
import { expect, test } from 'vitest';
import { createFold } from './fold.ts';

const event = (type: string, more: object) => ({ type, sequence_number: 0, ...more }) as unknown as AnyStreamEvent;
const delta = (stem: string, text: string, more: object = {}) =>
  event(`response.${stem}.delta`, { item_id: 'i0', output_index: 0, content_index: 0, delta: text, ...more });
const added = (output_index: number, item: object) => event('response.output_item.added', { output_index, item });
const call = (id: string | null, name: string) => ({
  type: 'function_call',
  id,
  call_id: `c-${name}`,
  name,
  arguments: '',
});

function folded(...events: AnyStreamEvent[]) {
  const kinds: string[] = [];
  const fold = createFold((kind) => kinds.push(kind));
  for (const each of events) fold.add(each);
  return { fold, kinds, output: fold.response()?.output };
}

/** How often the members of events are read while they are folded. */
function reads(deltas: number): number {
  let count = 0;
  const counting = <T extends object>(target: T): T =>
    new Proxy(target, {
      get(of, member) {
        count++;
        const value: unknown = Reflect.get(of, member);
        return typeof value === 'object' && value !== null ? counting(value) : value;
      },
      ownKeys(of) {
        count += Reflect.ownKeys(of).length;
        return Reflect.ownKeys(of);
      },
    });
  const fold = createFold(() => {});
  fold.add(counting(added(0, { type: 'message', id: 'i0', role: 'assistant', status: 'in_progress', content: [] })));
  const one = counting(delta('output_text', 'x', { logprobs: [] }));
  for (let i = 0; i < deltas; i++) fold.add(one);
  expect(fold.outputText()).toBe('x'.repeat(deltas));
  return count;
}

test('costs the same for each delta, however many came before', () => {
  const perDelta = (reads(2_000) - reads(1_000)) / 1_000;
  expect((reads(20_000) - reads(19_000)) / 1_000).toBe(perDelta);
});

test('items that interleave are told apart by id and index', () => {
  const { output, kinds } = folded(
    added(0, call('i0', 'a')),
    added(1, call('i1', 'b')),
    delta('function_call_arguments', '{"x":'),
    delta('function_call_arguments', '{"y":', { item_id: 'i1', output_index: 1 }),
    delta('function_call_arguments', '1}'),
    delta('function_call_arguments', '2}', { item_id: 'i1', output_index: 1 }),
  );
  expect(output).toMatchObject([
    { name: 'a', arguments: '{"x":1}' },
    { name: 'b', arguments: '{"y":2}' },
  ]);
  expect(kinds).toEqual([]);
});

test('calls that share an index and have no id are kept apart', () => {
  const done = (name: string) =>
    event('response.output_item.done', { output_index: 0, item: { ...call(null, name), arguments: '{}' } });
  const { output, kinds } = folded(added(0, call(null, 'a')), done('a'), added(0, call(null, 'b')), done('b'));
  expect(output).toMatchObject([
    { name: 'a', arguments: '{}' },
    { name: 'b', arguments: '{}' },
  ]);
  expect(kinds).toEqual(['shared-index']);
});

test.each(['reasoning', 'reasoning_text'])('response.%s.* is reasoning', (stem) => {
  const item = { type: 'reasoning', id: 'i0', summary: [] };
  const { output } = folded(
    added(0, item),
    event('response.content_part.added', {
      item_id: 'i0',
      output_index: 0,
      content_index: 0,
      part: { type: 'reasoning_text', text: '' },
    }),
    delta(stem, 'hm'),
    delta(stem, 'm'),
    event('response.reasoning_summary_part.added', {
      item_id: 'i0',
      output_index: 0,
      summary_index: 0,
      part: { type: 'summary_text', text: '' },
    }),
    delta('reasoning_summary_text', 'sum', { summary_index: 0 }),
  );
  expect(output).toEqual([
    { ...item, summary: [{ type: 'summary_text', text: 'sum' }], content: [{ type: 'reasoning_text', text: 'hmm' }] },
  ]);
});

test('what was not announced is begun where it is first heard of', () => {
  const { output, kinds } = folded(
    delta('output_text', 'a'),
    delta('output_text', 'b'),
    delta('output_text', 'c', { content_index: 2 }),
  );
  expect(output).toEqual([
    {
      type: 'message',
      id: 'i0',
      status: 'in_progress',
      role: 'assistant',
      content: [
        { type: 'output_text', text: 'ab', annotations: [] },
        { type: 'output_text', text: 'c', annotations: [] },
      ],
    },
  ]);
  expect(kinds).toEqual(['item-not-added', 'part-not-added', 'part-not-added']);
});

test('a copy that was given out is left alone, and so are the events', () => {
  const first = added(0, {
    type: 'message',
    id: 'i0',
    role: 'assistant',
    status: 'in_progress',
    content: [{ type: 'output_text', text: '', annotations: [] }],
  });
  const { fold } = folded(first, delta('output_text', 'a'));
  const before = structuredClone(fold.response());
  const given = fold.response();
  fold.add(delta('output_text', 'b'));
  fold.add(
    event('response.output_text.annotation.added', {
      item_id: 'i0',
      output_index: 0,
      content_index: 0,
      annotation_index: 0,
      annotation: { type: 'url_citation' },
    }),
  );
  expect(given).toEqual(before);
  expect(first).toMatchObject({ item: { content: [{ text: '', annotations: [] }] } });
  expect(fold.response()?.output).toMatchObject([
    { content: [{ text: 'ab', annotations: [{ type: 'url_citation' }] }] },
  ]);
});

test('a refusal, the arguments of all kinds of calls, and places that are none', () => {
  const { output } = folded(
    added(0, { type: 'message', id: 'i0', role: 'assistant', status: 'in_progress', content: [] }),
    delta('refusal', 'no'),
    added(1, { type: 'custom_tool_call', id: 'i1', call_id: 'c', name: 'n', input: '' }),
    delta('custom_tool_call_input', 'in', { item_id: 'i1', output_index: 1 }),
    added(2, { type: 'mcp_call', id: 'i2', server_label: 's', name: 'n', arguments: '' }),
    event('response.mcp_call_arguments.done', { item_id: 'i2', output_index: 2, arguments: '{}' }),
    delta('output_text', 'x', { output_index: 1e12, content_index: -1, item_id: 'i0' }),
  );
  expect(output).toMatchObject([{ content: [{ refusal: 'no', text: 'x' }] }, { input: 'in' }, { arguments: '{}' }]);
});
