import { distinct } from './causes.ts';
import type { Cause, Exercised, Judged, Result, SuiteResult } from './result.ts';

const HEAD = `# Interoperability

What our clients and the suite see of software that we did not write, and what its clients see of the reference server. Written by the lanes
(\`--record\`) from [\`interop/results\`](../interop/results), never by hand; how a lane runs: [\`interop/README.md\`](../interop/README.md).
A red is one row, and one cause, which is said in a sentence; where one cause turns a second row red, that is called its shadow. A lane fails when a red comes that its baseline does not know, when one of the baseline no longer comes or is blocked by another, or when a client's
step fails. A false alarm is a red of a test of theirs that the specification does not bear out.
`;

/** The page `docs/interop.md`. */
export function page(results: readonly Result[]): string {
  const summary = table(
    ['system', 'version', 'command', 'our client', 'its client on ours', 'the suite'],
    results.map((result) => [
      result.system,
      result.version,
      `\`${result.command}\``,
      completed(result.ours),
      [completed(result.theirs), ...(result.judged ?? []).map(held)].filter((text) => text !== '').join('; '),
      result.suite ? `${result.suite.passed} pass, ${result.suite.causes.length} red` : '',
    ]),
  );
  return [HEAD, summary, ...results.map(section)].join('\n');
}

function section({ lane, system, version, suite, note, ours, theirs, judged = [] }: Result): string {
  return [
    `## ${system} ${version}\n`,
    ...steps(
      lane !== 'browser' ? 'Our client on its server' : 'Our clients in it, on our reference server at another origin',
      ours,
    ),
    ...steps('Its client on our reference server', theirs),
    ...judgedClients(judged),
    ...(note === undefined ? [] : [`${note}\n`]),
    ...(suite ? found(suite) : []),
  ].join('\n');
}

function found(suite: SuiteResult): string[] {
  const judged = suite.unjudged.length > 0 ? [`Could not be told: ${suite.unjudged.join(', ')}.\n`] : [];
  return [
    suite.causes.length > 0 ? `What the suite found: ${counted(suite.causes)}.\n` : 'The suite found nothing.\n',
    ...(suite.causes.length > 0 ? [table(['row', '', 'over', 'what'], suite.causes.map(cause))] : []),
    ...judged,
    ...Object.entries(suite.leftOut ?? {}).map(([scenario, why]) => `Not played: \`${scenario}\`. ${why}\n`),
  ];
}

/** `judged JSONRPC: 13 pass, 2 red`. */
const held = ({ name, passed, causes }: Judged): string => `judged ${name}: ${passed} pass, ${causes.length} red`;

function judgedClients(all: readonly Judged[]): string[] {
  if (all.length === 0) return [];
  const reds = Map.groupBy(
    all.flatMap(({ name, causes }) => causes.map((one) => ({ ...one, name }))),
    ({ id, verdict, reason }) => JSON.stringify([id, verdict, reason]),
  );
  const rows = [...reds.values()].map(([first, ...more]) => [
    first!.id,
    first!.verdict,
    [first!, ...more].map(({ name }) => name).join(', '),
    first!.reason,
  ]);
  const of = [...new Set(all.map(({ protocol }) => protocol))].join(', ');
  return [
    `By the rules for clients of ${of} (\`agentproto-conformance client\`), ${all.map(held).join('; ')}.\n`,
    ...(rows.length > 0 ? [table(['row', '', 'client', 'what'], rows)] : []),
    ...all.flatMap(({ name, stops }) =>
      stops === undefined ? [] : [`${name} does not get through a scenario. ${stops}\n`],
    ),
  ];
}

function counted(reds: readonly Cause[]): string {
  const { causes } = distinct(reds);
  return `${reds.length} ${reds.length === 1 ? 'red' : 'reds'}, ${causes} ${causes === 1 ? 'cause' : 'causes'}`;
}

function cause({ id, verdict, bindings, reason }: Cause): string[] {
  return [id, verdict, bindings.join(', '), reason];
}

function steps(title: string, all: readonly Exercised[]): string[] {
  if (all.length === 0) return [];
  const names = [...new Set(all.flatMap((one) => one.steps.map(({ name }) => name)))];
  const rows = names.map((name) => [
    name,
    ...all.map((one) => {
      const step = one.steps.find((other) => other.name === name);
      if (!step) return '';
      return step.result === 'ok' ? step.saw : `**${step.result}**: ${step.saw}`;
    }),
  ]);
  const told = all.some(({ deviations }) => deviations.length > 0)
    ? [['told as deviations', ...all.map(({ deviations }) => deviations.join(', '))]]
    : [];
  return [`${title}:\n`, table(['', ...all.map(({ binding }) => binding)], [...rows, ...told])];
}

/** `9 of 9 JSONRPC, 8 of 9 HTTP+JSON`; what an agent does not offer does not count. */
function completed(all: readonly Exercised[]): string {
  return all
    .map(({ binding, steps }) => {
      const asked = steps.filter(({ result }) => result !== 'not offered');
      return `${asked.filter(({ result }) => result === 'ok').length} of ${asked.length} ${binding}`;
    })
    .join(', ');
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line), ''].join('\n');
}
