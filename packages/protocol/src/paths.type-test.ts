/** What openapi-typescript makes of the OpenAPI documents is in terms of our models, for every family alike. */
import type { AgentCard, ListTasksResponse, SendMessageRequest, StreamResponse, Task, TaskState } from './a2a/1.0.ts';
import type * as dcaf from './chat/dcaf-2.1.ts';
import type { AgentMessage, ChatRequest, Health, StreamEvent } from './chat/docs.ts';
import type { paths as A2APaths } from './generated/a2a/1.0/paths.ts';
import type { paths as DcafPaths } from './generated/chat/dcaf-2.1/paths.ts';
import type { paths as ChatPaths } from './generated/chat/docs/paths.ts';

type Eq<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
type Answer<Operation> = Operation extends { responses: { 200: { content: infer Content } } }
  ? Content[keyof Content]
  : never;
type Body<Operation> = Operation extends { requestBody: { content: infer Content } } ? Content[keyof Content] : never;
type Query<Operation> = Operation extends { parameters: { query?: infer Members } } ? Members : never;

type Send = A2APaths['/message:send']['post'];
export const send: Eq<Body<Send>, SendMessageRequest> = true;
export const task: Eq<Answer<A2APaths['/tasks/{id}']['get']>, Task> = true;
export const list: Eq<Answer<A2APaths['/tasks']['get']>, ListTasksResponse> = true;
export const status: Eq<NonNullable<Query<A2APaths['/tasks']['get']>>['status'], TaskState | undefined> = true;
export const event: Eq<Answer<A2APaths['/tasks/{id}:subscribe']['get']>, StreamResponse> = true;
export const card: Eq<Answer<A2APaths['/extendedAgentCard']['get']>, AgentCard> = true;
// @ts-expect-error there is no such path
export type Old = A2APaths['/v1/message:send'];

type Chat = ChatPaths['/api/chat']['post'];
export const turn: Eq<Body<Chat>, ChatRequest> = true;
export const answer: Eq<Answer<Chat>, AgentMessage> = true;
export const line: Eq<Answer<ChatPaths['/api/chat-stream']['post']>, StreamEvent> = true;
export const health: Eq<Answer<ChatPaths['/health']['get']>, Health> = true;
// A revision that inherits the document reads it over its own definitions.
export const ofProduct: Eq<Answer<DcafPaths['/health']['get']>, dcaf.Health> = true;
export const andNotOfTheDocuments: Eq<Answer<DcafPaths['/health']['get']>, Health> = false;
