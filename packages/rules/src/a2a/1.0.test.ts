import { readFileSync } from 'node:fs';
import { stripTypeScriptTypes } from 'node:module';
import { join } from 'node:path';
import { createContext, runInContext } from 'node:vm';
import { describe, expect, test } from 'vitest';
import { TASK_STATES, type MessageName } from '@agentproto/protocol/a2a/1.0';
import { is, validate } from './1.0.ts';

const message = { messageId: 'm', role: 'ROLE_USER', parts: [{ text: 'hi' }] };
const status = { state: 'TASK_STATE_WORKING' };
const task = { id: 't', status };
const flow = { tokenUrl: 'https://example.com/token', scopes: {} };
const card = {
  name: 'a',
  description: 'b',
  version: '1',
  capabilities: {},
  skills: [],
  supportedInterfaces: [{ url: 'https://example.com', protocolBinding: 'JSONRPC', protocolVersion: '1.0' }],
  defaultInputModes: ['text/plain'],
  defaultOutputModes: ['text/plain'],
};

/** What the first violation says; undefined for a valid value. */
const first = (name: MessageName, value: unknown) => validate(name, value)[0]?.message;

describe('exactly-one unions', () => {
  const good: [MessageName, unknown][] = [
    ['Part', { text: '' }],
    ['Part', { raw: 'YWI=', filename: 'a', mediaType: 'text/plain' }],
    ['Part', { raw: '-_8', metadata: {} }],
    ['Part', { url: 'https://example.com/a' }],
    ...[null, 0, false, 'a', [], {}].map((data): [MessageName, unknown] => ['Part', { data }]),
    ['SendMessageResponse', { task }],
    ['SendMessageResponse', { message }],
    ['StreamResponse', { task }],
    ['StreamResponse', { message }],
    ['StreamResponse', { statusUpdate: { taskId: 't', contextId: 'c', status } }],
    [
      'StreamResponse',
      { artifactUpdate: { taskId: 't', contextId: 'c', artifact: { artifactId: 'a', parts: [{ data: 1 }] } } },
    ],
    ['SecurityScheme', { apiKeySecurityScheme: { location: 'header', name: 'X-Key' } }],
    ['SecurityScheme', { httpAuthSecurityScheme: { scheme: 'Bearer' } }],
    ['SecurityScheme', { oauth2SecurityScheme: { flows: { clientCredentials: flow } } }],
    ['SecurityScheme', { openIdConnectSecurityScheme: { openIdConnectUrl: 'https://example.com' } }],
    ['SecurityScheme', { mtlsSecurityScheme: {} }],
    ['OAuthFlows', { clientCredentials: flow }],
    [
      'OAuthFlows',
      { authorizationCode: { ...flow, authorizationUrl: 'https://example.com/auth', pkceRequired: true } },
    ],
    ['OAuthFlows', { deviceCode: { ...flow, deviceAuthorizationUrl: 'https://example.com/device' } }],
    ['OAuthFlows', { implicit: {} }],
    ['OAuthFlows', { password: {} }],
  ];
  test.each(good)('%s takes %j', (name, value) => {
    expect(validate(name, value)).toEqual([]);
    expect(is(name, value)).toBe(true);
  });

  const unions: [MessageName, Record<string, unknown>][] = [
    ['Part', { text: 'a', raw: 'YQ', url: 'b', data: 1 }],
    ['SendMessageResponse', { task, message }],
    [
      'StreamResponse',
      {
        task,
        message,
        statusUpdate: { taskId: 't', contextId: 'c', status },
        artifactUpdate: { taskId: 't', contextId: 'c', artifact: { artifactId: 'a', parts: [{ text: '' }] } },
      },
    ],
    [
      'SecurityScheme',
      {
        apiKeySecurityScheme: { location: 'query', name: 'k' },
        httpAuthSecurityScheme: { scheme: 'Basic' },
        oauth2SecurityScheme: { flows: { clientCredentials: flow } },
        openIdConnectSecurityScheme: { openIdConnectUrl: 'u' },
        mtlsSecurityScheme: {},
      },
    ],
    [
      'OAuthFlows',
      {
        authorizationCode: { ...flow, authorizationUrl: 'a' },
        clientCredentials: flow,
        implicit: {},
        password: {},
        deviceCode: { ...flow, deviceAuthorizationUrl: 'd' },
      },
    ],
  ];
  test.each(unions)('%s refuses none and every two', (name, all) => {
    const members = Object.keys(all);
    const rule = `${name}: expected exactly one of ${members.join(', ')}`;
    expect(first(name, {})).toBe(`${rule}, got none of them`);
    for (const [index, a] of members.entries())
      for (const b of members.slice(index + 1)) {
        expect(validate(name, { [b]: all[b], [a]: all[a] }).map((violation) => violation.message)).toEqual([
          `${rule}, got ${a} and ${b}`,
        ]);
        expect(is(name, { [a]: all[a], [b]: all[b] })).toBe(false);
      }
  });

  test('a fault inside a member is reported once, where it is', () => {
    expect(validate('StreamResponse', { task: { id: 't', status: { state: 'working' } } })).toEqual([
      {
        pointer: '/task/status/state',
        field: 'task.status.state',
        expected: `one of ${TASK_STATES.join(', ')}`,
        got: '"working"',
        message: `task.status.state: expected one of ${TASK_STATES.join(', ')}, got "working"`,
      },
    ]);
  });
});

describe('violations', () => {
  const bad: [MessageName, unknown, string][] = [
    ['SendMessageRequest', undefined, 'SendMessageRequest: expected an object, got nothing'],
    ['SendMessageRequest', null, 'SendMessageRequest: expected an object, got null'],
    ['SendMessageRequest', [], 'SendMessageRequest: expected an object, got an empty array'],
    ['SendMessageRequest', 'x'.repeat(100_000), `SendMessageRequest: expected an object, got "${'x'.repeat(60)}…"`],
    ['SendMessageRequest', {}, 'message is required'],
    ['SendMessageRequest', { message: { ...message, messageId: undefined } }, 'message.messageId is required'],
    [
      'SendMessageRequest',
      { message: { ...message, messageId: '' } },
      'message.messageId: expected a string that is not empty, got ""',
    ],
    ['SendMessageRequest', { message: { ...message, messageId: 7 } }, 'message.messageId: expected a string, got 7'],
    [
      'SendMessageRequest',
      { message: { ...message, role: 'ROLE_UNSPECIFIED' } },
      'message.role: expected one of ROLE_USER, ROLE_AGENT, got "ROLE_UNSPECIFIED"',
    ],
    [
      'SendMessageRequest',
      { message: { ...message, parts: [] } },
      'message.parts: expected an array that is not empty, got an empty array',
    ],
    [
      'SendMessageRequest',
      { message: { ...message, parts: [{ text: 'a' }, { raw: '?' }] } },
      'message.parts[1].raw: expected a base64 string, got "?"',
    ],
    [
      'SendMessageRequest',
      { message, configuration: { historyLength: -1 } },
      'configuration.historyLength: expected a number >= 0, got -1',
    ],
    [
      'SendMessageRequest',
      { message, configuration: { taskPushNotificationConfig: { url: 'nowhere' } } },
      'configuration.taskPushNotificationConfig.url: expected an absolute URI, got "nowhere"',
    ],
    ['GetTaskRequest', { id: 't', historyLength: 1.5 }, 'historyLength: expected an integer, got 1.5'],
    ['ListTasksRequest', { pageSize: 101 }, 'pageSize: expected a number <= 100, got 101'],
    [
      'ListTasksRequest',
      { statusTimestampAfter: '2025-01-01T00:00:00+01:00' },
      'statusTimestampAfter: expected an RFC 3339 timestamp in UTC with the suffix Z, got "2025-01-01T00:00:00+01:00"',
    ],
    [
      'TaskStatus',
      { ...status, timestamp: '2025-02-30T00:00:00Z' },
      'timestamp: expected an RFC 3339 timestamp in UTC with the suffix Z, got "2025-02-30T00:00:00Z"',
    ],
    ['Task', { ...task, metadata: [] }, 'metadata: expected an object, got an empty array'],
    [
      'TaskStatusUpdateEvent',
      { taskId: 't', contextId: '', status },
      'contextId: expected a string that is not empty, got ""',
    ],
    ['ListTasksResponse', { tasks: [], pageSize: 0, totalSize: 0 }, 'nextPageToken is required'],
    [
      'AgentCard',
      { ...card, supportedInterfaces: [] },
      'supportedInterfaces: expected an array that is not empty, got an empty array',
    ],
    [
      'AgentCard',
      { ...card, securitySchemes: { 'a/b~c': {} } },
      'securitySchemes["a/b~c"]: expected exactly one of apiKeySecurityScheme, httpAuthSecurityScheme, oauth2SecurityScheme, openIdConnectSecurityScheme, mtlsSecurityScheme, got none of them',
    ],
    [
      'APIKeySecurityScheme',
      { location: 'body', name: 'k' },
      'location: expected one of "query", "header", "cookie", got "body"',
    ],
  ];
  test.each(bad)('%s %j', (name, value, expected) => {
    expect(first(name, value)).toBe(expected);
    expect(is(name, value)).toBe(false);
  });

  test('a pointer escapes what it must, and leads to what is missing', () => {
    expect(
      validate('AgentCard', { ...card, securitySchemes: { 'a/b~c': { mtlsSecurityScheme: 1 } } })[0]?.pointer,
    ).toBe('/securitySchemes/a~1b~0c/mtlsSecurityScheme');
    expect(validate('Task', { id: 't' })).toMatchObject([
      { pointer: '/status', field: 'status', expected: 'a value', got: 'nothing' },
    ]);
  });

  test('all of them, up to twenty', () => {
    expect(validate('Message', {}).map(({ field }) => field)).toEqual(['messageId', 'role', 'parts']);
    expect(validate('Message', { ...message, parts: Array.from({ length: 100 }, () => ({})) })).toHaveLength(20);
  });

  test('a hostile value costs no more than a good one of its size', () => {
    const hostile = {
      ...message,
      parts: Array.from({ length: 1_000_000 }, () => 0),
      extensions: Array.from({ length: 1_000_000 }, () => 0),
    };
    const started = process.cpuUsage();
    expect(validate('Message', hostile)).toHaveLength(20);
    expect(process.cpuUsage(started).user / 1000).toBeLessThan(500);
  });
});

describe('what is allowed', () => {
  const good: [string, MessageName, unknown][] = [
    [
      'unknown members everywhere',
      'SendMessageRequest',
      { message: { ...message, kind: 'message', parts: [{ text: 'a', more: 1 }] }, more: {} },
    ],
    ['metadata of any JSON', 'Message', { ...message, metadata: { a: null, b: [1, { c: false }], '': '' } }],
    ['an empty list of tasks', 'ListTasksResponse', { tasks: [], nextPageToken: '', pageSize: 50, totalSize: 0 }],
    ['a card without skills', 'AgentCard', card],
    ['a timestamp with a fraction', 'TaskStatus', { ...status, timestamp: '2025-01-01T00:00:00.123456Z' }],
    ['a timestamp without one', 'TaskStatus', { ...status, timestamp: '2025-01-01T00:00:00Z' }],
    ['empty params', 'ListTasksRequest', {}],
  ];
  test.each(good)('%s', (_, name, value) => expect(validate(name, value)).toEqual([]));
});

test('the validators need neither Ajv, require nor eval', () => {
  const source = readFileSync(join(import.meta.dirname, '../generated/a2a/1.0/validators.ts'), 'utf8');
  const script = stripTypeScriptTypes(source)
    .replace(/^import .*$/gm, '')
    .replace('export const validators', 'globalThis.validators');
  const context = createContext({}, { codeGeneration: { strings: false, wasm: false } });
  runInContext(script, context);
  expect(runInContext(`validators.Task(${JSON.stringify(task)})`, context)).toBe(true);
  expect(
    runInContext('validators.Task({ id: "t", status: { state: "TASK_STATE_WORKING", timestamp: "x" } })', context),
  ).toBe(false);
});
