import { randomUUID } from 'node:crypto';
import { Message } from '@a2a-js/sdk';
import { ClientFactory, ClientFactoryOptions, JsonRpcTransportFactory, RestTransportFactory } from '@a2a-js/sdk/client';

/** The client of the official SDK, as a program that uses it. */
const binding = process.argv[2]!;
const transports = binding === 'JSONRPC' ? [new JsonRpcTransportFactory()] : [new RestTransportFactory()];
const options = ClientFactoryOptions.createFrom(ClientFactoryOptions.default, { preferredTransports: [binding] });
const client = await new ClientFactory({ ...options, transports }).createFromUrl(process.env['AGENTPROTO_URL']!);
const request = () => ({
  tenant: '',
  configuration: undefined,
  metadata: undefined,
  message: Message.fromJSON({ messageId: randomUUID(), role: 'ROLE_USER', parts: [{ text: 'hello' }] }),
});
await client.sendMessage(request());
await Array.fromAsync(client.sendMessageStream(request()));
