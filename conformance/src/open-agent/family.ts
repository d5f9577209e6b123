import type { RequirementId } from '@agentproto/rules';
import type { SuiteFamily } from '../kit/family.ts';
import type { Invariant } from '../kit/invariant.ts';
import { record, text } from '../kit/json.ts';
import { rowTable } from '../kit/rows.ts';
import type { Scenario } from '../kit/scenario.ts';
import { seen } from '../kit/subject.ts';
import { OpenAgent } from './agent.ts';
import { BINDINGS, type Binding } from './binding.ts';
import { openAgentClientsBy } from './clients/index.ts';
import { openAgentSituations } from './clients/situations.ts';
import { contract07, contractReadme, type Contract } from './contract.ts';
import { detect, type DetectedOpenAgent } from './detect.ts';
import { invariantsFor } from './invariants/index.ts';
import { knownBy } from './known.ts';
import { scenarios } from './scenarios/index.ts';

/** Scenarios that together record every kind of message. */
const SMOKE: readonly string[] = [
  'open-agent/run/answer',
  'open-agent/stream/run',
  'open-agent/stream/server-tool',
  'open-agent/tool/loop',
  'open-agent/security/wrong',
  'open-agent/login/asked',
  'open-agent/key/made',
];

/** One contract: what holds of the scenarios and invariants of the family there, by its rows. */
function family(contract: Contract, rest: { patch: string; onlyNamed?: boolean }) {
  const rows = rowTable(contract);
  const holding = <Checked extends { proves: readonly RequirementId[] }>(all: readonly Checked[]): Checked[] =>
    all.flatMap((one) => {
      const proves = one.proves.filter((id) => rows.get(id)?.check !== undefined);
      return proves.length > 0 ? [{ ...one, proves }] : [];
    });
  const played: Scenario<OpenAgent>[] = holding(scenarios);
  const watched: Invariant[] = holding(invariantsFor(contract));
  return {
    id: contract.id,
    ...rest,
    spoken: 'OAA-AGENT-003',
    bindings: BINDINGS,
    sideBinding: 'HTTP',
    scenarios: played,
    smoke: SMOKE.filter((id) => played.some((one) => one.id === id)),
    invariants: watched,
    ...knownBy(contract),
    clients: openAgentClientsBy(contract),
    situations: openAgentSituations,
    // Who may ask, what a refusal is, what a stream is, then what is in it.
    causes: ['SEC', 'SYS', 'AUTH', 'SSE', 'ERR', 'AGENT', 'RUN'],
    detect: (recorder, target, how) => detect(contract, recorder, target, how),
    driver: (found, binding, tools) =>
      new OpenAgent(BINDINGS.find((one) => one === binding) ?? ('HTTP' satisfies Binding), found, contract, tools),
    async say(agent, said) {
      const reply = await agent.run('agents', await agent.anyAgent(), said);
      const message = record(reply.json.message) ?? record((reply.json.messages as unknown[] | undefined)?.at(-1));
      const at = (one: unknown) => seen(one, reply.place);
      const state = text(reply.json.finish_reason) ?? (reply.isOk ? 'completed' : 'refused');
      return { text: at(text(message?.content) ?? ''), state: at(state), answer: at(reply.value.body) };
    },
  } satisfies SuiteFamily<OpenAgent, DetectedOpenAgent>;
}

export const openAgent07 = family(contract07, { patch: '0.7.0' });
export const openAgentReadme = family(contractReadme, { patch: 'readme', onlyNamed: true });
