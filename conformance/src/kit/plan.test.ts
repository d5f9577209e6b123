import { describe, expect, test } from 'vitest';
import { invariant } from './invariant.ts';
import { makePlan, type Spoken } from './plan.ts';
import { echoProfile, profileOf, scriptProfile } from './profile.ts';
import { scenariosFor } from './scenario.ts';
import { UsageError } from './usage-error.ts';

const scenario = scenariosFor<unknown>();
const play = () => Promise.resolve();

const spoken: Spoken = {
  family: {
    id: 'a2a@1.0',
    patch: '1.0.1',
    spoken: 'A2A10-CARD-001',
    bindings: ['JSONRPC', 'HTTP+JSON'],
    sideBinding: 'card',
    scenarios: [
      scenario('a2a/card', { title: '', proves: ['A2A10-CARD-002'], bindings: ['card'], play }),
      scenario('a2a/send', { title: '', proves: ['A2A10-SEND-001'], stimulus: ['done'], play }),
      scenario('a2a/stream', { title: '', proves: ['A2A10-STREAM-001'], capability: ['streaming'], play }),
      scenario('a2a/slow', { title: '', proves: ['A2A10-SEND-009'], stimulus: ['slow'], play }),
      scenario('a2a/push-off', { title: '', proves: ['A2A10-CAP-001'], capability: ['-pushNotifications'], play }),
    ],
    smoke: ['a2a/send'],
    causes: [],
    invariants: [
      invariant('a2a/ids', { title: '', proves: ['A2A10-RPC-001'], bindings: ['JSONRPC'], examine: () => {} }),
    ],
    detect: () => Promise.reject(new Error('not asked for')),
    driver: () => ({}),
    say: () => Promise.reject(new Error('nobody asks')),
  },
  found: {
    bindings: ['JSONRPC'],
    undeclared: new Map([['HTTP+JSON', 'the card declares no HTTP+JSON interface']]),
    capabilities: new Set(['pushNotifications']),
    evidence: '',
  },
};

const rowsBy = (filter: { only?: string[]; skip?: string[] } = {}, profile = scriptProfile) => {
  const { plays, rows } = makePlan([spoken], profile, { only: [], skip: [], ...filter });
  return {
    plays: plays.map(({ scenario: { id }, binding }) => `${id} ${binding}`),
    rows: Object.fromEntries(
      rows.map(({ requirement, binding, scenarios, outside }) => [
        `${requirement.slice(6)} ${binding}`,
        outside?.reason ?? scenarios.join(),
      ]),
    ),
  };
};

describe('makePlan', () => {
  test('says for every row what plays it, or why nothing does', () => {
    expect(rowsBy()).toEqual({
      plays: ['a2a/card card', 'a2a/send JSONRPC', 'a2a/slow JSONRPC'],
      rows: {
        'CARD-002 card': 'a2a/card',
        'SEND-001 JSONRPC': 'a2a/send',
        'SEND-001 HTTP+JSON': 'the card declares no HTTP+JSON interface',
        'STREAM-001 JSONRPC': 'the target does not declare streaming',
        'STREAM-001 HTTP+JSON': 'the card declares no HTTP+JSON interface',
        'SEND-009 JSONRPC': 'a2a/slow',
        'SEND-009 HTTP+JSON': 'the card declares no HTTP+JSON interface',
        'CAP-001 JSONRPC': 'the target declares pushNotifications',
        'CAP-001 HTTP+JSON': 'the card declares no HTTP+JSON interface',
        'RPC-001 JSONRPC': 'a2a/ids',
      },
    });
  });

  test('a choice of rows plays what proves them, and the smoke set for those that are seen in every exchange', () => {
    expect(rowsBy({ only: ['A2A10-SEND-009'] }).plays).toEqual(['a2a/slow JSONRPC']);
    expect(rowsBy({ only: ['A2A10-RPC-001'] }).plays).toEqual(['a2a/send JSONRPC']);
    expect(rowsBy({ only: ['A2A10-RPC-001', 'A2A10-CARD-*'] }).plays).toEqual(['a2a/card card', 'a2a/send JSONRPC']);
  });

  test('a stimulus that the profile does not offer leaves its rows not run', () => {
    expect(rowsBy({}, echoProfile).rows).toMatchObject({
      'SEND-001 JSONRPC': 'a2a/send',
      'SEND-009 JSONRPC': 'no-stimulus',
    });
  });

  test('patterns pick requirements and scenarios; what they leave is filtered', () => {
    const { plays, rows } = rowsBy({ only: ['A2A10-CARD-*', 'a2a/send'] });
    expect(plays).toEqual(['a2a/card card', 'a2a/send JSONRPC']);
    expect(rows).toMatchObject({
      'CARD-002 card': 'a2a/card',
      'SEND-009 JSONRPC': 'filtered',
      'RPC-001 JSONRPC': 'filtered',
    });
    expect(rowsBy({ skip: ['*RPC-001', 'a2a/slow'] }).plays).toEqual(['a2a/card card', 'a2a/send JSONRPC']);
  });

  test('a scenario that is left out is not played for what invariants would see in it either', () => {
    const { plays, rows } = rowsBy({ skip: ['a2a/sl*'] });
    expect(plays).toEqual(['a2a/card card', 'a2a/send JSONRPC']);
    expect(rows).toMatchObject({ 'SEND-009 JSONRPC': 'filtered', 'RPC-001 JSONRPC': 'a2a/ids' });
  });

  test('a pattern that matches nothing is a mistake', () => {
    expect(() => rowsBy({ only: ['A2A99-*'] })).toThrow(UsageError);
    expect(() => rowsBy({ skip: ['nonsense'] })).toThrow(/--skip nonsense: matches no requirement and no scenario/);
  });
});

describe('profileOf', () => {
  test('maps words to texts and prefixes', () => {
    const profile = profileOf('p.yaml', { done: 'say hi', slow: { prefix: 'slow' } });
    expect(profile.prompt({ word: 'done', script: { steps: [] } })).toEqual({ carrier: 'text', text: 'say hi' });
    expect(profile.prompt({ word: 'slow', script: { steps: [] } })).toMatchObject({
      carrier: 'prefix',
      prefix: 'slow',
    });
    expect([...profile.offers]).toEqual(['done', 'slow']);
  });
  test.each([
    [null, 'got null'],
    [['done'], 'got an array'],
    [{ sloww: 'x' }, '`sloww` is no stimulus word; expected done, slow'],
    [{ slow: 7 }, 'p.yaml: slow: expected a text'],
    [{ slow: { text: 'x', model: 'y' } }, 'p.yaml: slow.model: expected `text` or `prefix`'],
  ])('refuses %j', (content, message) => {
    expect(() => profileOf('p.yaml', content)).toThrow(message);
  });
});
