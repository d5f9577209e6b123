import { Readable } from 'node:stream';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { TEST_ID_HEADER } from '../identity.ts';
import type { Journal, JournalChange, ReceivedRequest } from '../journal.ts';
import { PROTOCOL_IDS } from '../protocol-ids.ts';
import { queryIn, show, wholeIn } from './asked.ts';
import { badRequest } from './control-error.ts';

/** What a reader may leave unread before it is given up. */
const MOST_UNREAD = 16 * 1024 * 1024;
const KEEP_ALIVE_MS = 15_000;

export function addJournal(app: FastifyInstance, prefix: string, journal: Journal): { end(): void } {
  const open = new Set<Readable>();
  app.get(`${prefix}/journal`, (request) => {
    const fits = filterIn(request);
    return { requests: journal.requests.filter(fits) };
  });
  app.get(`${prefix}/journal/live`, (request, reply) => {
    const stream = live(journal, filterIn(request));
    open.add(stream);
    stream.once('close', () => open.delete(stream));
    return reply.type('text/event-stream').send(stream);
  });
  app.delete(`${prefix}/journal`, () => {
    journal.clear();
    return { requests: [] };
  });
  return {
    end() {
      for (const stream of open) stream.push(null);
    },
  };
}

type Fits = (request: ReceivedRequest) => boolean;

function filterIn(request: FastifyRequest): Fits {
  const query = queryIn(request, ['path', 'method', 'protocol', 'testId', 'after']);
  const { path, method, protocol, testId } = query;
  const after = query['after'] === undefined ? 0 : wholeIn('after', query['after'], 0);
  const known = [...new Set(PROTOCOL_IDS.map((id) => id.split('@', 1)[0]!)), ...PROTOCOL_IDS];
  if (protocol !== undefined && !known.includes(protocol))
    badRequest(`protocol: expected one of ${known.join(', ')}; got ${show(protocol)}`);
  return (one) =>
    one.id > after &&
    (path === undefined || one.path.includes(path)) &&
    (method === undefined || one.method === method.toUpperCase()) &&
    (protocol === undefined || one.protocol === protocol || (one.protocol?.startsWith(`${protocol}@`) ?? false)) &&
    (testId === undefined || one.headers[TEST_ID_HEADER.toLowerCase()] === testId);
}

/** First what there is, then what happens, as an event stream. */
function live(journal: Journal, fits: Fits): Readable {
  /** Those whose answers are not over. */
  const shown = new Set<number>();
  const stream = new Readable({ read() {} });
  const send = (type: string, data: unknown) => {
    stream.push(`event: ${type}\ndata: ${JSON.stringify(data)}\n\n`);
    if (stream.readableLength > MOST_UNREAD) stream.destroy();
  };
  const request = (one: ReceivedRequest) => {
    if (!fits(one)) return;
    if (one.answer?.end === undefined && one.method !== 'MESSAGE') shown.add(one.id);
    send('request', one);
  };
  const tell = (change: JournalChange) => {
    if (change.type === 'request') return request(change.request);
    if (change.type === 'cleared') {
      shown.clear();
      return send('cleared', {});
    }
    const { id } = change;
    if (!shown.has(id)) return;
    if (change.type === 'event') return send('event', { id, event: change.event });
    const { status, headers, body, json, end, endedAt } = change.answer;
    if (end !== undefined) shown.delete(id);
    send('answer', { id, answer: { status, headers, body, json, end, endedAt } });
  };
  stream.push(': what there is, then what happens\n\n');
  for (const one of journal.requests) request(one);
  const leave = journal.listen(tell);
  const keepAlive = setInterval(() => stream.push(': \n\n'), KEEP_ALIVE_MS).unref();
  stream.once('close', () => {
    leave();
    clearInterval(keepAlive);
  });
  return stream;
}
