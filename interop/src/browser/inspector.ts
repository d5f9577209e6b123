/** The pages of the reference server, its inspector and the reference of Open Agent API, in headless Chromium: part of `pnpm test:browser`. */
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { createReferenceServer, type ReferenceServer } from '@agentproto/reference-server';
import type { AxeResults } from 'axe-core';
import type { Browser, Page } from 'playwright-core';
import { expect } from '../exercise.ts';
import { inChromium, openTab, take } from './tab.ts';

const AXE = createRequire(import.meta.url).resolve('axe-core/axe.min.js');

/** ReDoc asks for its maker's mark from afar, always; the page's own policy stops it. */
const MARK = 'https://cdn.redoc.ly/redoc/logo-mini.svg';

process.exitCode = await inChromium(main);

async function main(browser: Browser): Promise<number> {
  await using server = await createReferenceServer({ control: true });
  return await take([
    ['inspector, light', () => inspect(browser, 'light')],
    ['inspector, dark', () => inspect(browser, 'dark')],
    ['reference of open-agent@0.7', () => readReference(browser, server, 'open-agent@0.7')],
    ['reference of open-agent@readme', () => readReference(browser, server, 'open-agent@readme')],
  ]);
}

/** ReDoc's page of the API, from what is on this machine alone. */
function readReference(browser: Browser, server: ReferenceServer, id: string): Promise<unknown> {
  const allowed = (url: string) => url.startsWith(`${server.url}/`) || url === MARK;
  return openTab(browser, { allowed, stopped: MARK }, async (tab) => {
    await tab.goto(`${server.urls[id]}/docs`);
    await tab
      .getByRole('heading', { level: 1, name: /Open Agent API/ })
      .first()
      .waitFor();
    return tab.title();
  });
}

async function inspect(browser: Browser, colorScheme: 'light' | 'dark'): Promise<unknown> {
  await using server = await createReferenceServer({ control: true });
  return await openTab(browser, { allowed: (url) => url.startsWith(`${server.url}/`), colorScheme }, async (tab) => {
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
    await tab.getByRole('button', { name: 'Reset' }).click();
    await tab.locator('#journal li').first().waitFor({ state: 'detached' });
    return `${ids.length} protocols, ${ticks} ticks`;
  });
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
