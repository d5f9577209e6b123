import type { AnyQuirk } from '@agentproto/reference-server';
import { PERSONA_OPTIONS, PERSONAS, personaQuirks, QUIRKS } from '@agentproto/reference-server/quirks';
import { inEra } from './era-trials.ts';
import { fixtures } from './fixtures.ts';
import { inFixture } from './judge-quirk.ts';
import { isRed, sight, type SightOptions } from './sight.ts';

/** Several quirks at once: reds must be the causes, all of them, and nothing else. */
export interface Combination {
  name: string;
  protocol: string;
  quirks: readonly AnyQuirk[];
  /** Of the set-ups that serve the protocol; default: the first. */
  setUp?: string | undefined;
}

const named = (...names: string[]): AnyQuirk[] =>
  names.map((name) => {
    const found = QUIRKS.find((quirk) => quirk.name === name);
    if (!found) throw new RangeError(`there is no quirk ${name}`);
    return found;
  });

const THREE = [
  ['a2a.rest.refuses-a2a-json', 'a2a.rpc.event-aliases', 'a2a.version.refused-in-another-shape'],
  ['a2a.rpc.bad-input-is-a-500', 'a2a.rpc.neither-result-nor-error', 'a2a.error.ended-task-is-bad-input'],
  ['a2a.rest.bare-first-event', 'a2a.stream.follow-up-without-the-task', 'a2a.error.missing-is-unsupported'],
  ['a2a.model.old-state-names', 'a2a.rest.plain-json', 'a2a.card.no-etag'],
  ['a2a.rest.event-aliases', 'a2a.model.kind', 'a2a.error.own-table'],
];

const TEN = [
  'a2a.rest.refuses-a2a-json',
  'a2a.rpc.event-aliases',
  'a2a.rest.event-aliases',
  'a2a.rest.bare-first-event',
  'a2a.version.refused-in-another-shape',
  'a2a.stream.follow-up-without-the-task',
  'a2a.rpc.bad-input-is-a-500',
  'a2a.rpc.neither-result-nor-error',
  'a2a.error.ended-task-is-bad-input',
  'a2a.error.missing-is-unsupported',
];

/** What real servers do, and what showed in rows about something else before. */
const CASCADES: readonly [name: string, quirks: readonly string[], setUp?: string][] = [
  [
    'what is lacking',
    [
      'a2a.rpc.lacks-a-method',
      'a2a.rest.no-delete',
      'a2a.rest.ignores-the-query',
      'a2a.rest.no-error-info',
      'a2a.get.changes-what-it-reads',
    ],
  ],
  [
    'what is left aside',
    [
      'a2a.rest.lacks-a-route',
      'a2a.rpc.bad-input-crashes',
      'a2a.context.does-not-go-on',
      'a2a.send.follow-up-is-a-new-task',
      'a2a.get.unknown-is-bad-input',
    ],
  ],
  ['what is read', ['a2a.get.stale', 'a2a.send.every-task-id-is-left-aside']],
  ['what is told', ['a2a.delivery.calls-nobody', 'a2a.push.unknown-task-has-none'], 'secured'],
  ['what is streamed', ['a2a.stream.begins-without-the-task', 'a2a.send.artifacts-as-status']],
  ['what is closed', ['a2a.subscribe.never-closes', 'a2a.stream.loses-a-chunk']],
  ['what is watched', ['a2a.stream.second-watcher-misses-artifacts']],
  ['what is lost on the way', ['a2a.subscribe.loses-the-first-update', 'a2a.stream.ends-without-the-end']],
  ['what is told in another order', ['a2a.stream.out-of-order']],
  ['what is signed', ['a2a.signature.no-kid'], 'offer'],
];

/** What single servers were seen to do, in the eras in which they were. */
const STRANGERS = [
  'a2a.rpc.answers-in-another-form',
  'a2a.rpc.events-encoded-twice',
  'a2a.rpc.knows-messages-only',
  'a2a.rpc.knows-no-subscriptions',
];

/** Of each revision of responses: what is said of streams, of answers in one piece, and of what is kept. */
const RESPONSES: readonly [protocol: string, name: string, quirks: readonly string[]][] = [
  [
    'responses@2026-04-24',
    'three of streams',
    ['responses.stream.has-ids', 'responses.refusal.is-never-done', 'responses.ext.event-without-a-number'],
  ],
  [
    'responses@2026-04-24',
    'three of answers',
    ['responses.shape.lacks-members', 'responses.error.is-a-detail', 'responses.tool.named-is-not-called'],
  ],
  [
    'responses@2026-04-24',
    'ten at once',
    [
      'responses.stream.names-no-events',
      'responses.stream.always-obfuscates',
      'responses.refusal.loses-a-piece',
      'responses.ext.tool-without-a-prefix',
      'responses.shape.forgets-metadata',
      'responses.error.busy-is-a-503',
      'responses.chain.answers-come-first',
      'responses.tool.arguments-are-no-json',
      'responses.compact.is-called-a-response',
      'responses.socket.remembers-nothing',
    ],
  ],
  [
    'responses@openai',
    'six at once',
    [
      'responses.delete.says-nothing',
      'responses.items.oldest-first',
      'responses.openai.has-no-filler',
      'responses.mcp.names-no-request',
      'responses.chat.loses-content',
      'responses.models.without-owner',
    ],
  ],
  [
    'responses@wayflow',
    'five at once',
    [
      'responses.wayflow.streams-another-id',
      'responses.wayflow.models-have-no-limit',
      'responses.wayflow.unsupported-is-a-400',
      'responses.wayflow.conversation-wins',
      'responses.wayflow.says-what-it-deleted',
    ],
  ],
];

/** Of each era of A2A: what is its own, and what breaks a row of 1.0 that it has under a name of its own. */
const OF_ERAS: readonly [era: string, name: string, quirks: readonly string[]][] = [
  [
    'a2a@0.3',
    'three of what is read',
    ['a2a.era.no-preferred-transport', 'a2a.era.state-in-capitals', 'a2a.era.history-without-ids'],
  ],
  [
    'a2a@0.3',
    'six over both bindings',
    [
      'a2a.era.rest-of-another-type',
      'a2a.era.rest-forgets-what-was-said-last',
      'a2a.era.error-without-a-message',
      'a2a.era.wants-output-modes',
      'a2a.era.ended-task-is-streamed',
      'a2a.error.missing-is-unsupported',
    ],
  ],
  [
    'a2a@0.2',
    'five at once',
    [
      'a2a.era.card-without-modes',
      'a2a.era.task-without-kind',
      'a2a.era.time-as-a-number',
      'a2a.era.crash-is-bad-input',
      'a2a.error.missing-is-unsupported',
    ],
  ],
  [
    'a2a@0.1',
    'six at once',
    [
      'a2a.era.first-card-without-version',
      'a2a.era.first-card-tells-its-key',
      'a2a.era.parts-without-type',
      'a2a.era.task-id-of-its-own',
      'a2a.era.first-updates-of-another-task',
      'a2a.error.missing-is-unsupported',
    ],
  ],
];

export const combinations: readonly Combination[] = [
  ...THREE.map((names) => ({ name: names.join(' + '), protocol: 'a2a@1.0', quirks: named(...names) })),
  ...RESPONSES.map(([protocol, name, names]) => ({ name: `${protocol}, ${name}`, protocol, quirks: named(...names) })),
  ...OF_ERAS.map(([era, name, names]) => ({
    name: `${era}, ${name}`,
    protocol: era,
    quirks: named(...names).map((quirk) => inEra(quirk, era)),
  })),
  ...CASCADES.map(([name, names, setUp]) => ({ name, protocol: 'a2a@1.0', quirks: named(...names), setUp })),
  ...['a2a@1.0', 'a2a@0.3'].flatMap((protocol) =>
    STRANGERS.map((name) => ({
      ...{ name: `${name} in ${protocol}`, protocol },
      quirks: named(name).map((quirk) => inEra(quirk, protocol)),
    })),
  ),
  { name: 'ten at once', protocol: 'a2a@1.0', quirks: named(...TEN) },
  ...(Object.keys(PERSONAS) as (keyof typeof PERSONAS)[]).map((name) => ({
    name,
    protocol: PERSONA_OPTIONS[name]?.protocols?.[0] ?? 'a2a@1.0',
    quirks: personaQuirks(name),
  })),
];

export interface Causes {
  /** Rows that the quirks say they break. */
  named: string[];
  /** Rows that turned red. */
  red: string[];
}

/** Plays everything on a double that has them all. */
export async function causesOf({ protocol, quirks, setUp }: Combination, options: SightOptions): Promise<Causes> {
  const own = fixtures.find(
    ({ name, protocols }) => protocols.includes(protocol) && (setUp === undefined || name === setUp),
  );
  if (!own) throw new RangeError(`nothing is set up for ${protocol}`);
  const fixture = { ...own, protocols: [protocol] };
  const { findings } = await sight(fixture, quirks, options);
  const rows = quirks.flatMap((quirk) => {
    const { breaks, also = [] } = inFixture(quirk, fixture);
    return [breaks, ...also.map(({ id }) => id)];
  });
  return {
    named: [...new Set(rows.filter((row) => row !== null))].sort(),
    red: [...new Set(findings.filter(isRed).map(({ requirement }) => requirement))].sort(),
  };
}

/** What is missing or too much among the reds; undefined where they are the causes. */
export function complaintOf({ named: causes, red }: Causes): string | undefined {
  const green = causes.filter((row) => !red.includes(row));
  const shadows = red.filter((row) => !causes.includes(row));
  const parts = [
    ...(green.length > 0 ? [`stayed green: ${green.join(', ')}`] : []),
    ...(shadows.length > 0 ? [`no causes, and red: ${shadows.join(', ')}`] : []),
  ];
  return parts.length > 0 ? parts.join('; ') : undefined;
}
