import {
  A2AClient,
  approve,
  filePart,
  filesOf,
  isA2AError,
  responseOf,
  type SendMessageResponse,
  type Task,
  TERMINAL_STATES,
  textOf,
  toolCallsOf,
} from '@agentproto/client/a2a';
import { filePartAt } from '@agentproto/client/a2a/node';
import { pushReceiver } from '@agentproto/client/a2a/push';
import { cardVerifier } from '@agentproto/client/a2a/signatures';
import { logging } from '@agentproto/client/logging';
import { chatClient, textOf as textOfChat } from '@agentproto/client/chat';
import { outputTextOf, type ResponseResource, responsesClient } from '@agentproto/client/responses';
import { functionTool as openTool, openAgentClient, run as openRun } from '@agentproto/client/open-agent';
import { signStripe, verifyStripe } from '@agentproto/client/open-agent/stripe';
import { type ErrorCode, isAgentProtoError } from '@agentproto/client/errors';

/** What a user writes; `types.test.ts` compiles it as a stranger's compiler would, and nobody runs it. */

export async function a2a(): Promise<string> {
  const agent = await A2AClient.connect('http://h', { headers: { a: 'b' }, auth: 'x', strict: true });
  try {
    const answer: SendMessageResponse = await agent.send('hi', { wait: true, expectCompleted: true });
    // @ts-expect-error: what does not stand in the types is an error, so that they are no `any`.
    void answer.nothing;
    const stream = agent.stream('hi');
    for await (const event of stream) textOf(event);
    await stream.close();
    const task: Task = await agent.get('t1');
    return textOf(answer) + textOf(task) + TERMINAL_STATES.join() + (stream.contextId ?? '');
  } finally {
    await agent.close();
  }
}

export async function further(): Promise<number> {
  const agent = await A2AClient.connect('http://h', {
    verifyCard: cardVerifier({ keys: [{ kty: 'EC', kid: 'k' }], mode: 'soft' }),
    middleware: [logging({ log: ({ event, durationMs }) => void [event, durationMs] })],
  });
  const answer = await agent.send([await filePart(new Blob([])), await filePartAt('/tmp/x')]);
  const [call] = toolCallsOf(answer);
  if (call && answer.task) await agent.send({ parts: [approve(call)], taskId: answer.task.id });
  const config = await agent.createPushConfig('t1', { url: 'http://h' });
  await agent.deletePushConfig('t1', config.id!);
  for await (const one of agent.listAllPushConfigs('t1')) one.url.trim();
  const receiver = pushReceiver({ token: 't', onEvent: (event, { taskId }) => void [event.task?.id, taskId] });
  const response: Response = await receiver.fetch(new Request('http://h'));
  return response.status + (responseOf(answer)?.status ?? 0) + (filesOf(answer)[0]?.bytes?.length ?? 0);
}

export async function chat(): Promise<string> {
  const agent = chatClient('http://h', { headers: new Headers() });
  const session = await agent.connect();
  const stream = session.turn('hi');
  for await (const event of stream) textOfChat(event);
  await session.close();
  await agent.close();
  return textOfChat(await agent.chat('hi'));
}

export async function responses(): Promise<string> {
  const client = responsesClient('http://h', { model: 'm' });
  const stream = client.stream({ input: [{ role: 'user', content: 'hi' }], tools: [{ type: 'web_search' }] });
  for await (const event of stream) {
    if (event.type === 'response.output_text.delta') event.delta.trim();
    // @ts-expect-error: not every event has one.
    void event.delta;
  }
  const response: ResponseResource = await stream.final();
  await client.create(response.output);
  await client.close();
  return outputTextOf(response);
}

export function said(error: unknown): string {
  if (isA2AError(error, 'TaskNotFound')) return error.reason ?? '';
  if (isAgentProtoError(error, 'A2A_ERROR')) return String(error.rpcCode?.toFixed());
  if (!isAgentProtoError(error)) return '';
  switch (error.code) {
    case 'HTTP_STATUS':
      return error.status.toFixed();
    case 'CHAT_TURN_FAILED':
      return error.partial.content;
    case 'TASK_NOT_COMPLETED':
      return error.task.id;
    case 'REDIRECTED':
      // @ts-expect-error: of another error.
      return error.limitMs;
    case 'STREAM_TRUNCATED':
      return `${error.unread} of ${error.events}`;
    default: {
      const rest: ErrorCode = error.code;
      return rest;
    }
  }
}

export async function openAgent(): Promise<string> {
  const client = openAgentClient('http://h/v1', { apiKey: 'k', revision: 'readme' });
  const agent = await client.agents.create({ name: 'Ada', model: 'm' });
  const stream = client.agents.stream(agent.id, [{ role: 'user', content: 'hi' }]);
  for await (const event of stream) {
    if (event.event === 'RunResponse') event.content?.trim();
    // @ts-expect-error: only the request of a tool has a tool.
    else if (event.event === 'RunCompleted') void event.tool;
  }
  const clock = openTool<{ zone: string }>({ name: 'clock', description: 'd', run: ({ zone }) => zone.trim() });
  const { run, pending } = await openRun(client.teams.of('t'), 'hi', { tools: [clock] });
  const state = client.auth.device('github').state;
  if (state.state === 'pending') state.user_code.trim();
  for await (const { choices } of client.chat.stream({ model: 'm', messages: [] })) choices[0]?.delta.content?.trim();
  const event = await verifyStripe('{}', await signStripe('{}', 'whsec'), 'whsec');
  return run.content + pending.length + run.toolRequests[0]?.tool + event.type;
}
