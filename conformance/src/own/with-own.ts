import type { Requirement, RequirementId } from '@agentproto/rules';
import type { Detected, DriverTools, SuiteFamily } from '../kit/family.ts';
import type { Scenario } from '../kit/scenario.ts';
import { seen } from '../kit/subject.ts';
import type { OwnFile } from './load.ts';
import type { Heard, OwnAgent, OwnScenario, Seen } from './scenarios.ts';

/** A family with the rows and scenarios that users have written for it. */
export function withOwn(family: SuiteFamily, files: readonly OwnFile[], target: URL): SuiteFamily {
  const mine = files.filter(({ own }) => own.protocol === family.id || family.id.startsWith(`${own.protocol}@`));
  if (mine.length === 0) return family;
  const made = new WeakMap<object, { binding: string; tools: DriverTools }>();
  const agentOf = (driver: object): OwnAgent => {
    const { binding, tools } = made.get(driver)!;
    return {
      protocol: family.id,
      binding,
      say: async (said) =>
        (await family.say(driver, typeof said === 'string' ? said : { word: 'done', script: said })) as Heard,
      fetch: (method, path, options) => fetched(tools, target, method, path, options),
      unique: tools.unique,
    };
  };
  return {
    ...family,
    own: mine.flatMap(({ file, own }) =>
      Object.entries(own.requirements).map(([id, { level, statement, section, binding }]): Requirement => {
        const [name = '', revision = ''] = family.id.split('@');
        return {
          // No row of ours has it: `loadOwn` looks.
          id: id as RequirementId,
          ...{ family: name, revision, level, statement, basis: 'ours', since: '0.0.0', check: 'scenario' },
          section: section ?? file,
          binding: binding ?? family.bindings,
        };
      }),
    ),
    scenarios: [...family.scenarios, ...mine.flatMap(({ own }) => own.scenarios.map((one) => asOurs(one, agentOf)))],
    driver(found: Detected, binding: string, tools: DriverTools) {
      const driver = family.driver(found, binding, tools) as object;
      made.set(driver, { binding, tools });
      return driver;
    },
  };
}

function asOurs(own: OwnScenario, agentOf: (driver: object) => OwnAgent): Scenario {
  const { id, title, proves, bindings, capability, scripted = false, exclusive } = own;
  return {
    ...{ id, title, proves: proves as readonly RequirementId[] },
    ...(bindings && { bindings }),
    ...(capability && { capability }),
    ...(exclusive && { exclusive }),
    stimulus: [scripted ? 'echo' : 'done'],
    play: ({ agent, check, lost, notApplicable }) =>
      own.play({
        agent: agentOf(agent as object),
        check(one, subject, options) {
          if (!proves.includes(one)) throw new Error(`check ${one}: it does not stand in what ${id} proves`);
          return check(one as RequirementId, subject, options);
        },
        lost,
        notApplicable,
      }),
  };
}

async function fetched(
  { recorder }: DriverTools,
  target: URL,
  method: string,
  path: string,
  { headers = {}, body }: { headers?: Readonly<Record<string, string>>; body?: string } = {},
): ReturnType<OwnAgent['fetch']> {
  const base = target.href.endsWith('/') ? target : new URL(`${target.href}/`);
  const url = URL.parse(path.replace(/^\/+/, ''), base);
  if (!url || url.origin !== target.origin)
    throw new Error(`fetch ${path}: expected a path relative to the target; a run's credentials stay at its origin`);
  const { id, response } = await recorder.request({
    ...{ method, url: url.href, headers: Object.entries(headers) },
    ...(body !== undefined && { body }),
  });
  const at = <Value>(value: Value) => seen(value, { exchange: id }) as Seen<Value>;
  const text = response?.body && 'text' in response.body ? response.body.text : undefined;
  return {
    status: at(response?.status),
    headers: at(Object.fromEntries((response?.headers ?? []).map(([name, value]) => [name.toLowerCase(), value]))),
    text: at(text),
    json: at(response?.json),
  };
}
