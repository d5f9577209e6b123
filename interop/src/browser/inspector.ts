/** The reference server's inspector in headless Chromium: part of `pnpm test:browser`. */
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { createReferenceServer } from '@agentproto/reference-server';
import type { AxeResults } from 'axe-core';
import { chromium } from 'playwright-core';
import type { Browser, Page } from 'playwright-core';
import { expect } from '../exercise.ts';
import { Skip } from '../skip.ts';
import { findChromium } from './chromium.ts';

const AXE = createRequire(import.meta.url).resolve('axe-core/axe.min.js');

process.exitCode = await main();

async function main(): Promise<number> {
  let executablePath: string;
  try {
    executablePath = await findChromium(process.env);
  } catch (error) {
    if (!(error instanceof Skip)) throw error;
    console.log(`skipped: ${error.message}`);
    return 0;
  }
  const browser = await chromium.launch({ executablePath, args: process.getuid?.() === 0 ? ['--no-sandbox'] : [] });
  try {
    for (const scheme of ['light', 'dark'] as const)
      console.log(`ok      ${scheme}: ${await inspect(browser, scheme)}`);
    return 0;
  } catch (error) {
    console.log(`FAILED  ${(error as Error).stack}`);
    return 1;
  } finally {
    await browser.close();
  }
}

async function inspect(browser: Browser, colorScheme: 'light' | 'dark'): Promise<string> {
  await using server = await createReferenceServer({ control: true });
  const context = await browser.newContext({ colorScheme, viewport: { width: 1400, height: 900 } });
  try {
    const tab = await context.newPage();
    const wrong: string[] = [];
    tab.on('pageerror', (error) => wrong.push(`uncaught: ${error.message}`));
    tab.on('console', (message) => message.type() === 'error' && wrong.push(`console: ${message.text()}`));
    tab.on('request', (request) => {
      const url = request.url();
      if (!url.startsWith(`${server.url}/`) && !url.startsWith('data:')) wrong.push(`request: ${url}`);
    });
    await tab.goto(`${server.url}/__agentproto/ui`);
    await tab.getByText('live', { exact: true }).waitFor();

    // Of somebody else, while the page is open; markup stays text.
    await fetch(`${server.url}/health?<img src=x>`);
    await tab.getByRole('button', { name: '/health' }).waitFor();

    const ids = Object.keys(server.urls);
    for (const id of ids) {
      await tab.getByLabel('Protocol').selectOption(id);
      await tab.getByRole('button', { name: 'Send' }).click();
      await tab.getByText(`Sent over ${id}: 200`).waitFor();
    }
    await tab.locator('#journal button').first().click();
    await tab.getByRole('heading', { name: /^Timeline: \d+ events/ }).waitFor();
    const ticks = await tab.locator('.lane i').count();
    expect('a tick for each event', 'true', String(ticks > 1));

    const fault = tab.getByLabel('event twice');
    await fault.check();
    await tab.getByText('"duplicate"').waitFor({ state: 'attached' });
    await tab.getByRole('button', { name: 'Send' }).click();
    await tab.locator('#journal button').first().click();
    await tab.getByText('"applied": 1').waitFor({ state: 'attached' });
    await fault.uncheck();
    await tab.getByText('"faults": []').waitFor({ state: 'attached' });
    await tab.getByText('Agent card').click();
    await tab.getByText('"supportedInterfaces"').waitFor();
    expect('serious problems', '', await seriousProblems(tab));
    expect('errors and requests', '', wrong.join('; '));
    await tab.getByRole('button', { name: 'Reset' }).click();
    await tab.locator('#journal li').first().waitFor({ state: 'detached' });
    return `${ids.length} protocols, ${ticks} ticks`;
  } finally {
    await context.close();
  }
}

async function seriousProblems(tab: Page): Promise<string> {
  // Its own policy keeps other scripts out; the debugger may.
  await tab.evaluate(await readFile(AXE, 'utf8'));
  const { violations } = await tab.evaluate(() =>
    (globalThis as unknown as { axe: { run(): Promise<AxeResults> } }).axe.run(),
  );
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(({ id, nodes }) => `${id} at ${nodes[0]?.html.slice(0, 120)}`)
    .join('; ');
}
