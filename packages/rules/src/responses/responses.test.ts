import { describe, expect, test } from 'vitest';
import { METHODS, STREAM_EVENT_TYPES, isTerminal } from '@agentproto/protocol/responses/2026-04-24';
import type { MessageName } from '@agentproto/protocol/responses/2026-04-24';
import * as openaiModels from '@agentproto/protocol/responses/openai';
import * as first from './2026-01-15.ts';
import { is, validate } from './2026-04-24.ts';
import * as openai from './openai.ts';
import * as wayflow from './wayflow.ts';

const messages = (name: MessageName, value: unknown) => validate(name, value).map(({ message }) => message);
const text = { type: 'output_text', text: 'Hi', annotations: [] };
const message = { type: 'message', id: 'msg_1', status: 'completed', role: 'assistant', content: [text] };
const response = {
  ...{
    id: 'resp_1',
    object: 'response',
    created_at: 1,
    completed_at: 2,
    status: 'completed',
    model: 'm',
    output: [message],
  },
  ...{
    incomplete_details: null,
    previous_response_id: null,
    instructions: null,
    error: null,
    tools: [],
    tool_choice: 'auto',
  },
  ...{
    truncation: 'disabled',
    parallel_tool_calls: true,
    text: { format: { type: 'text' } },
    top_p: 1,
    temperature: 1,
  },
  ...{
    presence_penalty: 0,
    frequency_penalty: 0,
    top_logprobs: 0,
    reasoning: null,
    usage: null,
    max_output_tokens: null,
  },
  ...{ max_tool_calls: null, store: true, background: false, service_tier: 'default', metadata: {} },
  ...{ safety_identifier: null, prompt_cache_key: null },
};

describe('requests', () => {
  const good: unknown[] = [
    {},
    { model: 'm', input: 'hi' },
    { input: [{ role: 'user', content: 'hi' }] },
    { input: [{ type: 'message', role: 'user', content: [{ type: 'input_text', text: 'hi' }] }] },
    { input: [message, { type: 'item_reference', id: 'msg_1' }, { type: 'acme:note', more: 1 }] },
    { tools: [{ type: 'function', name: 'f' }, { type: 'acme:search' }], tool_choice: { type: 'function', name: 'f' } },
    { tool_choice: 'none', text: { format: { type: 'json_schema', name: 'n', schema: {} } }, metadata: { a: 'b' } },
    { stream: null, include: null, temperature: null, max_output_tokens: 16, top_logprobs: 20 },
  ];
  test.each(good)('%j', (body) => expect(messages('CreateResponseBody', body)).toEqual([]));

  const bad: [unknown, string][] = [
    [[], 'CreateResponseBody: expected an object, got an empty array'],
    [{ input: 5 }, 'input: expected a string or an array or null, got 5'],
    [
      { input: [{ role: 'robot', content: '' }] },
      'input[0].role: expected one of user, assistant, system, developer, got "robot"',
    ],
    [{ input: [{ role: 'user' }] }, 'input[0].content is required'],
    [
      { input: [{ type: 'web_search_call' }] },
      'input[0].type: expected a type that is known here, or one with a prefix (acme:thing), got "web_search_call"',
    ],
    [{ input: [{ type: 7 }] }, 'input[0].type: expected a string, got 7'],
    [{ max_output_tokens: 15 }, 'max_output_tokens: expected a number >= 16, got 15'],
    [{ top_logprobs: 21 }, 'top_logprobs: expected a number <= 20, got 21'],
    [{ tool_choice: 'maybe' }, 'tool_choice: expected one of none, auto, required, got "maybe"'],
    [
      { tool_choice: { type: 'allowed_tools', tools: [] } },
      'tool_choice.tools: expected an array that is not empty, got an empty array',
    ],
    [
      { metadata: Object.fromEntries(Array.from({ length: 17 }, (_, i) => [`k${i}`, ''])) },
      'metadata: expected at most 16 pairs of text, keys of at most 64 characters and values of at most 512, got an object',
    ],
    [
      { safety_identifier: 'x'.repeat(65) },
      `safety_identifier: expected at most 64 characters, got "${'x'.repeat(60)}…"`,
    ],
    [
      { tools: [{ type: 'function', name: 'a b' }] },
      'tools[0].name: expected 1 to 64 letters, digits, _ and -, got "a b"',
    ],
  ];
  test.each(bad)('%j', (body, said) => expect(messages('CreateResponseBody', body)).toEqual([said]));

  test('a frame says what it is, and nothing about HTTP', () => {
    expect(messages('WebSocketResponseCreateEvent', { type: 'response.create', input: 'hi' })).toEqual([]);
    expect(is('WebSocketResponseCreateEvent', { input: 'hi' })).toBe(false);
    expect(is('WebSocketResponseCreateEvent', { type: 'response.create', stream: true })).toBe(false);
    expect(is('WebSocketResponseCreateEvent', { type: 'response.create', input: 5 })).toBe(false);
    expect(openai.is('WebSocketResponseCreateEvent', { type: 'response.create', stream: true })).toBe(true);
  });
});

describe('responses', () => {
  test('every member is there', () => {
    expect(messages('ResponseResource', response)).toEqual([]);
    expect(Object.keys(response)).toHaveLength(31);
    for (const member of Object.keys(response))
      expect(messages('ResponseResource', { ...response, [member]: undefined })).toEqual([`${member} is required`]);
  });

  test('where the sources disagree with themselves, both are taken', () => {
    const items = [
      { type: 'reasoning', id: 'rs_1', summary: [], content: null, encrypted_content: null },
      { ...message, content: [{ ...text, logprobs: null }] },
      { type: 'acme:search_call', id: 'as_1', status: 'completed', query: 'x' },
    ];
    expect(messages('ResponseResource', { ...response, output: items, tools: [{ type: 'acme:search' }] })).toEqual([]);
  });

  test('items go back as they came', () => {
    const items = [
      message,
      { type: 'reasoning', id: 'rs_1', summary: [], content: [{ type: 'reasoning_text', text: 'hm' }] },
      { type: 'function_call', id: 'fc_1', call_id: 'c1', name: 'f', arguments: '{}', status: 'completed' },
      { type: 'function_call_output', id: 'fo_1', call_id: 'c1', output: 'x', status: 'completed' },
      { type: 'compaction', id: 'cmp_1', encrypted_content: 'x' },
      { type: 'acme:thing', id: 'a', status: 'completed' },
    ];
    for (const item of items) {
      expect(messages('ItemField', item)).toEqual([]);
      expect(messages('ItemParam', item)).toEqual([]);
      expect(openai.is('ItemField', item)).toBe(true);
      expect(openai.is('ItemParam', item)).toBe(true);
    }
  });

  test('errors', () => {
    expect(is('ErrorBody', { error: { type: 'invalid_request', message: 'x', param: null, code: null } })).toBe(true);
    expect(is('ErrorBody', { detail: 'x' })).toBe(false);
    expect(wayflow.is('ErrorBody', { detail: 'x' })).toBe(true);
    expect(wayflow.is('ErrorBody', { detail: [{ loc: ['body', 0], msg: 'x' }] })).toBe(true);
  });
});

describe('events', () => {
  test('24 types, and OpenAI has all of them but two, and more', () => {
    expect(STREAM_EVENT_TYPES).toHaveLength(24);
    const theirs = new Set<string>(openaiModels.STREAM_EVENT_TYPES);
    expect(STREAM_EVENT_TYPES.filter((type) => !theirs.has(type))).toEqual([
      'response.reasoning.delta',
      'response.reasoning.done',
    ]);
    expect(theirs.size).toBe(62);
  });

  test('each is checked by its type', () => {
    const at = { sequence_number: 3, item_id: 'msg_1', output_index: 0 };
    expect(messages('StreamEvent', { type: 'response.created', sequence_number: 0, response })).toEqual([]);
    expect(
      messages('StreamEvent', { type: 'response.output_text.delta', ...at, content_index: 0, delta: 'x' }),
    ).toEqual([]);
    expect(messages('StreamEvent', { type: 'response.output_text.delta', ...at, delta: 'x' })).toEqual([
      'content_index is required',
    ]);
    expect(messages('StreamEvent', { type: 'response.output_text.delta', content_index: 0, delta: 'x' })).toEqual([
      'sequence_number is required',
      'item_id is required',
      'output_index is required',
    ]);
    expect(messages('StreamEvent', { type: 'acme:trace', sequence_number: 1 })).toEqual([]);
    expect(messages('StreamEvent', { type: 'keepalive', sequence_number: 1 })).toEqual([
      'type: expected a type that is known here, or one with a prefix (acme:thing), got "keepalive"',
    ]);
    expect(openai.is('StreamEvent', { type: 'keepalive', sequence_number: 1 })).toBe(true);
    expect(openai.is('StreamEvent', { type: 'error', error: { message: 'x' } })).toBe(true);
  });

  test('logprobs is required where it was, and where it is', () => {
    const delta = {
      type: 'response.output_text.delta',
      sequence_number: 1,
      item_id: 'a',
      output_index: 0,
      content_index: 0,
      delta: '',
    };
    expect(is('StreamEvent', delta)).toBe(true);
    expect(first.validate('StreamEvent', delta).map(({ message }) => message)).toEqual(['logprobs is required']);
    expect(openai.is('StreamEvent', delta)).toBe(false);
  });

  test('three end a response', () => {
    expect(STREAM_EVENT_TYPES.filter((type) => isTerminal({ type }))).toEqual([
      'response.completed',
      'response.failed',
      'response.incomplete',
    ]);
  });
});

test('operations', () => {
  expect(Object.keys(METHODS)).toEqual(['createResponse', 'compactResponse', 'connectResponses']);
  expect(Object.keys(openaiModels.METHODS)).toHaveLength(20);
  expect(METHODS.createResponse).toMatchObject({ response: 'ResponseResource', events: 'StreamEvent' });
});

test('a hostile body costs no more than a good one', () => {
  const many = { input: Array.from({ length: 100_000 }, () => ({ role: 'robot' })) };
  expect(validate('CreateResponseBody', many)).toHaveLength(20);
});
