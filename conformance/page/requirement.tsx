import { useEffect, useRef, useState } from 'preact/hooks';
import { Chip } from './chip.tsx';
import type { Go } from './place.ts';
import { StreamTimeline } from './timeline.tsx';
import type { Store } from './store.ts';
import type { Reproduction } from '../src/report/html/page-data.ts';
import { because, duration, REDS, shown, type Requirement } from './words.ts';

const BASES = {
  stated: 'stated',
  implied: 'implied by a plain rule, a table or a schema',
  product: 'what a product is seen to do',
  ours: 'our reading',
};

type Failure = Store['data']['report']['scenarios'][number]['failures'][number];
type Scenario = Store['data']['report']['scenarios'][number];

/** All that is known of one requirement: what it says, where that stands, what was expected, what came, and when. */
export function RequirementPanel({ row, store, go }: { row: Requirement; store: Store; go: Go }) {
  const { report, sources, reproductions } = store.data;
  const title = useRef<HTMLHeadingElement>(null);
  useEffect(() => title.current?.focus({ preventScroll: true }), [row.id]);
  const source = sources[row.id];
  const failures = report.scenarios.flatMap((scenario) =>
    scenario.failures.filter(({ requirement }) => requirement === row.id).map((failure) => ({ scenario, failure })),
  );
  const cause = report.causes.find(({ id }) => id === row.id);
  const place = `${source?.title ?? `${row.family}@${row.revision}`}, section ${row.section}`;
  return (
    <section class="panel" aria-labelledby="requirement">
      <h2 id="requirement" ref={title} tabIndex={-1}>
        <code>{row.id}</code> <Chip verdict={row.verdict} />
      </h2>
      <p class="statement">{row.statement}</p>
      <p class="quiet">
        {row.level.toUpperCase()}, {BASES[row.basis]}: {source?.url ? <a href={source.url}>{place}</a> : place}
        {row.unscored && '; newer than what is scored'}
      </p>
      <ul class="bindings">
        {Object.entries(row.bindings).map(([binding, { verdict, reason, expected }]) => (
          <li key={binding}>
            {binding}: <Chip verdict={verdict} /> {because(verdict, reason)}
            {expected !== undefined && <em> The baseline expects it: {expected}</em>}
          </li>
        ))}
      </ul>
      {failures.map(({ scenario, failure }, index) => (
        <FailureBlock key={index} scenario={scenario} failure={failure} store={store} go={go} isOpen={index === 0} />
      ))}
      {failures.length === 0 && row.scenarios.length > 0 && <p>Looked at by {row.scenarios.join(', ')}.</p>}
      {cause && cause.blocks.length > 0 && (
        <p>
          Could not be checked because of it:{' '}
          {cause.blocks.map((id) => (
            <button type="button" class="link" key={id} onClick={() => go({ id })}>
              <code>{id}</code>
            </button>
          ))}
        </p>
      )}
      {reproductions[row.id] && REDS.includes(row.verdict) && (
        <Reproductions id={row.id} known={reproductions[row.id]!} />
      )}
      <button type="button" onClick={() => go({ id: '' })}>
        Close (Esc)
      </button>
    </section>
  );
}

function FailureBlock({
  scenario,
  failure,
  store,
  go,
  isOpen,
}: {
  scenario: Scenario;
  failure: Failure;
  store: Store;
  go: Go;
  isOpen: boolean;
}) {
  const { exchange, frame, atMs, message, expected, actual, binding } = failure;
  const run = scenario.run ?? 0;
  const [open, setOpen] = useState(isOpen);
  return (
    <details class="failure" open={open} onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>
        {scenario.title}{' '}
        <span class="quiet">
          ({scenario.id} over {binding})
        </span>
      </summary>
      <p>{message}</p>
      <dl class="values">
        <dt>Expected</dt>
        <dd>
          <pre tabIndex={0}>{shown(expected)}</pre>
        </dd>
        <dt>Actual</dt>
        <dd>
          <pre tabIndex={0} class="actual">
            {shown(actual)}
          </pre>
        </dd>
      </dl>
      {exchange !== null && (
        <>
          <p>
            <button type="button" onClick={() => go({ view: 'exchanges', exchange: `${run}.${exchange}` })}>
              Exchange {exchange}
            </button>
            {frame !== undefined && `, frame ${frame}`}
            {atMs !== undefined && `, ${duration(atMs)} after its request`}
          </p>
          {open && <StreamTimeline store={store} run={run} id={exchange} frame={frame} scenario={scenario} />}
        </>
      )}
    </details>
  );
}

function Reproductions({ id, known }: { id: string; known: Reproduction }) {
  return (
    <section aria-label={`Reproduction of ${id}`}>
      <h3>See it again</h3>
      <p>
        <code>agentproto-conformance replay RUN#{id}</code>, where RUN is the file of <code>--report run</code>
      </p>
      <Code title="curl and jq" text={known.curl} />
      <Code title="Node alone (save as repro.mjs)" text={known.script} />
    </section>
  );
}

function Code({ title, text }: { title: string; text: string }) {
  const [copied, setCopied] = useState(false);
  const copy = () => navigator.clipboard?.writeText(text).then(() => setCopied(true));
  return (
    <details>
      <summary>{title}</summary>
      <button type="button" onClick={() => void copy()}>
        {copied ? 'Copied' : 'Copy'}
      </button>
      <pre tabIndex={0}>{text}</pre>
    </details>
  );
}
