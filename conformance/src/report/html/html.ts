import { createHash } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import type { Exchange } from '@agentproto/recording';
import { ending } from '../exit-code.ts';
import type { ReportInput } from '../format.ts';
import type { RunRecord } from '../judgement.ts';
import type { Report } from '../model.ts';
import { reproductions } from '../repro/reproductions.ts';
import { sourceOf } from '../source.ts';
import { script, style } from './generated/page.ts';
import type { ExchangeSummary, PageData, PlayWindow } from './page-data.ts';

/** Of exchanges that are packed together, in characters of JSON. */
const BLOCK = 256 * 1024;

/** One page that needs nothing else: the report, and every exchange in packed blocks, which are opened on demand. */
export async function* renderHtml({ report, runs }: ReportInput): AsyncIterable<string> {
  const made = await reproductions(report, runs);
  yield pageHead(report, { ...pageDataOf(report, runs), reproductions: Object.fromEntries(made) });
  const index: ExchangeSummary[] = [];
  let block: string[] = [];
  let size = 0;
  let number = 0;
  for (const [run, source] of runs.entries()) {
    for await (const exchange of source.exchanges()) {
      const text = JSON.stringify({ run, exchange });
      index.push(summaryOf(exchange, run, number));
      block.push(text);
      size += text.length;
      if (size < BLOCK) continue;
      yield packed(`block-${number}`, block);
      [block, size, number] = [[], 0, number + 1];
    }
  }
  if (block.length > 0) yield packed(`block-${number}`, block);
  yield packed(
    'index',
    index.map((one) => JSON.stringify(one)),
  );
  yield pageFoot();
}

export function pageDataOf(report: Report, runs: readonly RunRecord[]): PageData {
  return {
    report,
    sentence: `${ending(report).sentence.replace(/\.?$/, '.')}`,
    sources: Object.fromEntries(report.requirements.map((row) => [row.id, sourceOf(row)])),
    plays: runs.flatMap(({ events }, run) =>
      events.flatMap((event): PlayWindow[] => {
        if (event.type !== 'scenario-end') return [];
        const { id, binding, attempt, startedAtMs, durationMs } = event;
        return [{ run, id, binding, attempt, startedAtMs, durationMs }];
      }),
    ),
    reproductions: {},
  };
}

/** The document up to its exchanges; what is not on the page cannot be loaded, by its own policy. */
export function pageHead(report: Report, data: PageData): string {
  const hash = (text: string) => `'sha256-${createHash('sha256').update(text).digest('base64')}'`;
  const policy = [
    "default-src 'none'",
    `script-src ${hash(script)}`,
    "style-src 'unsafe-inline'",
    // The icon that is none, so that none is asked for.
    'img-src data:',
    ...(data.live ? ["connect-src 'self'"] : []),
    "base-uri 'none'",
    "form-action 'none'",
  ].join('; ');
  const { outcome, exitCode } = report;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="${escaped(policy)}">
<title>${escaped(`${outcome}: ${report.target.url}`)}</title>
<link rel="icon" href="data:,">
<style>
${style}</style>
</head>
<body>
<div id="app"><main><h1>${escaped(outcome)}</h1><p>${escaped(data.sentence)} Exit code ${exitCode}. The rest of this page needs scripts.</p></main></div>
<script type="application/json" id="report">${inert(JSON.stringify(data))}</script>
`;
}

/** The page itself comes last: it reads what stands before it. */
export function pageFoot(): string {
  return `<script type="module">${script}</script>\n</body>\n</html>\n`;
}

export function summaryOf(
  { id, label = '', binding = '', operation = '', request, response, frames, end }: Exchange,
  run: number,
  block: number,
): ExchangeSummary {
  const { method, url, atMs } = request;
  const path = URL.canParse(url) ? new URL(url).pathname : url;
  const endedAt = end?.atMs ?? frames.at(-1)?.atMs ?? response?.atMs ?? atMs;
  return {
    ...{ run, id, label, binding, operation, method, path },
    status: response?.status ?? 0,
    atMs,
    durationMs: Math.max(0, endedAt - atMs),
    frames: frames.length,
    end: end?.kind ?? '',
    block,
  };
}

function packed(id: string, items: readonly string[]): string {
  return `<script type="text/plain" id="${id}">${gzipSync(`[${items.join(',')}]`).toString('base64')}</script>\n`;
}

/** JSON that no parser of HTML takes for the end of its element. */
function inert(json: string): string {
  return json.replaceAll('<', '\\u003c');
}

function escaped(text: string): string {
  return text.replace(/[&<>"]/g, (char) => `&#${char.charCodeAt(0)};`);
}
