import { createServer, request as send } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Exchange, Headers } from '@agentproto/recording';
import { bodyOf, readJson, readJsonBody } from '../../recorder/body.ts';

/** Stands in front of a server and writes down what comes through, as the server sees it. */
export interface RecordingProxy {
  url: string;
  exchanges: Exchange[];
  /** Where what comes is passed on to. */
  target: string;
  close(): Promise<void>;
}

export async function startRecordingProxy(): Promise<RecordingProxy> {
  const exchanges: Exchange[] = [];
  const began = performance.now();
  const now = () => performance.now() - began;
  const server = createServer((incoming, outgoing) => {
    const atMs = now();
    const chunks: Buffer[] = [];
    incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
    incoming.on('end', () => {
      const body = bodyOf(Buffer.concat(chunks));
      const { method = 'GET', url = '/' } = incoming;
      const request = {
        atMs,
        method,
        url: proxy.url + url,
        headers: pairs(incoming.rawHeaders),
        ...(body && { body }),
      };
      const exchange: Exchange = { id: exchanges.length, request, frames: [] };
      exchanges.push(exchange);
      const passed = send(proxy.target + url, { method, headers: incoming.headers }, (answer) => {
        outgoing.writeHead(answer.statusCode!, answer.headers);
        const response = { atMs: now(), status: answer.statusCode!, headers: pairs(answer.rawHeaders) };
        exchange.response = response;
        const isStream = /event-stream/.test(answer.headers['content-type'] ?? '');
        const bytes: Buffer[] = [];
        let rest = '';
        answer.on('data', (chunk: Buffer) => {
          outgoing.write(chunk);
          if (!isStream) return void bytes.push(chunk);
          const events = (rest + chunk.toString()).split('\n\n');
          rest = events.pop()!;
          for (const event of events) {
            const data = /^data: ?(.*)$/m.exec(event)?.[1];
            if (data === undefined) continue;
            exchange.frames.push({
              ...{ index: exchange.frames.length, atMs: now(), direction: 'in', kind: 'sse', data },
              ...readJson(data),
            });
          }
        });
        answer.once('close', () => {
          outgoing.end();
          const content = bodyOf(Buffer.concat(bytes));
          exchange.response = {
            ...response,
            ...(content && { body: content }),
            ...readJsonBody(content, 'application/json'),
          };
          exchange.end = { atMs: now(), kind: answer.complete ? 'complete' : 'left' };
        });
      });
      outgoing.once('close', () => passed.destroy());
      passed.once('error', () => outgoing.destroy());
      passed.end(Buffer.concat(chunks));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const proxy: RecordingProxy = {
    ...{ url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, exchanges, target: '' },
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
  return proxy;
}

function pairs(raw: readonly string[]): Headers {
  return raw.flatMap((name, index) => (index % 2 === 0 ? [[name, raw[index + 1] ?? ''] as [string, string]] : []));
}
