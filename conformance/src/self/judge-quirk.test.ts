import type { AnyQuirk } from '@agentproto/reference-server';
import { QUIRKS } from '@agentproto/reference-server/quirks';
import { beforeAll, describe, expect, test } from 'vitest';
import { fixtures } from './fixtures.ts';
import { judgeQuirk } from './judge-quirk.ts';
import { isRed, sight, type Sighting } from './sight.ts';

const fixture = fixtures.find(({ name }) => name === 'default')!;
const plays = ({ id }: { id: string }) => id === 'a2a/card/caching' || id === 'a2a/send/task';
const options = { patienceMs: 2_000 };
const bare = (name: string) => ({
  ...fixtures.find((one) => one.name === name)!,
  protocols: ['chat@docs'],
  needs: ['done', 'quiet'],
});
const noEtag = QUIRKS.find(({ name }) => name === 'a2a.card.no-etag')!;
let controls: Map<string, Sighting>;

beforeAll(async () => void (controls = new Map([[fixture.name, await sight(fixture, [], { ...options, plays })]])));

const judged = async (change: Partial<typeof noEtag>) =>
  (await judgeQuirk({ ...noEtag, ...change }, [fixture], controls, options)).complaint;

test('the control is clean', () => {
  expect(controls.get(fixture.name)!.findings.filter(isRed)).toEqual([]);
});

describe('a quirk', () => {
  test('that turns its row red is detected', async () => {
    expect(await judged({})).toBeUndefined();
  });
  test('that names another row is not', async () => {
    expect(await judged({ breaks: 'A2A10-CARD-007' })).toMatch(/A2A10-CARD-007 did not turn red: pass/);
  });
  test('that breaks more than it says is told so', async () => {
    expect(
      await judged({
        breaks: 'A2A10-CARD-009',
        make: (_impl, hit) => ({ cardHeaders: () => hit({ 'content-type': 'application/json' }) }),
      }),
    ).toMatch(/also raised A2A10-CARD-007/);
  });
  test('that says more than it breaks is told so', async () => {
    expect(await judged({ also: [{ id: 'A2A10-CARD-007', why: 'it is not so' }] })).toMatch(
      /names A2A10-CARD-007 as well/,
    );
  });
  test('that is never applied proves nothing', async () => {
    expect(await judged({ make: () => ({}) })).toBe('was never applied');
  });
  test('that is called legal and breaks a rule is a false alarm', async () => {
    expect(await judged({ breaks: null })).toMatch(/raised A2A10-CARD-008/);
  });
});

describe('a quirk that is applied in several set-ups', () => {
  const loud = QUIRKS.find(({ name }) => name === 'chat.route.old-paths-are-loud')!;
  const [unrouted, routed] = [bare('default'), bare('chat, set up')];
  let known: Map<string, Sighting>;
  beforeAll(async () => {
    known = new Map();
    for (const one of [unrouted, routed]) known.set(one.name, await sight(one, [], options));
  });

  test('is judged where its row can be had', async () => {
    const { fixture: where, detected } = await judgeQuirk(loud, [unrouted, routed], known, { ...options, whole: true });
    expect([where, detected]).toEqual([routed.name, true]);
  });
  test('shows what it entails in any of them, where all are asked for', async () => {
    const [plain, excuse] = ['chat.context.of-nothing', 'chat.route.excuses-itself'].map((name) =>
      QUIRKS.find((quirk) => quirk.name === name)!,
    ) as [AnyQuirk, AnyQuirk];
    const both: AnyQuirk = {
      ...plain,
      make: (impl, hit) => ({ ...plain.make(impl, hit), ...excuse.make(impl, hit) }),
    };
    const setUps = [unrouted, routed];
    const first = await judgeQuirk(both, setUps, known, { ...options, whole: true });
    expect([first.fixture, first.complaint]).toEqual([unrouted.name, undefined]);
    const all = await judgeQuirk(both, setUps, known, { ...options, everywhere: true });
    expect(all).toMatchObject({ fixture: routed.name, complaint: expect.stringMatching(/also raised CHAT-ROUTE-001/) });
  });
});
