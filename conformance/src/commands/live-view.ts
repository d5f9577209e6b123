import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Exchange } from '@agentproto/recording';
import type { RunEntry } from '../kit/runner.ts';
import { buildMergedReport, buildReport } from '../report/build.ts';
import { pageDataOf, pageFoot, pageHead, summaryOf } from '../report/html/html.ts';
import type { ExchangeSummary, PageData } from '../report/html/page-data.ts';
import type { RunRecord } from '../report/judgement.ts';
import type { Scoring } from '../report/model.ts';

/** The page of the HTML report while its run goes on, on loopback. */
export interface LiveView extends AsyncDisposable {
  url: string;
  /** A run begins; `record` is asked whenever the page is drawn again. */
  begin(record: () => RunRecord | undefined): void;
  /** Takes what the run's log returned: it has no secrets. */
  listen(entry: RunEntry): void;
}

/** How often the page is drawn again, at most. */
const EVERY_MS = 500;
/** Exchanges that can be opened on the page; the report has all. */
const KEPT = 2_000;

/** At the end, a page is given what is left for it; `patienceMs` is how long it may take nothing of it. */
export async function serveLive(scoring: Scoring, patienceMs = 5_000): Promise<LiveView> {
  const records: (() => RunRecord | undefined)[] = [];
  const exchanges = new Map<string, Exchange>();
  const index: ExchangeSummary[] = [];
  const readers = new Map<ServerResponse, number>();
  let timer: ReturnType<typeof setTimeout> | undefined;

  const page = () => {
    const runs = records.flatMap((record) => record() ?? []);
    if (runs.length === 0) return undefined;
    const report = runs.length > 1 ? buildMergedReport(runs, scoring) : buildReport(runs[0]!, scoring);
    return {
      report,
      data: {
        ...pageDataOf(report, runs),
        live: 'running' as const,
        sentence: `${report.scenarios.length} plays, ${index.length} exchanges so far.`,
      },
    };
  };
  const tell = () => {
    timer = undefined;
    const now = page();
    if (!now) return;
    for (const [reader, seen] of readers) {
      // A page that is behind is told the next time.
      if (reader.writableNeedDrain) continue;
      reader.write(frame({ data: { page: now.data, added: index.slice(seen) } }));
      readers.set(reader, index.length);
    }
  };
  function* rest(data: PageData | undefined, seen: number): Generator<Event> {
    if (data) yield { data: { page: data, added: index.slice(seen) } };
    for (const [name, exchange] of exchanges) yield { event: 'kept', data: { name, exchange } };
    yield { event: 'done', data: {} };
  }
  const server = createServer((request, response) => {
    if (!isOurs(request)) return void response.writeHead(403).end();
    const { pathname } = new URL(request.url ?? '/', 'http://127.0.0.1');
    if (pathname === '/events') {
      response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' });
      readers.set(response, 0);
      response.on('close', () => readers.delete(response));
      return tell();
    }
    if (pathname.startsWith('/exchange/')) {
      const found = exchanges.get(pathname.slice('/exchange/'.length));
      response.writeHead(found ? 200 : 404, { 'content-type': 'application/json' });
      return void response.end(JSON.stringify(found ?? null));
    }
    const now = pathname === '/' ? page() : undefined;
    response.writeHead(now ? 200 : pathname === '/' ? 503 : 404, {
      'content-type': 'text/html; charset=utf-8',
      ...(now ? {} : { refresh: '1' }),
    });
    response.end(now ? pageHead(now.report, now.data) + pageFoot() : 'The run has not begun yet.');
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/`,
    begin: (record) => void records.push(record),
    listen(entry) {
      if ('type' in entry && entry.type === 'exchange') {
        const run = records.length - 1;
        exchanges.set(`${run}/${entry.exchange.id}`, entry.exchange);
        index.push(summaryOf(entry.exchange, run, 0));
        if (exchanges.size > KEPT) exchanges.delete(exchanges.keys().next().value!);
      }
      timer ??= setTimeout(tell, EVERY_MS).unref();
    },
    async [Symbol.asyncDispose]() {
      clearTimeout(timer);
      // A page stays open when its run is over: it is given what it could ask for until now.
      const now = page();
      await Promise.all([...readers].map(([reader, seen]) => partFrom(reader, rest(now?.data, seen), patienceMs)));
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}

interface Event {
  event?: string;
  data: object;
}

function frame({ event, data }: Event): string {
  return `${event ? `event: ${event}\n` : ''}data: ${JSON.stringify(data)}\n\n`;
}

/** Gives the rest to a page at its own pace, and lets it go if it takes nothing or has left. */
async function partFrom(reader: ServerResponse, rest: Iterable<Event>, patienceMs: number): Promise<void> {
  reader.setTimeout(patienceMs, () => reader.destroy());
  // `server.close()` destroys a socket whose answer has ended, flushed or not: it must wait for this.
  await pipeline(Readable.from(rest).map(frame), reader).catch(() => {});
}

/** Another site's page can name our port, but not our host. */
function isOurs({ method, headers: { host = '' } }: IncomingMessage): boolean {
  return method === 'GET' && /^(127\.0\.0\.1|localhost):\d+$/.test(host);
}
