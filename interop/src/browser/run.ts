/** Both clients in headless Chromium, from a page at another origin than the reference server's: `pnpm test:browser`. */
import { createReferenceServer } from '@agentproto/reference-server';
import { chromium } from 'playwright-core';
import { record } from '../record.ts';
import type { Exercised, Result } from '../result.ts';
import { Skip } from '../skip.ts';
import { stepsTable } from '../tables.ts';
import { bundlePage } from './bundle.ts';
import { findChromium } from './chromium.ts';
import { servePage } from './page-server.ts';
import { LIMIT_MS } from './tab.ts';

process.exitCode = await main(process.argv.slice(2));

async function main(args: readonly string[]): Promise<number> {
  let result: Result;
  try {
    result = await playInChromium(await findChromium(process.env));
  } catch (error) {
    if (!(error instanceof Skip)) throw error;
    console.log(`skipped: ${error.message}`);
    return 0;
  }
  if (args.includes('--record')) await record(result);
  console.log(`${result.system} ${result.version}`);
  for (const exercised of result.ours) console.log(`\n${exercised.binding}\n\n${stepsTable(exercised)}`);
  const failed = result.ours.flatMap(({ steps }) => steps).filter(({ result }) => result !== 'ok');
  console.log(`\n${failed.length === 0 ? 'all done' : `${failed.length} failed`}`);
  return failed.length === 0 ? 0 : 1;
}

async function playInChromium(executablePath: string): Promise<Result> {
  await using open = await createReferenceServer();
  await using closed = await createReferenceServer({ allowedOrigins: [] });
  await using page = await servePage(await bundlePage());
  // Chromium refuses its sandbox to root, as which containers run.
  const args = process.getuid?.() === 0 ? ['--no-sandbox'] : [];
  const browser = await chromium.launch({ executablePath, args, timeout: LIMIT_MS });
  try {
    const tab = await browser.newPage();
    tab.setDefaultTimeout(LIMIT_MS);
    tab.on('pageerror', (error) => console.error(`uncaught in the page: ${error.message}`));
    await tab.goto(page.url);
    const ours: Exercised[] = await tab.evaluate(({ open, closed }) => globalThis.play(open, closed), {
      open: open.url,
      closed: closed.url,
    });
    const command = 'npx -y pnpm@12 test:browser';
    return { lane: 'browser', system: 'Chromium', version: browser.version(), command, ours, theirs: [] };
  } finally {
    await browser.close();
  }
}
