import type { Exchange, Headers } from '@agentproto/recording';
import type { Detected, Detection, DetectOptions } from '../kit/family.ts';
import { isRecord, record, records, text } from '../kit/json.ts';
import type { Recorder } from '../recorder/recorder.ts';
import { BINDINGS } from './binding.ts';
import type { Contract } from './contract.ts';
import { otherwise } from './credentials.ts';

export interface DetectedOpenAgent extends Detected {
  /** What the paths of the document are appended to. */
  base: string;
  /** The model of agents and completions: the one that the user names, else the first that the target lists. */
  model: string;
  /** The credentials of the run are taken when they are shown in the other header, and not in the one that was given. */
  turned: boolean;
}

const ANY_MODEL = 'agentproto';
const NOWHERE = '/agentproto-no-such-path';

/**
 * Looks at `{target}` and, for 0.7, whose servers end in /v1, at `{target}/v1`: whether agents are listed there, and
 * teams, or asked for credentials where a path that does not exist is merely not found. Teams are listed by 0.7 alone.
 * Where the user names the protocol, a list of agents is enough, and a door that is shut everywhere.
 */
export async function detect(
  contract: Contract,
  recorder: Recorder,
  target: URL,
  { named, model }: DetectOptions,
): Promise<Detection<DetectedOpenAgent>> {
  const root = target.href.replace(/[?#].*$/, '').replace(/\/$/, '');
  const looks: Look[] = [];
  for (const base of contract.isReadme ? [root] : [root, `${root}/v1`]) {
    const look = await lookAt(contract, recorder, base);
    if (isSpoken(contract, look, false)) return { found: await describe(contract, recorder, look, model) };
    looks.push(look);
  }
  const weak = named ? looks.find((look) => isSpoken(contract, look, true)) : undefined;
  if (weak) return { found: await describe(contract, recorder, weak, model) };
  return {
    tried: looks.flatMap(({ agents, teams }) => [agents, teams].map(said)),
    reachable: looks.some(({ nowhere }) => nowhere.response !== undefined),
  };
}

interface Look {
  base: string;
  agents: Exchange;
  teams: Exchange;
  models: Exchange;
  nowhere: Exchange;
}

async function lookAt({ openai }: Contract, recorder: Recorder, base: string): Promise<Look> {
  const [agents, teams, models, nowhere] = await Promise.all(
    ['/agents', '/teams', `${openai}/models`, NOWHERE].map((path) => get(recorder, base + path)),
  );
  return { base, agents: agents!, teams: teams!, models: models!, nowhere: nowhere! };
}

const get = (recorder: Recorder, url: string): Promise<Exchange> =>
  recorder.request({ method: 'GET', url, headers: [['Accept', 'application/json']] });

/** @param leniently what others show as well is enough. */
function isSpoken({ isReadme }: Contract, { agents, teams, models, nowhere }: Look, leniently: boolean): boolean {
  const isThere = (exchange: Exchange, member?: string) =>
    (member !== undefined && isList(exchange, member)) || isShut(exchange, leniently ? undefined : nowhere);
  if (leniently) return isThere(agents, 'agents');
  return isThere(agents, 'agents') && (isReadme ? isThere(models, 'data') : isThere(teams, 'teams'));
}

const isList = ({ response }: Exchange, member: string): boolean =>
  response?.status === 200 && isRecord(response.json) && Array.isArray(response.json[member]);

/** Credentials are wanted, or others: here, and not everywhere. */
function isShut({ response }: Exchange, nowhere?: Exchange): boolean {
  const { status } = response ?? {};
  return (status === 401 || status === 403) && (!nowhere || nowhere.response?.status === 404);
}

async function describe(
  { openai, id }: Contract,
  recorder: Recorder,
  look: Look,
  named: string | undefined,
): Promise<DetectedOpenAgent> {
  let { agents, models } = look;
  const other = agents.response?.status === 401 ? otherwise(credentialsOf(agents)) : undefined;
  let turned = false;
  if (other) {
    const names = credentialsOf(agents).map(([name]) => name);
    const again = recorder.derive({ headers: other, without: names });
    const entered = await get(again, `${look.base}/agents`);
    turned = entered.response?.status === 200;
    if (turned) [agents, models] = [entered, await get(again, `${look.base}${openai}/models`)];
  }
  const list = records(record(models.response?.json)?.data).flatMap((one) => text(one.id) || []);
  const model = named ?? list[0] ?? ANY_MODEL;
  const from = named ? 'as --model says' : list[0] ? 'the first that is listed' : 'made up, for none is listed';
  return {
    base: look.base,
    model,
    turned,
    bindings: BINDINGS,
    undeclared: new Map(),
    capabilities: new Set(),
    evidence: `${id}: ${said(agents)}; ${said(look.teams)}; model ${model}, ${from}`,
  };
}

const credentialsOf = ({ request }: Exchange): Headers =>
  request.headers.filter(([name]) => /^(x-api-key|authorization)$/i.test(name));

function said({ request, response, end }: Exchange): string {
  const came = response ? `HTTP ${response.status}` : (end?.message ?? `no answer (${end?.kind ?? 'unknown'})`);
  return `${request.method} ${request.url}: ${came}`;
}
