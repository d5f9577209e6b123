import { chromium, type Browser, type Page } from 'playwright-core';
import { expect } from '../exercise.ts';
import { Skip } from '../skip.ts';
import { findChromium } from './chromium.ts';

/** Chromium for as long as `use` takes; 0, the exit code, and a word of it where there is none. */
export async function inChromium(use: (browser: Browser) => Promise<number>): Promise<number> {
  let executablePath: string;
  try {
    executablePath = await findChromium(process.env);
  } catch (error) {
    if (!(error instanceof Skip)) throw error;
    console.log(`skipped: ${error.message}`);
    return 0;
  }
  // Chromium refuses its sandbox to root, as which containers run.
  const args = process.getuid?.() === 0 ? ['--no-sandbox'] : [];
  const browser = await chromium.launch({ executablePath, args, timeout: LIMIT_MS });
  try {
    return await use(browser);
  } finally {
    await browser.close();
  }
}

/** A browser that hangs is told in the end; a machine that is busy takes long over everything. */
export const LIMIT_MS = 300_000;

/** Waits until what is looked at is as expected. @throws Error that says what it was at last. */
export async function becomes<T>(what: string, expected: T, look: () => Promise<T | null | undefined>): Promise<void> {
  let seen = await look();
  for (const end = performance.now() + LIMIT_MS / 5; seen !== expected && performance.now() < end; seen = await look())
    await new Promise((resolve) => setTimeout(resolve, 20));
  expect(what, expected, seen);
}

/** Takes each step, whatever became of the one before it. Gives the exit code. */
export async function take(steps: readonly [name: string, step: () => Promise<unknown>][]): Promise<number> {
  let failed = 0;
  for (const [name, step] of steps) {
    try {
      console.log(`ok      ${name}: ${String((await step()) ?? 'done')}`);
    } catch (error) {
      failed += 1;
      console.log(`FAILED  ${name}: ${(error as Error).stack}`);
    }
  }
  return failed === 0 ? 0 : 1;
}

export interface TabOptions {
  allowed: (url: string) => boolean;
  /** What the page's own policy keeps it from; the browser says so in an error. */
  stopped?: string;
  colorScheme?: 'light' | 'dark';
}

/** A tab that may ask for what is `allowed` alone; throws for whatever else it asks for, and for errors. */
export async function openTab<T>(
  browser: Browser,
  { allowed, stopped, colorScheme = 'light' }: TabOptions,
  use: (tab: Page) => Promise<T>,
): Promise<T> {
  const context = await browser.newContext({ colorScheme, viewport: { width: 1400, height: 900 } });
  try {
    context.setDefaultTimeout(LIMIT_MS);
    const tab = await context.newPage();
    const wrong: string[] = [];
    tab.on('pageerror', (error) => wrong.push(`uncaught: ${error.message}`));
    tab.on('console', (message) => {
      const isOurs = stopped !== undefined && message.text().includes(`'${stopped}' violates`);
      if (message.type() === 'error' && !isOurs) wrong.push(`console: ${message.text()} (${message.location().url})`);
    });
    tab.on('request', (request) => {
      const url = request.url();
      if (!/^(data|blob):/.test(url) && !allowed(url)) wrong.push(`request: ${url}`);
    });
    const result = await use(tab);
    expect('errors and requests', '', wrong.join('; '));
    return result;
  } finally {
    await context.close();
  }
}
