/** The run-time half of the compatibility with @a2a-js/sdk: what it reads and writes is what our models say. */
import * as sdk from '@a2a-js/sdk';
import { expect, test } from 'vitest';
import type { MessageName, Models } from '@agentproto/protocol/a2a/1.0';
import { validate } from './1.0.ts';

const task: Models['Task'] = {
  id: 't',
  contextId: 'c',
  status: {
    state: 'TASK_STATE_INPUT_REQUIRED',
    timestamp: '2025-01-01T00:00:00.000Z',
    message: { messageId: 'm', role: 'ROLE_AGENT', parts: [{ text: 'and?' }] },
  },
  artifacts: [
    {
      artifactId: 'a',
      parts: [{ text: 'ä' }, { raw: 'YWI=' }, { url: 'https://example.com' }, { data: { n: [1, null] } }],
    },
  ],
  metadata: { a: { b: 1 } },
};
const request: Models['SendMessageRequest'] = {
  message: { messageId: 'm', role: 'ROLE_USER', parts: [{ data: 5, mediaType: 'application/json' }] },
  configuration: {
    historyLength: 0,
    returnImmediately: true,
    taskPushNotificationConfig: { url: 'https://example.com/hook', authentication: { scheme: 'Bearer' } },
  },
};
const event: Models['StreamResponse'] = {
  statusUpdate: { taskId: 't', contextId: 'c', status: { state: 'TASK_STATE_COMPLETED' } },
};
const card: Models['AgentCard'] = {
  name: 'a',
  description: 'b',
  version: '1',
  capabilities: { streaming: false },
  supportedInterfaces: [{ url: 'https://example.com', protocolBinding: 'JSONRPC', protocolVersion: '1.0' }],
  securitySchemes: {
    oauth: {
      oauth2SecurityScheme: {
        flows: { clientCredentials: { tokenUrl: 'https://example.com/token', scopes: { a: 'b' } } },
      },
    },
  },
  securityRequirements: [{ schemes: { oauth: { list: ['a'] } } }],
  defaultInputModes: ['text/plain'],
  defaultOutputModes: ['text/plain'],
  skills: [{ id: 's', name: 's', description: 's', tags: ['s'] }],
};

const { Task, SendMessageRequest, StreamResponse, AgentCard } = sdk;
const roundTrips: [MessageName, Models[MessageName], unknown][] = [
  ['Task', task, Task.toJSON(Task.fromJSON(task))],
  ['SendMessageRequest', request, SendMessageRequest.toJSON(SendMessageRequest.fromJSON(request))],
  ['StreamResponse', event, StreamResponse.toJSON(StreamResponse.fromJSON(event))],
  ['AgentCard', card, AgentCard.toJSON(AgentCard.fromJSON(card))],
];

test.each(roundTrips)('%s survives the SDK, and what it writes is valid', (name, ours, theirs) => {
  const written: unknown = JSON.parse(JSON.stringify(theirs));
  expect(validate(name, ours)).toEqual([]);
  expect(validate(name, written)).toEqual([]);
  // The SDK adds proto defaults; all that was said must still be there.
  expect(written).toMatchObject(ours);
});
