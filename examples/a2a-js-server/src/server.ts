import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { A2A_PROTOCOL_VERSION, AGENT_CARD_PATH, AgentCard } from '@a2a-js/sdk';
import type { SendMessageRequest } from '@a2a-js/sdk';
import {
  DefaultPushNotificationSender,
  DefaultRequestHandler,
  InMemoryPushNotificationStore,
  InMemoryTaskStore,
} from '@a2a-js/sdk/server';
import type { ServerCallContext } from '@a2a-js/sdk/server';
import { agentCardHandler, jsonRpcHandler, restHandler, UserBuilder } from '@a2a-js/sdk/server/express';
import express from 'express';
import { ScriptExecutor } from './executor.ts';
import { readScriptRequest } from './script-request.ts';

export interface A2AJsServer {
  /** Where the card and the manifest are served: `http://127.0.0.1:PORT`. */
  url: string;
  /** Ends open streams too. */
  close(): Promise<void>;
}

/** The SDK's own Express server with its in-memory store, on loopback; both bindings on one port. */
export async function startA2AJsServer({ port = 0 }: { port?: number } = {}): Promise<A2AJsServer> {
  const app = express();
  const server = createServer(app);
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });

  // The card names absolute URLs, so the port has to be known before it can be written.
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const webhooks = new InMemoryPushNotificationStore();
  const requestHandler = new ScriptRequestHandler(
    cardAt(url),
    new InMemoryTaskStore(),
    new ScriptExecutor(),
    undefined,
    webhooks,
    new DefaultPushNotificationSender(webhooks),
    ...([undefined, undefined] as const),
    // The card says which media types are taken, and the SDK looks only when it is told to.
    { validateInputModes: true },
  );
  const options = { requestHandler, userBuilder: UserBuilder.noAuthentication };
  app.get('/.well-known/agentproto.json', (_request, response) => {
    response.json({ script: 1, protocols: ['a2a@1.0'], urls: { 'a2a@1.0': url } });
  });
  app.use(`/${AGENT_CARD_PATH}`, agentCardHandler({ agentCardProvider: requestHandler }));
  app.use('/json-rpc', jsonRpcHandler(options));
  app.use('/rest', restHandler(options));

  return {
    url,
    close: () =>
      new Promise((resolve, reject) => {
        server.close((error) => (error ? reject(error) : resolve()));
        server.closeAllConnections();
      }),
  };
}

/** An executor can only fail its task; a script that cannot be run has to be refused before there is one. */
class ScriptRequestHandler extends DefaultRequestHandler {
  override async sendMessage(request: SendMessageRequest, context: ServerCallContext) {
    readScriptRequest(request);
    return super.sendMessage(request, context);
  }

  override async *sendMessageStream(request: SendMessageRequest, context: ServerCallContext) {
    readScriptRequest(request);
    yield* super.sendMessageStream(request, context);
  }
}

function cardAt(url: string): AgentCard {
  return AgentCard.fromJSON({
    name: 'Scripted agent on the A2A JavaScript SDK',
    description: 'Does what the script in a message says; echoes where there is none.',
    version: '0.0.0',
    supportedInterfaces: [
      { url: `${url}/json-rpc`, protocolBinding: 'JSONRPC', protocolVersion: A2A_PROTOCOL_VERSION },
      { url: `${url}/rest`, protocolBinding: 'HTTP+JSON', protocolVersion: A2A_PROTOCOL_VERSION },
    ],
    capabilities: { streaming: true, pushNotifications: true, extendedAgentCard: false },
    defaultInputModes: ['text/plain', 'application/json', 'application/vnd.agentproto.script+json'],
    defaultOutputModes: ['text/plain', 'application/json'],
    skills: [{ id: 'script', name: 'Script', description: 'Follows an agentproto script.', tags: ['test'] }],
  });
}
