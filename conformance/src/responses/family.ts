import type { RequirementId } from '@agentproto/rules';
import type { SuiteFamily } from '../kit/family.ts';
import type { Invariant } from '../kit/invariant.ts';
import { rowTable } from '../kit/rows.ts';
import { seen } from '../kit/subject.ts';
import type { Scenario } from '../kit/scenario.ts';
import { ResponsesAgent } from './agent.ts';
import { BINDINGS, type Binding } from './binding.ts';
import { responsesClientsBy } from './clients/index.ts';
import { responsesSituations } from './clients/situations.ts';
import { detect, type DetectedResponses } from './detect.ts';
import { invariantsFor } from './invariants/index.ts';
import { known } from './known.ts';
import { revision20260115, revision20260424, revisionOpenAI, revisionWayFlow, type Revision } from './revision.ts';
import { openaiScenarios, scenarios, wayflowScenarios } from './scenarios/index.ts';

type ResponsesFamily = SuiteFamily<ResponsesAgent, DetectedResponses>;

interface Own {
  patch: string;
  scenarios: readonly Scenario<ResponsesAgent>[];
  spoken: RequirementId;
  sideBinding?: string;
  onlyNamed?: boolean;
}

const SMOKE = [
  'responses/create/minimal',
  'responses/create/fails',
  'responses/stream/turn',
  'responses/stream/pieces',
  'responses/stream/fails',
  'responses/tool/loop',
  'responses/error/shape',
  'responses/create/incomplete',
  'responses/socket/turn',
];

/** One revision: what holds of the scenarios and invariants of the family there, by its rows. */
function family(revision: Revision, { scenarios: own, sideBinding = 'HTTP', ...rest }: Own): ResponsesFamily {
  const rows = rowTable(revision);
  const holding = <Checked extends { proves: readonly RequirementId[] }>(all: readonly Checked[]): Checked[] =>
    all.flatMap((one) => {
      const proves = one.proves.filter((id) => rows.get(id)?.check !== undefined);
      return proves.length > 0 ? [{ ...one, proves }] : [];
    });
  const played: Scenario<ResponsesAgent>[] = holding(own);
  const watched: Invariant[] = holding(invariantsFor(revision));
  return {
    id: revision.id,
    ...rest,
    bindings: BINDINGS,
    sideBinding,
    scenarios: played,
    smoke: SMOKE.filter((id) => played.some((one) => one.id === id)),
    invariants: watched,
    known,
    clients: holding(responsesClientsBy(revision)),
    situations: responsesSituations,
    // What a message is, then the stream as such, then what is in it.
    causes: ['HTTP', 'RESP-EXT-011', 'STREAM', 'ITEM', 'EXT', 'SCHEMA', 'ERR'],
    detect,
    driver: (found, binding, tools) =>
      new ResponsesAgent(BINDINGS.find((one) => one === binding) ?? ('HTTP' satisfies Binding), found, revision, tools),
    async say(agent, said) {
      const { value, place, response } = await agent.ask(said);
      const at = (one: unknown) => seen(one, place);
      return { text: at(value.text), state: at(value.ended), answer: at(response) };
    },
  };
}

export const responses20260424 = family(revision20260424, {
  patch: '2026-04-24',
  spoken: 'RESP-SCHEMA-001',
  scenarios,
});
export const responses20260115 = family(revision20260115, {
  patch: '2026-01-15',
  spoken: 'RESP-SCHEMA-001',
  scenarios,
  onlyNamed: true,
});
export const responsesOpenAI = family(revisionOpenAI, {
  patch: 'openai',
  spoken: 'RESP-SCHEMA-001',
  scenarios: [...scenarios, ...openaiScenarios],
  sideBinding: 'chat',
  onlyNamed: true,
});
export const responsesWayFlow = family(revisionWayFlow, {
  patch: '26.3.1',
  spoken: 'WF-RESP-001',
  scenarios: wayflowScenarios,
  onlyNamed: true,
});
