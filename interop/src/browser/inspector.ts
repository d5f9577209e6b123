/** The pages of the reference server, its inspector and the reference of Open Agent API, in headless Chromium: part of `pnpm test:browser`. */
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { createReferenceServer, type ReferenceServer } from '@agentproto/reference-server';
import type { AxeResults } from 'axe-core';
import type { Browser, Page } from 'playwright-core';
import { expect } from '../exercise.ts';
import { becomes, inChromium, openTab, take } from './tab.ts';

const AXE = createRequire(import.meta.url).resolve('axe-core/axe.min.js');

/** ReDoc asks for its maker's mark from afar, always; the page's own policy stops it. */
const MARK = 'https://cdn.redoc.ly/redoc/logo-mini.svg';

/** One delivery, as its receiver saw it. */
interface Delivery {
  body: string;
  isWhole: boolean;
  isSigned: boolean;
}

/** What the deliveries of a turn look like with each toggle. */
const TOGGLES: Record<string, (sound: Delivery[]) => Delivery[]> = {
  'webhook twice': ([first, ...rest]) => [first!, first!, ...rest],
  'webhook unsigned': (sound) => sound.map((one) => ({ ...one, isSigned: false })),
  // What is tried again is whole.
  'webhook cut': ([first, ...rest]) => [{ ...first!, isWhole: false }, first!, ...rest],
};

process.exitCode = await inChromium(main);

async function main(browser: Browser): Promise<number> {
  await using server = await createReferenceServer({ control: true });
  return await take([
    ['inspector, light', () => inspect(browser, 'light')],
    ['inspector, dark', () => inspect(browser, 'dark')],
    ['inspector, faults of webhooks', () => toggleWebhooks(browser)],
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
    // The journal may be behind, and this one still fill.
    let ticks = 0;
    await becomes('a tick for each event', true, async () => {
      ticks = await tab.locator('.lane i').count();
      return ticks > 1 && (await tab.getByRole('heading', { name: `Timeline: ${ticks} events` }).count()) === 1;
    });

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

/** Each toggle of the faults of webhooks, by what a receiver sees of the next turn. */
async function toggleWebhooks(browser: Browser): Promise<unknown> {
  const came: Delivery[] = [];
  const receiver = createServer((incoming, answer) => {
    const one = { body: '', isWhole: false, isSigned: incoming.headers['x-a2a-notification-token'] === 'tok' };
    came.push(one);
    incoming.setEncoding('utf8').on('data', (text: string) => (one.body += text));
    incoming.on('error', () => {}).on('end', () => answer.end(() => (one.isWhole = true)));
  });
  await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve));
  await using resources = new AsyncDisposableStack();
  resources.defer(() => void receiver.close());
  const hook = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/hook`;
  await using server = await createReferenceServer({
    control: true,
    a2a: { capabilities: { streaming: true, pushNotifications: true } },
    webhooks: { loopback: true, backoffMs: 1 },
  });

  /** What the receiver sees of a turn up to its end, the task's last state, in words; ids differ from turn to turn. */
  const turn = async (): Promise<Delivery[]> => {
    came.length = 0;
    const message = { messageId: crypto.randomUUID(), role: 'ROLE_USER', parts: [{ text: '@chunks 2' }] };
    const configuration = { taskPushNotificationConfig: { url: hook, token: 'tok' } };
    await fetch(`${server.urls['a2a@1.0']}/message:send`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'a2a-version': '1.0' },
      body: JSON.stringify({ message, configuration }),
    });
    await becomes('the last state of the task came', true, async () =>
      came.some(({ body, isWhole }) => isWhole && body.includes('TASK_STATE_COMPLETED')),
    );
    return came.map((one) => ({
      ...one,
      body: one.isWhole ? Object.keys(JSON.parse(one.body) as object).join() : 'half',
    }));
  };

  return await openTab(browser, { allowed: (url) => url.startsWith(`${server.url}/`) }, async (tab) => {
    await tab.goto(`${server.url}/__agentproto/ui`);
    await tab.getByText('live', { exact: true }).waitFor();
    const sound = await turn();
    expect('a sound turn', 'task,artifactUpdate,artifactUpdate,statusUpdate', sound.map(({ body }) => body).join());
    expect(
      'a sound turn, whole and signed',
      'true',
      String(sound.every(({ isWhole, isSigned }) => isWhole && isSigned)),
    );
    const shown = Object.keys(TOGGLES);
    await becomes('the toggles', shown.join(), async () => {
      const labels = await tab.locator('#faults label').allTextContents();
      return labels
        .map((label) => label.trim())
        .filter((label) => label.startsWith('webhook'))
        .join();
    });
    for (const [label, expected] of Object.entries(TOGGLES)) {
      const toggle = tab.getByLabel(label, { exact: true });
      await toggle.check();
      await tab.getByText('"on": "webhook"').waitFor({ state: 'attached' });
      const wanted = expected(sound).map((one) => ({ ...one, body: one.isWhole ? one.body : 'half' }));
      expect(label, JSON.stringify(wanted), JSON.stringify(await turn()));
      await toggle.uncheck();
      await tab.getByText('"faults": []').waitFor({ state: 'attached' });
      expect(`without ${label}`, JSON.stringify(sound), JSON.stringify(await turn()));
    }
    return `${shown.length} toggles, each seen by a receiver`;
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
