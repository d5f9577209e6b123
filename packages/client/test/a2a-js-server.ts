import type { AddressInfo } from 'node:net';
import { AgentCard, StreamResponse } from '@a2a-js/sdk';
import {
  AgentEvent,
  type AgentExecutor,
  DefaultRequestHandler,
  type ExecutionEventBus,
  InMemoryTaskStore,
  type RequestContext,
} from '@a2a-js/sdk/server';
import { agentCardHandler, jsonRpcHandler, restHandler, UserBuilder } from '@a2a-js/sdk/server/express';
import express from 'express';
import { cardFor } from './scripted-server.ts';

/** The published server of the JavaScript SDK, with an agent that does what the text of a message says. */
export async function a2aJsServer(): Promise<{ url: string } & AsyncDisposable> {
  const app = express();
  const server = await new Promise<ReturnType<typeof app.listen>>((resolve) => {
    const listening = app.listen(0, '127.0.0.1', () => resolve(listening));
  });
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const card = AgentCard.fromJSON({
    ...cardFor(url),
    capabilities: { streaming: true, pushNotifications: true },
    supportedInterfaces: [
      { url: `${url}/rpc`, protocolBinding: 'JSONRPC', protocolVersion: '1.0' },
      { url: `${url}/rest`, protocolBinding: 'HTTP+JSON', protocolVersion: '1.0' },
    ],
  });
  const requestHandler = new DefaultRequestHandler(card, new InMemoryTaskStore(), agent());
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
      const { taskId, contextId } = context;
      const text = context.userMessage.parts
        .map((part) => (part.content?.$case === 'text' ? part.content.value : ''))
        .join('');
      const publish = (event: object) => publishTo(bus, event);
      const update = (state: string) =>
        publish({ statusUpdate: { taskId, contextId, status: { state, timestamp: new Date().toISOString() } } });
      if (text === 'message') {
        publish({ message: { messageId: 'm1', contextId, role: 'ROLE_AGENT', parts: [{ text: 'Only a message' }] } });
        return bus.finished();
      }
      publish({ task: context.task ?? { id: taskId, contextId, status: { state: 'TASK_STATE_SUBMITTED' } } });
      update('TASK_STATE_WORKING');
      if (text === 'ask') {
        update('TASK_STATE_INPUT_REQUIRED');
        return bus.finished();
      }
      for (const [index, piece] of ['Grüße ', 'from ', '世界'].entries()) {
        publish({
          artifactUpdate: {
            taskId,
            contextId,
            artifact: { artifactId: 'a1', parts: [{ text: piece }] },
            append: index > 0,
            lastChunk: index === 2,
          },
        });
      }
      if (text === 'slow') {
        await new Promise<void>((resolve) => canceled.set(taskId, resolve));
        canceled.delete(taskId);
        update('TASK_STATE_CANCELED');
      } else update('TASK_STATE_COMPLETED');
      bus.finished();
    },
    async cancelTask(taskId) {
      canceled.get(taskId)?.();
    },
  };
}

function publishTo(bus: ExecutionEventBus, event: object): void {
  const { payload } = StreamResponse.fromJSON(event);
  if (payload?.$case === 'task') bus.publish(AgentEvent.task(payload.value));
  if (payload?.$case === 'message') bus.publish(AgentEvent.message(payload.value));
  if (payload?.$case === 'statusUpdate') bus.publish(AgentEvent.statusUpdate(payload.value));
  if (payload?.$case === 'artifactUpdate') bus.publish(AgentEvent.artifactUpdate(payload.value));
}
