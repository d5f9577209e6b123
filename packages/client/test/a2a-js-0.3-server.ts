import type { AddressInfo } from 'node:net';
import type { AgentCard, TaskArtifactUpdateEvent, TaskStatusUpdateEvent, Task } from 'a2a-js-sdk-0.3';
import {
  type AgentExecutor,
  DefaultRequestHandler,
  type ExecutionEventBus,
  InMemoryTaskStore,
  type RequestContext,
} from 'a2a-js-sdk-0.3/server';
import { agentCardHandler, jsonRpcHandler, restHandler, UserBuilder } from 'a2a-js-sdk-0.3/server/express';
import express from 'express';

/** The JavaScript SDK's last server of A2A 0.3, over its two HTTP bindings; its agent does what the text of a message says. */
export async function a2aJs03Server(): Promise<{ url: string } & AsyncDisposable> {
  const app = express();
  const server = await new Promise<ReturnType<typeof app.listen>>((resolve) => {
    const listening = app.listen(0, '127.0.0.1', () => resolve(listening));
  });
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const card: AgentCard = {
    name: 'Test agent',
    description: 'Does what a test says',
    version: '1',
    protocolVersion: '0.3.0',
    url: `${url}/rpc`,
    preferredTransport: 'JSONRPC',
    additionalInterfaces: [
      { url: `${url}/rpc`, transport: 'JSONRPC' },
      { url: `${url}/rest`, transport: 'HTTP+JSON' },
    ],
    capabilities: { streaming: true, pushNotifications: true },
    defaultInputModes: ['text/plain'],
    defaultOutputModes: ['text/plain'],
    skills: [{ id: 's', name: 'Skill', description: 'Does it', tags: [], security: [{ bearer: [] }] }],
    securitySchemes: { bearer: { type: 'http', scheme: 'Bearer' }, key: { type: 'apiKey', in: 'header', name: 'k' } },
    security: [{ bearer: [] }, { key: [] }],
    supportsAuthenticatedExtendedCard: true,
  };
  const extended = async () => ({ ...card, name: 'Extended agent' });
  const requestHandler = new DefaultRequestHandler(
    card,
    new InMemoryTaskStore(),
    agent(),
    undefined,
    undefined,
    undefined,
    extended,
  );
  const userBuilder = UserBuilder.noAuthentication;
  app.use('/.well-known/agent-card.json', agentCardHandler({ agentCardProvider: requestHandler }));
  app.use('/rpc', jsonRpcHandler({ requestHandler, userBuilder }));
  app.use('/rest', restHandler({ requestHandler, userBuilder }));
  return {
    url,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function agent(): AgentExecutor {
  const canceled = new Map<string, () => void>();
  return {
    async execute(context: RequestContext, bus: ExecutionEventBus) {
      const { taskId, contextId, userMessage } = context;
      const text = userMessage.parts.map((part) => (part.kind === 'text' ? part.text : '')).join('');
      const update = (state: Task['status']['state'], final = false) =>
        bus.publish({
          kind: 'status-update',
          taskId,
          contextId,
          final,
          status: { state, timestamp: new Date().toISOString() },
        } satisfies TaskStatusUpdateEvent);
      const artifact = (event: Omit<TaskArtifactUpdateEvent, 'kind' | 'taskId' | 'contextId'>) =>
        bus.publish({ kind: 'artifact-update', taskId, contextId, ...event });
      if (text === 'message') {
        bus.publish({
          kind: 'message',
          messageId: 'm1',
          contextId,
          role: 'agent',
          parts: [{ kind: 'text', text: 'Only a message' }],
        });
        return bus.finished();
      }
      bus.publish(
        context.task ?? {
          kind: 'task',
          id: taskId,
          contextId,
          status: { state: 'submitted' },
          history: [userMessage],
        },
      );
      update('working');
      if (text === 'ask') {
        update('input-required', true);
        return bus.finished();
      }
      for (const [index, piece] of ['Grüße ', 'from ', '世界'].entries()) {
        artifact({
          artifact: { artifactId: 'a1', parts: [{ kind: 'text', text: piece }] },
          append: index > 0,
          lastChunk: index === 2,
        });
      }
      // What came in its parts goes back.
      if (text === 'echo') artifact({ artifact: { artifactId: 'a2', parts: userMessage.parts } });
      if (text === 'slow') {
        await new Promise<void>((resolve) => canceled.set(taskId, resolve));
        canceled.delete(taskId);
        update('canceled', true);
      } else update('completed', true);
      bus.finished();
    },
    async cancelTask(taskId) {
      canceled.get(taskId)?.();
    },
  };
}
