import type { Exchange } from '@agentproto/recording';
import type { Detected, Detection } from '../kit/family.ts';
import { wellKnown } from '../manifest.ts';
import type { Recorder } from '../recorder/recorder.ts';
import { isRecord } from '../kit/json.ts';
import { saysNoVersion } from './eras/old-card.ts';
import type { AgentInterface, Era, EraCard } from './eras/era.ts';

export interface DetectedA2A extends Detected {
  /** In the words of 1.0. */
  card: Record<string, unknown>;
  cardUrl: string;
  interfaces: readonly AgentInterface[];
}

/** The bindings that the suite plays over. */
export const BINDINGS = ['JSONRPC', 'HTTP+JSON'] as const;

/** Looks for an agent card of this era below the target and at its origin. */
export const detectOf =
  (era: Era) =>
  async (recorder: Recorder, target: URL, { named }: { named: boolean }): Promise<Detection<DetectedA2A>> => {
    const tried: string[] = [];
    let reachable = false;
    for (const url of new Set(era.cards.flatMap((name) => wellKnown(target, name)))) {
      const exchange = await recorder.request({
        method: 'GET',
        url,
        headers: [['Accept', 'application/json']],
        binding: 'card',
      });
      reachable ||= exchange.response !== undefined;
      const card = exchange.response?.status === 200 ? exchange.response.json : undefined;
      const found = isRecord(card) ? era.readCard(card, url, named) : undefined;
      if (found) return { found: describe(era, found, url) };
      tried.push(`GET ${url}: ${whatCame(exchange, era)}`);
    }
    return { tried, reachable };
  };

function describe(era: Era, { card, interfaces }: EraCard, cardUrl: string): DetectedA2A {
  const bindings = era.bindings.filter((binding) => interfaces.some((one) => one.protocolBinding === binding));
  const capabilities = isRecord(card.capabilities) ? card.capabilities : {};
  return {
    card,
    cardUrl,
    interfaces,
    bindings,
    undeclared: new Map(
      era.bindings
        .filter((binding) => !bindings.includes(binding))
        .map((binding) => [binding, `the card declares no ${binding} interface`]),
    ),
    capabilities: new Set(Object.keys(capabilities).filter((name) => capabilities[name] === true)),
    evidence: `agent card at ${cardUrl}`,
  };
}

function whatCame({ response, end }: Exchange, { id }: Era): string {
  if (!response) return end?.message ?? `no answer (${end?.kind ?? 'unknown'})`;
  if (end?.kind !== 'complete') return `HTTP ${response.status}, then ${end?.message ?? end?.kind}`;
  if (response.status !== 200) return `HTTP ${response.status}`;
  if (!isRecord(response.json)) return 'HTTP 200, not a JSON object';
  return id === 'a2a@1.0'
    ? 'HTTP 200, JSON without a usable 1.0 entry in `supportedInterfaces`'
    : saysNoVersion(response.json, false)
      ? `HTTP 200, a card that says no version; name it with --protocol ${id}, if it is of that`
      : `HTTP 200, JSON that is no card of ${id}`;
}
