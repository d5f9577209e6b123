import { describe, expect, test } from 'vitest';
import { EVENT_TYPES, type EventType, type MessageName } from '@agentproto/protocol/chat/docs';
import { is, validate } from './docs.ts';

const user = { role: 'user', content: 'Which pods run?' };
const call = { id: 'c1', name: 'remove_pod', input: { pod: 'web-1' } };
const question = { ...call, execute: false, tool_description: 'Removes a pod', input_description: {}, intent: null };
const approval = { id: 'c1', type: 'tool_call', name: 'remove_pod', input: {} };
const command = { command: 'kubectl get pods' };

const events: Record<EventType, object> = {
  text_delta: { text: 'Pods' },
  intermittent_update: { text: 'Looking', content: {} },
  tool_calls: { tool_calls: [question] },
  executed_tool_calls: { executed_tool_calls: [{ ...call, output: 'gone' }] },
  commands: { commands: [{ ...command, execute: false, files: null }] },
  executed_commands: { executed_cmds: [{ ...command, output: 'web-1' }] },
  approvals: { approvals: [{ ...approval, description: '', rejection_reason: null }] },
  executed_approvals: { executed_approvals: [{ ...approval, output: 'gone' }] },
  done: { stop_reason: 'end_turn', meta_data: { request_context: { thread_id: 't' } } },
  error: { error: 'no such model' },
};

const messages = (name: MessageName, value: unknown) => validate(name, value).map(({ message }) => message);
const turn = (...list: unknown[]) => ({ messages: list });

describe('requests', () => {
  const answer = { role: 'assistant', content: 'Three.', agent: { name: 'pods', id: 'B1' } };
  const good: [string, object][] = [
    ['one message', turn(user)],
    ['a history', turn(user, answer, { role: 'user', content: 'And in test?' })],
    ['no message at all: what is owed then is a row, not a shape', turn()],
    ['a context', turn({ ...user, platform_context: { tenant_name: 'blue', k8s_namespace: 'prod', region: 1 } })],
    [
      'a context with all its parts',
      turn({
        ...user,
        platform_context: {
          duplo_token: null,
          aws_credentials: { key: 'k' },
          skills: [{ name: 's', version: '1', url: 'u', content: null }],
          scopes: [{ ProviderInfo: {} }],
        },
      }),
    ],
    ['no context', turn({ ...user, platform_context: null, ambient_context: null, user: null, timestamp: null })],
    ['a thread of Slack', { ...turn({ ...user, user: { name: 'ann', id: 'U1' } }, answer, user), source: 'slack' }],
    ['request fields', { ...turn(user), thread_id: 't', tenant_id: null, nested: { a: [1] }, queue: 'false' }],
    ['an approval', turn(user, { ...answer, data: { tool_calls: [{ ...call, execute: true }] } }, user)],
    ['a rejection and no text', turn({ role: 'user', data: { tool_calls: [{ ...call, rejection_reason: 'no' }] } })],
    ['decisions in the one form', turn({ ...user, data: { approvals: [{ ...approval, execute: true }] } })],
    ['members of its own', turn({ ...user, data: { cmds: [command], mood: 'calm' }, colour: 'red' })],
  ];
  test.each(good)('%s', (_, value) => {
    expect(messages('ChatRequest', value)).toEqual([]);
    expect(is('ClientFrame', value)).toBe(true);
  });

  const bad: [unknown, string][] = [
    [{}, 'messages is required'],
    [null, 'ChatRequest: expected an object, got null'],
    [[user], 'ChatRequest: expected an object, got an array of 1'],
    [{ messages: 'hi' }, 'messages: expected an array, got "hi"'],
    [turn('hi'), 'messages[0]: expected an object, got "hi"'],
    [turn({ content: 'hi' }), 'messages[0].role is required'],
    [turn({ ...user, role: 'robot' }), 'messages[0].role: expected one of user, assistant, got "robot"'],
    [turn({ ...user, content: [{ text: 'hi' }] }), 'messages[0].content: expected a string, got an array of 1'],
    [turn({ ...user, data: null }), 'messages[0].data: expected an object, got null'],
    [turn({ ...user, data: { tool_calls: null } }), 'messages[0].data.tool_calls: expected an array, got null'],
    [turn({ ...user, user: { name: 'ann' } }), 'messages[0].user.id is required'],
    [turn({ ...user, user: 'ann' }), 'messages[0].user: expected an object or null, got "ann"'],
    [turn({ ...user, timestamp: 5 }), 'messages[0].timestamp: expected a string or null, got 5'],
    [
      turn({ ...user, platform_context: { aws_credentials: 'k' } }),
      'messages[0].platform_context.aws_credentials: expected an object or null, got "k"',
    ],
    [
      turn({ ...user, data: { url_configs: [{ url: 'ftp://a', description: '' }] } }),
      'messages[0].data.url_configs[0].url: expected an http or https URL, got "ftp://a"',
    ],
    [
      turn({ ...user, data: { tool_calls: [{ ...call, id: 7 }] } }),
      'messages[0].data.tool_calls[0].id: expected a string, got 7',
    ],
  ];
  test.each(bad)('%j', (value, message) => {
    expect(messages('ChatRequest', value)).toEqual([message]);
    expect(is('ChatRequest', value)).toBe(false);
  });
});

describe('events', () => {
  test('ten types', () => {
    expect(Object.keys(events)).toEqual([...EVENT_TYPES]);
    expect(EVENT_TYPES).toHaveLength(10);
  });

  test.each(EVENT_TYPES)('%s', (type) => {
    const event = { type, ...events[type], more: 1 };
    expect(messages('StreamEvent', event)).toEqual([]);
    expect(is('ServerFrame', event)).toBe(true);
    expect(is('AnyEvent', event)).toBe(true);
  });

  test.each(EVENT_TYPES.filter((type) => type !== 'done'))('%s without its member', (type) => {
    const [member] = Object.keys(events[type]);
    expect(messages('StreamEvent', { type })).toEqual([`${member} is required`]);
  });

  test('a bare `done`', () => {
    expect(is('StreamEvent', { type: 'done' })).toBe(true);
    expect(is('StreamEvent', { type: 'done', stop_reason: null, meta_data: {} })).toBe(true);
    expect(messages('StreamEvent', { type: 'done', stop_reason: 1 })).toEqual([
      'stop_reason: expected a string or null, got 1',
    ]);
  });

  test('an unknown type is an event, but none that is documented', () => {
    const event = { type: 'agent_message', content: 'hi' };
    expect(is('AnyEvent', event)).toBe(true);
    expect(validate('StreamEvent', event)).toEqual([
      {
        pointer: '/type',
        field: 'type',
        expected: `one of ${EVENT_TYPES.join(', ')}`,
        got: '"agent_message"',
        message: `type: expected one of ${EVENT_TYPES.join(', ')}, got "agent_message"`,
      },
    ]);
  });

  const bad: [unknown, string][] = [
    [{}, 'type is required'],
    [5, 'StreamEvent: expected an object, got 5'],
    [null, 'StreamEvent: expected an object, got null'],
    [[], 'StreamEvent: expected an object, got an empty array'],
    [{ type: 'text_delta', text: null }, 'text: expected a string, got null'],
    [{ type: 'error', error: { code: 1 } }, 'error: expected a string, got an object'],
    [{ type: 'executed_commands', executed_commands: [] }, 'executed_cmds is required'],
    [
      { type: 'tool_calls', tool_calls: [{ ...call, input: '{}' }] },
      'tool_calls[0].input: expected an object, got "{}"',
    ],
  ];
  test.each(bad)('%j', (value, message) => {
    expect(messages('StreamEvent', value)).toEqual([message]);
  });

  test('one type alone', () => {
    expect(messages('DoneEvent', { type: 'error', error: 'x' })).toEqual(['type: expected "done", got "error"']);
  });
});

describe('answers', () => {
  test('with and without what waits for approval', () => {
    const answer = { role: 'assistant', content: 'It is noon.' };
    expect(messages('AgentMessage', answer)).toEqual([]);
    expect(messages('AgentMessage', { ...answer, data: { tool_calls: [], executed_tool_calls: [] } })).toEqual([]);
    expect(messages('AgentMessage', { ...answer, data: { tool_calls: [question] } })).toEqual([]);
    expect(messages('AgentMessage', { role: 'assistant' })).toEqual(['content is required']);
    expect(messages('AgentMessage', { ...answer, role: 'user' })).toEqual(['role: expected "assistant", got "user"']);
  });

  test('health', () => {
    expect(messages('Health', { status: 'ok' })).toEqual([]);
    expect(messages('Health', { status: 'healthy' })).toEqual(['status: expected "ok", got "healthy"']);
  });

  test('refusals: a sentence, or one entry for each fault', () => {
    expect(messages('ErrorBody', { detail: 'messages is missing' })).toEqual([]);
    expect(
      messages('ErrorBody', { detail: [{ type: 'json_invalid', loc: ['body', 3], msg: 'no JSON', ctx: {} }] }),
    ).toEqual([]);
    expect(messages('ErrorBody', { detail: 7 })).toEqual(['detail: expected a string or an array, got 7']);
    expect(messages('ErrorBody', { detail: [{ type: 'missing', loc: [true], msg: '' }] })).toEqual([
      'detail[0].loc[0]: expected a string or an integer, got true',
    ]);
    expect(messages('ErrorBody', { error: 'x' })).toEqual(['detail is required']);
  });
});

test('a hostile body costs no more than a good one', () => {
  const many = { messages: Array.from({ length: 100_000 }, () => ({ role: 'robot' })) };
  const started = process.cpuUsage();
  expect(validate('ChatRequest', many)).toHaveLength(20);
  expect(process.cpuUsage(started).user / 1000).toBeLessThan(500);
});
