import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { PushReceiver } from '@agentproto/client/a2a/push';
import { serve } from '@hono/node-server';
import express from 'express';
import Fastify from 'fastify';
import { Hono } from 'hono';

/** A webhook at a url of its own, in a framework. */
export interface Host extends AsyncDisposable {
  url: string;
}

const PATH = '/hooks/a2a';

async function listening(server: Server): Promise<Host> {
  if (!server.listening) await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}${PATH}`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** As their documentation has it, with nothing done for us. */
export const HOSTS: { [name: string]: (receiver: PushReceiver) => Promise<Host> } = {
  'node:http': (receiver) => listening(createServer(receiver.node)),
  async express(receiver) {
    const app = express();
    app.post(PATH, receiver.node);
    return listening(createServer(app));
  },
  async 'express, behind its parser'(receiver) {
    const app = express();
    app.use(express.json({ type: ['application/json', 'application/a2a+json'], limit: '1mb' }));
    app.post(PATH, receiver.node);
    return listening(createServer(app));
  },
  async fastify(receiver) {
    const app = Fastify();
    app.register(receiver.fastify, { prefix: PATH });
    await app.listen({ port: 0, host: '127.0.0.1' });
    const host = await listening(app.server);
    return { url: host.url, [Symbol.asyncDispose]: async () => app.close() };
  },
  async hono(receiver) {
    const app = new Hono();
    app.post(PATH, receiver.hono);
    const server = serve({ fetch: app.fetch, port: 0, hostname: '127.0.0.1' }) as Server;
    if (!server.listening) await new Promise((resolve) => server.once('listening', resolve));
    return listening(server);
  },
  async 'a fetch handler'(receiver) {
    const server = serve({ fetch: receiver.fetch, port: 0, hostname: '127.0.0.1' }) as Server;
    if (!server.listening) await new Promise((resolve) => server.once('listening', resolve));
    return listening(server);
  },
};
