/** The HTML report in headless Chromium, of a server that is broken in three places: part of `pnpm test:browser`. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { createReferenceServer } from '@agentproto/reference-server';
import { QUIRKS } from '@agentproto/reference-server/quirks';
import type { AxeResults } from 'axe-core';
import type { Browser, Page } from 'playwright-core';
import { expect } from '../exercise.ts';
import { becomes, inChromium, LIMIT_MS, openTab, take } from './tab.ts';

const CLI = fileURLToPath(
  import.meta.resolve('agentproto-conformance/package.json').replace('package.json', 'bin/agentproto-conformance.js'),
);
const AXE = createRequire(import.meta.url).resolve('axe-core/axe.min.js');

/** Quirk by the requirement that it breaks. */
const BROKEN = {
  'A2A10-CARD-008': 'a2a.card.no-etag',
  'A2A10-ERR-006': 'a2a.error.missing-is-unsupported',
  'A2A10-STREAM-006': 'a2a.stream.goes-on-after-the-end',
};
const STREAM = 'A2A10-STREAM-006';
const MANY = 5_000;

process.exitCode = await inChromium(main);

async function main(browser: Browser): Promise<number> {
  const folder = await mkdtemp(join(tmpdir(), 'agentproto-page-'));
  try {
    const { page, run } = await judge(folder);
    const args = process.argv.slice(2);
    const picture = args.includes('--picture') ? args[args.indexOf('--picture') + 1] : undefined;
    if (picture) await takePicture(browser, page, picture);
    return await take([
      ['verdict, reds, filters, the timeline of a stream, a raw exchange', () => readAsPeopleDo(browser, page)],
      ['keyboard alone', () => readByKeys(browser, page)],
      ['axe finds nothing serious, light and dark', () => lookWithAxe(browser, page)],
      ['a run that goes on', () => watch(browser, folder)],
      [`${MANY} exchanges`, async () => compare(browser, page, await longReport(folder, run))],
    ]);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function judge(folder: string): Promise<{ page: string; run: string }> {
  const names = Object.values(BROKEN);
  const quirks = QUIRKS.filter(({ name }) => names.includes(name));
  await using server = await createReferenceServer({ protocols: ['a2a@1.0'], quirks });
  const [page, run] = [join(folder, 'report.html'), join(folder, 'run.ndjson')];
  await suite([
    '--target',
    server.url,
    '--report',
    `html=${page}`,
    '--report',
    `run=${run}`,
    '--fail-on',
    'should',
    '--seed',
    '1',
  ]);
  return { page, run };
}

async function suite(args: readonly string[]): Promise<void> {
  const child = spawn(process.execPath, [CLI, ...args, '--quiet'], {
    stdio: ['ignore', 'ignore', 'inherit'],
    timeout: LIMIT_MS,
  });
  await once(child, 'exit');
}

/** The page by itself: it asks for nothing. */
function open<T>(
  browser: Browser,
  file: string,
  use: (tab: Page) => Promise<T>,
  colorScheme: 'light' | 'dark' = 'light',
): Promise<T> {
  const page = pathToFileURL(file).href;
  return openTab(browser, { allowed: (url) => url === page, colorScheme }, async (tab) => {
    await tab.goto(page);
    await tab.getByRole('navigation', { name: 'Views' }).waitFor();
    return use(tab);
  });
}

function readAsPeopleDo(browser: Browser, file: string) {
  return open(browser, file, async (tab) => {
    const verdict = tab.getByRole('heading', { level: 1 });
    await becomes('the verdict', 'Does not conform', () => verdict.textContent());
    const reds = () => tab.locator('.causes li code').allTextContents();
    await becomes('the reds', Object.keys(BROKEN).join(), async () => (await reds()).toSorted().join());

    await tab.getByRole('button', { name: 'violation', exact: true }).first().click();
    const rows = tab.locator('.matrix tbody tr:not(.area)');
    await becomes('violations alone', 2, () => rows.count());
    await tab.getByRole('button', { name: 'Show all' }).click();
    await becomes('all again', true, async () => (await rows.count()) > 100);
    await tab.getByLabel('Search').fill('terminal event');
    await becomes('a search', true, async () => (await rows.count()) < 20);
    await tab.getByLabel('Search').fill('');
    await tab.getByLabel('Group').selectOption('STREAM');
    await tab.locator(`[data-requirement="${STREAM}"]`).click();

    const panel = tab.locator('.panel');
    const bad = panel.locator('.failure[open] .frames li.bad');
    await bad.waitFor();
    expect(
      'one tick in the lane is the offending frame',
      '1',
      String(await panel.locator('.failure[open] .lane .tick.bad').count()),
    );
    expect('the frame beside the rule', 'true', String((await bad.textContent())?.includes('TASK_STATE_WORKING')));
    expect('its link', 'true', String((await panel.getByRole('link').getAttribute('href'))?.startsWith('https://')));
    const bindings = await panel.locator('.bindings li').count();

    await panel
      .getByRole('button', { name: /^Exchange \d+$/ })
      .first()
      .click();
    await tab.locator('.panel .message').first().waitFor();
    expect(
      'the raw exchange',
      'true',
      String((await tab.locator('.panel').textContent())?.includes('text/event-stream')),
    );
    await tab.goBack();
    await bad.waitFor();
    return `${(await reds()).length} reds, ${bindings} bindings`;
  });
}

function readByKeys(browser: Browser, file: string) {
  return open(browser, file, async (tab) => {
    await tab.keyboard.press('/');
    await tab.keyboard.type(STREAM);
    await tab.keyboard.press('Tab');
    await tab.locator('#main').focus();
    await tab.keyboard.press('j');
    await becomes('j opens a requirement', 'requirement', () => tab.evaluate(() => document.activeElement?.id));
    await tab.keyboard.press('Escape');
    await becomes('Esc goes back to its row', STREAM, () =>
      tab.evaluate(() => document.activeElement?.getAttribute('data-requirement')),
    );
    await tab.keyboard.press('e');
    await tab.getByRole('listbox').focus();
    await tab.keyboard.press('ArrowDown');
    await tab.keyboard.press('ArrowDown');
    await tab.locator('.panel .message').first().waitFor();
    await becomes('the list says where it is', true, async () => {
      return (await tab.getByRole('listbox').getAttribute('aria-activedescendant')) !== null;
    });
  });
}

async function lookWithAxe(browser: Browser, file: string) {
  const axe = await readFile(AXE, 'utf8');
  let looked = 0;
  for (const scheme of ['light', 'dark'] as const) {
    await open(
      browser,
      file,
      async (tab) => {
        await tab.evaluate(axe);
        const views = [
          async () => {},
          async () => {
            await tab.locator(`[data-requirement="${STREAM}"]`).click();
            await tab.locator('.frames li.bad').first().waitFor();
          },
          async () => {
            await tab
              .getByRole('button', { name: /^Exchange \d+$/ })
              .first()
              .click();
            await tab.locator('.panel .message').first().waitFor();
          },
        ];
        for (const [index, go] of views.entries()) {
          await go();
          const { violations } = await tab.evaluate(() =>
            (globalThis as unknown as { axe: { run(): Promise<AxeResults> } }).axe.run(),
          );
          const serious = violations
            .filter(({ impact }) => impact === 'serious' || impact === 'critical')
            .map(
              ({ id, nodes }) =>
                `${id} at ${nodes[0]?.html.slice(0, 120)}: ${nodes[0]?.failureSummary?.replace(/\s+/g, ' ')}`,
            );
          expect(`serious problems, ${scheme}, view ${index}`, '', serious.join('; '));
          looked += 1;
        }
      },
      scheme,
    );
  }
  return `${looked} views`;
}

/** `--ui`: the page fills while the run goes on, and is left as a file. */
async function watch(browser: Browser, folder: string): Promise<string> {
  // No turn begins before the page has shown that the run goes on.
  const { promise: shown, resolve: goOn } = Promise.withResolvers<undefined>();
  await using server = await createReferenceServer({ protocols: ['a2a@1.0'], agent: () => shown });
  const left = join(folder, 'watched.html');
  const args = [CLI, '--target', server.url, '--ui', '--report', `html=${left}`, '--quiet', '--timeout', '60s'];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'ignore', 'pipe'], timeout: LIMIT_MS });
  const exited = once(child, 'exit');
  const tab = await browser.newPage();
  tab.setDefaultTimeout(LIMIT_MS);
  try {
    const wrong: string[] = [];
    tab.on('pageerror', (error) => wrong.push(error.message));
    await tab.goto(await addressSaid(child.stderr));
    await tab.getByRole('heading', { name: 'Running' }).waitFor();
    goOn(undefined);
    const exchanges = tab.getByRole('button', { name: /^Exchanges \([1-9]/ });
    await exchanges.waitFor();
    await exchanges.click();
    const seen = await exchanges.textContent();
    await tab.getByRole('option').first().click();
    await tab.locator('.panel .message').first().waitFor();
    expect('the run', '0', (await exited).join(''));
    await tab.getByRole('heading', { name: 'Over' }).waitFor();
    await tab.locator('.head .sentence').getByText('The run is over').waitFor();
    const last = tab.getByRole('option').last();
    const id = await last.locator('.number').first().textContent();
    await last.click();
    await tab.getByRole('heading', { name: new RegExp(`^Exchange ${id} `) }).waitFor();
    expect('errors', '', wrong.join());
    expect('the page is left', 'true', String((await readFile(left, 'utf8')).startsWith('<!doctype html>')));
    return `${seen} while it ran`;
  } finally {
    child.kill();
    await tab.close();
  }
}

/** The pipe stays open: the run goes on writing to it. */
function addressSaid(stderr: Readable): Promise<string> {
  return new Promise((resolve, reject) => {
    let said = '';
    stderr.setEncoding('utf8').on('data', (text: string) => {
      said += text;
      const url = /http:\S+(?=\s)/.exec(said)?.[0];
      if (url !== undefined) resolve(url);
    });
    stderr.on('end', () => reject(new Error(`no address, but: ${said}`)));
  });
}

/** The run's own exchanges, again and again: a log that was cut, as far as the reader is concerned. */
async function longReport(folder: string, run: string): Promise<string> {
  const lines = (await readFile(run, 'utf8')).trimEnd().split('\n').slice(0, -1);
  const exchanges = lines.flatMap((line) => {
    const { type, exchange } = JSON.parse(line) as { type: string; exchange: object };
    return type === 'exchange' ? [exchange] : [];
  });
  const more = Array.from({ length: MANY - exchanges.length }, (_, index) =>
    JSON.stringify({ type: 'exchange', exchange: { ...exchanges[index % exchanges.length], id: 100_000 + index } }),
  );
  const file = join(folder, 'long.ndjson');
  await writeFile(file, `${[...lines, ...more].join('\n')}\n`);
  const page = join(folder, 'long.html');
  await suite(['merge', file, '--report', `html=${page}`]);
  return page;
}

interface Scrolled {
  readyMs: number;
  /** The median of those while the list is scrolled from end to end. */
  frameMs: number;
  slowestMs: number;
  rows: number;
}

/** Many exchanges beside few. How long each takes is for the machine to say: it is told, and no test. */
async function compare(browser: Browser, few: string, many: string): Promise<string> {
  const small = await scroll(browser, few);
  const large = await scroll(browser, many);
  expect('few rows are in the document', 'true', String(large.rows < 100));
  const said = (name: 'readyMs' | 'frameMs' | 'slowestMs') =>
    `${Math.round(large[name])} ms (few: ${Math.round(small[name])})`;
  return `ready after ${said('readyMs')}, a frame ${said('frameMs')}, the slowest ${said('slowestMs')}, ${large.rows} rows in the document`;
}

function scroll(browser: Browser, file: string): Promise<Scrolled> {
  return open(browser, file, async (tab) => {
    const began = performance.now();
    await tab.reload();
    await tab.getByRole('button', { name: /^Exchanges \(/ }).click();
    await tab.getByRole('option').first().waitFor();
    const readyMs = performance.now() - began;
    const frames = await tab.evaluate(async () => {
      const list = document.querySelector('.list')!;
      const took: number[] = [];
      for (let step = 0; step <= 60; step++) {
        const began = performance.now();
        list.scrollTop = (list.scrollHeight * step) / 60;
        await new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve)));
        took.push(performance.now() - began);
      }
      return took.sort((a, b) => a - b);
    });
    const rows = await tab.getByRole('option').count();
    await tab.getByRole('option').last().click();
    await tab.locator('.panel .message').first().waitFor();
    return { readyMs, frameMs: frames[30]!, slowestMs: frames.at(-1)!, rows };
  });
}

async function takePicture(browser: Browser, file: string, to: string): Promise<void> {
  await open(browser, file, async (tab) => {
    await tab.getByLabel('Group').selectOption('STREAM');
    await tab.locator(`[data-requirement="${STREAM}"]`).click();
    await tab.locator('.frames li.bad').first().waitFor();
    await tab.setViewportSize({ width: 1300, height: 1500 });
    await tab.evaluate(() => scrollTo(0, 0));
    await tab.screenshot({ path: to });
  });
}
