import type {
  Message,
  StreamResponse,
  Task,
  TaskArtifactUpdateEvent,
  TaskStatusUpdateEvent,
} from '@agentproto/protocol/a2a/1.0';
import { expectTypeOf, test } from 'vitest';
import { type HttpError, isAgentProtoError } from '../errors.ts';
import type { A2AClient, SendInput } from './index.ts';

// `tsc -b` is what makes these fail.

test('a member of an event narrows the event', () => {
  const look = (event: StreamResponse) => {
    if (event.artifactUpdate) {
      expectTypeOf(event.artifactUpdate).toEqualTypeOf<TaskArtifactUpdateEvent>();
      expectTypeOf(event.task).toEqualTypeOf<undefined>();
    } else if (event.statusUpdate) {
      expectTypeOf(event.statusUpdate).toEqualTypeOf<TaskStatusUpdateEvent>();
    } else if (event.task) {
      expectTypeOf(event.task).toEqualTypeOf<Task>();
    } else expectTypeOf(event.message).toEqualTypeOf<Message>();
  };
  expectTypeOf(look).toBeFunction();
});

test('so does a member of a result, and a code of an error', () => {
  const look = async (client: A2AClient) => {
    const result = await client.send({ text: 'x' });
    if (result.task) expectTypeOf(result.task).toEqualTypeOf<Task>();
    else expectTypeOf(result.message).toEqualTypeOf<Message>();
    for await (const event of client.stream({ text: 'x' })) expectTypeOf(event).toEqualTypeOf<StreamResponse>();
    const caught: unknown = undefined;
    if (isAgentProtoError(caught, 'HTTP_STATUS')) expectTypeOf(caught).toEqualTypeOf<HttpError>();
  };
  expectTypeOf(look).toBeFunction();
});

test('input that says two things, or nothing, does not compile', () => {
  // @ts-expect-error two kinds of content
  const two: SendInput = { text: 'x', parts: [{ text: 'y' }] };
  // @ts-expect-error no content
  const none: SendInput = { taskId: 't1' };
  // @ts-expect-error a part of two kinds
  const mixed: SendInput = [{ text: 'x', url: 'https://example.com' }];
  expectTypeOf([two, none, mixed]).toBeArray();
});
