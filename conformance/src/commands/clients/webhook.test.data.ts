import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

interface Told {
  artifactUpdate?: { artifact: { parts: { text?: string }[] } };
  statusUpdate?: { status: { state: string; message?: { parts: { text?: string }[] } } };
}

/**
 * The webhook of an application whose SDK has none. A careful one refuses calls without its credentials, and what came before; one
 * that is not takes all that comes.
 */
export async function webhookOfApp({ credentials, careless = false }: { credentials: string; careless?: boolean }) {
  let said = '';
  let over: (text: string) => void = () => {};
  const seen = new Set<string>();
  const isOurs = ({ headers }: IncomingMessage) => careless || headers.authorization === `Bearer ${credentials}`;
  const server = createServer(async (incoming, answer) => {
    if (!isOurs(incoming)) return void answer.writeHead(401).end();
    const body = await text(incoming);
    answer.writeHead(204).end();
    if (seen.has(body)) return;
    seen.add(body);
    const { artifactUpdate, statusUpdate } = JSON.parse(body) as Told;
    const { state = '', message } = statusUpdate?.status ?? {};
    for (const one of [artifactUpdate?.artifact, /FAILED/.test(state) ? message : undefined])
      said += (one?.parts ?? []).map((part) => part.text).join('');
    if (/COMPLETED|FAILED/.test(state)) {
      over(said);
      server.close();
    }
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    config: {
      url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`,
      authentication: { scheme: 'Bearer', credentials },
    },
    text: new Promise<string>((resolve) => (over = resolve)),
  };
}
