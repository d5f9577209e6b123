/** What the compiler refuses, so that a mistake in a message or an id is seen before it is sent. */
import {
  ERRORS,
  METHODS,
  type A2AErrorName,
  type MethodName,
  type Part,
  type SecurityScheme,
  type StreamResponse,
  type Task,
} from './1.0.ts';

const task: Task = { id: '1', status: { state: 'TASK_STATE_WORKING' } };

export const parts: Part[] = [
  { text: 'a' },
  { raw: 'YQ==', filename: 'a' },
  { url: 'https://example.com' },
  { data: null, metadata: { a: 1 } },
];
// @ts-expect-error two contents
export const twoContents: Part = { text: 'a', url: 'https://example.com' };
// @ts-expect-error no content
export const noContent: Part = { mediaType: 'text/plain' };
export const event: StreamResponse = { task };
// @ts-expect-error two members
export const twoMembers: StreamResponse = { task, message: { messageId: '1', role: 'ROLE_AGENT', parts } };
// @ts-expect-error two kinds
export const twoKinds: SecurityScheme = {
  mtlsSecurityScheme: {},
  openIdConnectSecurityScheme: { openIdConnectUrl: 'https://example.com' },
};
// @ts-expect-error a state of 0.3
export const oldState: Task = { id: '1', status: { state: 'working' } };
// @ts-expect-error a member of 0.3
export const oldMember: Task = { ...task, kind: 'task' };

export const method: MethodName = 'SendMessage';
export const path: '/tasks/{id}:cancel' = METHODS.CancelTask.http.path;
// @ts-expect-error a method of 0.3
export const oldMethod: MethodName = 'message/send';

export const error: A2AErrorName = 'TaskNotFoundError';
export const conflict: 409 = ERRORS['1.0.0'].TaskNotCancelableError.http;
export const badRequest: 400 = ERRORS['1.0.1'].TaskNotCancelableError.http;
