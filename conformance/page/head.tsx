import type { Report } from '../src/report/model.ts';
import type { Go, Place } from './place.ts';
import { Chip } from './chip.tsx';
import { duration, VERDICTS, type Verdict } from './words.ts';

const LEVELS = ['must', 'product', 'should', 'may', 'observe'] as const;
const WORDS: { readonly [outcome: string]: string } = {
  conforms: 'Conforms',
  violation: 'Does not conform',
  incomplete: 'Incomplete',
  unreachable: 'Unreachable',
  error: 'The suite failed',
};

/** The verdict, before all else. */
export function Head({
  report,
  sentence,
  live,
}: {
  report: Report;
  sentence: string;
  live: 'running' | 'over' | undefined;
}) {
  const judged = Object.entries(report.revisions).map(([id, patch]) => `${id}, judged by ${patch}`);
  const { runs, tool } = report;
  return (
    <header class={`head ${live ? 'running' : report.outcome}`}>
      <div role="status">
        <h1>{live ? { running: 'Running', over: 'Over' }[live] : WORDS[report.outcome]}</h1>
        <p class="sentence">{sentence}</p>
      </div>
      {report.stopped && !live && <p class="partial">This report is partial: {report.stopped.message}</p>}
      <dl class="facts">
        <dt>Target</dt>
        <dd>{report.target.url}</dd>
        <dt>Protocols</dt>
        <dd>{judged.join('; ') || 'none recognised'}</dd>
        <dt>Run</dt>
        <dd>
          <time dateTime={report.startedAt}>{report.startedAt.replace('T', ' ').slice(0, 19)} UTC</time>,{' '}
          {duration(report.durationMs)}, profile {[...new Set(runs.map(({ profile }) => profile))].join(', ')}, seed{' '}
          {runs.map(({ seed }) => seed).join(', ')}
        </dd>
        <dt>Suite</dt>
        <dd>
          {tool.name} {tool.version}
          {!live && `, exit code ${report.exitCode}`}
        </dd>
      </dl>
    </header>
  );
}

/** Every number is a filter. */
export function Counts({ report, place, go }: { report: Report; place: Place; go: Go }) {
  const { summary, coverage } = report;
  const verdicts = VERDICTS.filter((verdict) => LEVELS.some((level) => summary[level][verdict] > 0));
  const levels = LEVELS.filter((level) => verdicts.some((verdict) => summary[level][verdict] > 0));
  const pick = (level: string, verdict: Verdict) =>
    go({ view: 'requirements', levels: level, verdicts: verdict, text: '', area: '' });
  return (
    <section aria-labelledby="counts">
      <h2 id="counts">Requirements by level and verdict</h2>
      <div class="scroll" tabIndex={0} role="group" aria-labelledby="counts">
        <table class="counts">
          <thead>
            <tr>
              <th scope="col">Level</th>
              {verdicts.map((verdict) => (
                <th scope="col" key={verdict}>
                  <Chip verdict={verdict} />
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {levels.map((level) => (
              <tr key={level}>
                <th scope="row">{level.toUpperCase()}</th>
                {verdicts.map((verdict) => (
                  <td key={verdict}>
                    {summary[level][verdict] > 0 && (
                      <button
                        type="button"
                        aria-pressed={place.levels === level && place.verdicts === verdict}
                        aria-label={`${summary[level][verdict]} ${level.toUpperCase()} ${verdict}: show them`}
                        onClick={() => pick(level, verdict)}
                      >
                        {summary[level][verdict]}
                      </button>
                    )}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <p class="quiet">
        {coverage.testable} rules can be seen from outside, {coverage.checked} have a check; {coverage.planned} were
        planned here, {coverage.exercised} exercised.
      </p>
    </section>
  );
}
