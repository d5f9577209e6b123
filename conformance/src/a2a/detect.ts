import type { Exchange } from '@agentproto/recording';
import { CARD_PATH } from '@agentproto/protocol/a2a/1.0';
import type { Detected, Detection } from '../kit/family.ts';
import { wellKnown } from '../manifest.ts';
import type { Recorder } from '../recorder/recorder.ts';
import { isRecord } from '../kit/json.ts';

export interface AgentInterface {
  url: string;
  protocolBinding: string;
  protocolVersion: string;
  tenant?: string | undefined;
}

export interface DetectedA2A extends Detected {
  card: Record<string, unknown>;
  cardUrl: string;
  interfaces: readonly AgentInterface[];
}

/** The bindings that the suite plays over. */
export const BINDINGS = ['JSONRPC', 'HTTP+JSON'] as const;

/** Looks for a 1.0 agent card below the target and at its origin (8.2). */
export async function detect(recorder: Recorder, target: URL): Promise<Detection<DetectedA2A>> {
  const tried: string[] = [];
  let reachable = false;
  for (const url of wellKnown(target, CARD_PATH.replace(/^.*\//, ''))) {
    const exchange = await recorder.request({
      method: 'GET',
      url,
      headers: [['Accept', 'application/json']],
      binding: 'card',
    });
    reachable ||= exchange.response !== undefined;
    const card = exchange.response?.status === 200 ? exchange.response.json : undefined;
    const interfaces = isRecord(card) ? interfacesOf(card) : [];
    if (isRecord(card) && interfaces.length > 0) return { found: describe(card, url, interfaces) };
    tried.push(`GET ${url}: ${whatCame(exchange)}`);
  }
  return { tried, reachable };
}

function describe(card: Record<string, unknown>, cardUrl: string, interfaces: AgentInterface[]): DetectedA2A {
  const bindings = BINDINGS.filter((binding) => interfaces.some((one) => one.protocolBinding === binding));
  const capabilities = isRecord(card.capabilities) ? card.capabilities : {};
  return {
    card,
    cardUrl,
    interfaces,
    bindings,
    undeclared: new Map(
      BINDINGS.filter((binding) => !bindings.includes(binding)).map((binding) => [
        binding,
        `the card declares no ${binding} interface`,
      ]),
    ),
    capabilities: new Set(Object.keys(capabilities).filter((name) => capabilities[name] === true)),
    evidence: `agent card at ${cardUrl}`,
  };
}

/** The card's well-shaped interfaces of protocol version 1.0; a patch number does not count (3.6). */
export function interfacesOf(card: Record<string, unknown>): AgentInterface[] {
  const all = Array.isArray(card.supportedInterfaces) ? card.supportedInterfaces : [];
  return all.flatMap((entry) => {
    if (!isRecord(entry)) return [];
    const { url, protocolBinding, protocolVersion, tenant } = entry;
    if (
      typeof url !== 'string' ||
      !URL.canParse(url) ||
      typeof protocolBinding !== 'string' ||
      typeof protocolVersion !== 'string'
    )
      return [];
    if (!/^1\.0(\.|$)/.test(protocolVersion)) return [];
    return [
      {
        url,
        protocolBinding,
        protocolVersion,
        tenant: typeof tenant === 'string' && tenant !== '' ? tenant : undefined,
      },
    ];
  });
}

function whatCame({ response, end }: Exchange): string {
  if (!response) return end?.message ?? `no answer (${end?.kind ?? 'unknown'})`;
  if (end?.kind !== 'complete') return `HTTP ${response.status}, then ${end?.message ?? end?.kind}`;
  if (response.status !== 200) return `HTTP ${response.status}`;
  if (!isRecord(response.json)) return 'HTTP 200, not a JSON object';
  return 'HTTP 200, JSON without a usable 1.0 entry in `supportedInterfaces`';
}
