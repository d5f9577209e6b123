import { describe, expect, test } from 'vitest';
import { ERRORS as ERRORS_01, type Models as Models01 } from '@agentproto/protocol/a2a/0.1';
import { METHODS as METHODS_02, SINCE, type Models as Models02 } from '@agentproto/protocol/a2a/0.2';
import { ERRORS, METHODS, type Models } from '@agentproto/protocol/a2a/0.3';
import * as rules01 from './0.1.ts';
import * as rules02 from './0.2.ts';
import * as rules03 from './0.3.ts';

const said = (validate: (name: never, value: unknown) => rules03.Violation[], name: string, value: unknown) =>
  validate(name as never, value).map(({ message }) => message);

const message: Models['Message'] = {
  kind: 'message',
  messageId: 'm',
  role: 'user',
  parts: [{ kind: 'text', text: 'a' }],
};
const task: Models['Task'] = { kind: 'task', id: 't', contextId: 'c', status: { state: 'working' } };
const card: Models['AgentCard'] = {
  protocolVersion: '0.3.0',
  name: 'a',
  description: 'b',
  url: 'https://example.com',
  version: '1',
  capabilities: {},
  defaultInputModes: ['text/plain'],
  defaultOutputModes: ['text/plain'],
  skills: [],
};

describe('0.3', () => {
  test.each<[keyof Models, unknown]>([
    ['MessageSendParams', { message, configuration: { blocking: true, historyLength: 0 } }],
    ['Message', { ...message, parts: [{ kind: 'file', file: { uri: 'https://example.com', name: 'a' } }] }],
    ['Message', { ...message, parts: [{ kind: 'data', data: {}, metadata: { a: null } }] }],
    ['StreamEvent', task],
    ['StreamEvent', { kind: 'status-update', taskId: 't', contextId: 'c', status: { state: 'working' }, final: false }],
    ['TaskStatus', { state: 'completed', timestamp: '2025-01-01T00:00:00.123456' }],
    ['TaskStatus', { state: 'completed', timestamp: '2025-01-01T00:00:00+00:00' }],
    ['AgentCard', { ...card, securitySchemes: { a: { type: 'http', scheme: 'Bearer' } } }],
    ['ProtoStreamResponse', { statusUpdate: { taskId: 't', status: { state: 'TASK_STATE_CANCELLED' } } }],
    ['ProtoMessage', { messageId: 'm', role: 'ROLE_USER', content: [{ file: { fileWithBytes: 'YQ==' } }] }],
  ])('%s %j is valid', (name, value) => {
    expect(rules03.validate(name, value)).toEqual([]);
    expect(rules03.is(name, value)).toBe(true);
  });

  test.each<[keyof Models, unknown, string]>([
    ['Message', { ...message, kind: undefined }, 'kind is required'],
    ['Message', { ...message, role: 'ROLE_USER' }, 'role: expected one of user, agent, got "ROLE_USER"'],
    ['Message', { ...message, parts: [{ text: 'a' }] }, 'parts[0].kind is required'],
    [
      'Message',
      { ...message, parts: [{ kind: 'file', file: { uri: 'a', bytes: 'YQ==' } }] },
      'parts[0].file: expected exactly one of bytes, uri, got bytes and uri',
    ],
    [
      'StreamEvent',
      { ...task, kind: 'update' },
      'kind: expected one of task, message, status-update, artifact-update, got "update"',
    ],
    [
      'TaskStatus',
      { state: 'TASK_STATE_WORKING' },
      'state: expected one of submitted, working, input-required, completed, canceled, failed, rejected, auth-required, unknown, got "TASK_STATE_WORKING"',
    ],
    ['TaskStatus', { state: 'working', timestamp: 'now' }, 'timestamp: expected an ISO 8601 timestamp, got "now"'],
    [
      'ProtoTaskStatus',
      { state: 'TASK_STATE_CANCELED' },
      'state: expected one of TASK_STATE_UNSPECIFIED, TASK_STATE_SUBMITTED, TASK_STATE_WORKING, TASK_STATE_COMPLETED, TASK_STATE_FAILED, TASK_STATE_CANCELLED, TASK_STATE_INPUT_REQUIRED, TASK_STATE_REJECTED, TASK_STATE_AUTH_REQUIRED, got "TASK_STATE_CANCELED"',
    ],
    ['ProtoMessage', { messageId: 'm', role: 'ROLE_USER', parts: [] }, 'content is required'],
  ])('%s %j is not', (name, value, expected) => {
    expect(said(rules03.validate, name, value)).toEqual([expected]);
  });

  test('operations of both bindings, and errors', () => {
    const bindings = Map.groupBy(Object.values(METHODS), ({ binding }) => binding);
    expect([...bindings].map(([binding, methods]) => [binding, methods.length])).toEqual([
      ['JSONRPC', 10],
      ['HTTP+JSON', 11],
    ]);
    expect(ERRORS['0.3.0'].AuthenticatedExtendedCardNotConfiguredError.code).toBe(-32007);
  });
});

describe('0.2', () => {
  test('what 0.3 brought is not there', () => {
    expect(said(rules02.validate, 'AgentCard', { ...card, securitySchemes: { a: { type: 'mutualTLS' } } })).toEqual([
      'securitySchemes.a.type: expected one of apiKey, http, oauth2, openIdConnect, got "mutualTLS"',
    ]);
    expect(rules02.validate('Message', message)).toEqual([]);
    expect(Object.keys(METHODS_02)).not.toContain('agent/getAuthenticatedExtendedCard');
    // @ts-expect-error signatures came with 0.3
    const withSignatures: Models02['AgentCard'] = { ...card, signatures: [] };
    expect(rules02.is('AgentCard', withSignatures)).toBe(true);
  });

  test('SINCE says with which patch something came', () => {
    expect(SINCE).toContainEqual({ patch: '0.2.5', definition: 'AgentCard', member: 'protocolVersion' });
    expect(SINCE).toContainEqual({ patch: '0.2.5', method: 'tasks/pushNotificationConfig/list' });
  });
});

describe('0.1', () => {
  const send: Models01['TaskSendParams'] = {
    id: 't',
    sessionId: null,
    message: { role: 'user', parts: [{ type: 'text', text: 'a' }] },
  };
  test.each<[keyof Models01, unknown]>([
    ['TaskSendParams', send],
    ['Artifact', { parts: [{ type: 'data', data: {} }], index: 0, append: null, name: null }],
    ['StreamEvent', { id: 't', status: { state: 'working' }, final: false }],
    ['StreamEvent', { id: 't', artifact: { parts: [{ type: 'text', text: '' }] }, metadata: null }],
    ['TaskPushNotification', { id: 't', pushNotificationConfig: null }],
  ])('%s %j is valid', (name, value) => expect(rules01.validate(name, value)).toEqual([]));

  test.each<[keyof Models01, unknown, string]>([
    ['TaskSendParams', { ...send, id: '' }, 'id: expected a string that is not empty, got ""'],
    [
      'TaskSendParams',
      { ...send, message: { role: 'user', parts: [] } },
      'message.parts: expected an array that is not empty, got an empty array',
    ],
    ['Message', { role: 'user', parts: [{ kind: 'text', text: 'a' }] }, 'parts[0].type is required'],
    [
      'TaskStatus',
      { state: 'rejected' },
      'state: expected one of submitted, working, input-required, completed, canceled, failed, unknown, got "rejected"',
    ],
    ['StreamEvent', { id: 't' }, 'StreamEvent: expected exactly one of status, artifact, got none of them'],
    [
      'TaskSendParams',
      { ...send, pushNotification: { url: 'x' } },
      'pushNotification.url: expected an absolute URI, got "x"',
    ],
  ])('%s %j is not', (name, value, expected) => expect(said(rules01.validate, name, value)).toEqual([expected]));

  test('its errors are its own', () => {
    expect(ERRORS_01['0.1.0'].InvalidTaskStateError.code).toBe(-32009);
  });
});
