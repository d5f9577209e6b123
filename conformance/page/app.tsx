import { useEffect, useMemo, useState } from 'preact/hooks';
import { Chip } from './chip.tsx';
import { Exchanges } from './exchanges.tsx';
import { Filters, matching } from './filters.tsx';
import { Counts, Head } from './head.tsx';
import { Matrix } from './matrix.tsx';
import { usePlace, type Go, type Place } from './place.ts';
import { RequirementPanel } from './requirement.tsx';
import { follow, type Store } from './store.ts';
import { REDS } from './words.ts';

export function App({ first }: { first: Store }) {
  const [store, setStore] = useState(first);
  const [place, go] = usePlace();
  useEffect(() => {
    if (first.data.live) follow(first, setStore);
  }, []);
  const { report, sentence, live } = store.data;
  const rows = useMemo(() => matching(report, place), [report, place.text, place.area, place.levels, place.verdicts]);
  const chosen = report.requirements.find(({ id }) => id === place.id);
  useKeys(
    place,
    go,
    rows.map(({ id }) => id),
  );
  return (
    <>
      <a
        class="skip"
        href="#main"
        onClick={(event) => (event.preventDefault(), document.getElementById('main')?.focus())}
      >
        Skip to the requirements
      </a>
      <Head report={report} sentence={sentence} live={live} />
      <nav aria-label="Views">
        {(['requirements', 'exchanges'] as const).map((view) => (
          <button
            type="button"
            key={view}
            aria-current={place.view === view ? 'page' : undefined}
            onClick={() => go({ view })}
          >
            {view === 'requirements'
              ? `Requirements (${report.requirements.length})`
              : `Exchanges (${store.index.length})`}
          </button>
        ))}
        <Theme />
      </nav>
      <main id="main" tabIndex={-1}>
        {place.view === 'exchanges' ? (
          <Exchanges store={store} place={place} go={go} />
        ) : (
          <>
            <Causes store={store} go={go} />
            <Counts report={report} place={place} go={go} />
            <Filters report={report} place={place} go={go} found={rows.length} />
            <div class={chosen ? 'columns' : ''}>
              <div>
                <Matrix rows={rows} chosen={place.id} go={go} />
              </div>
              {chosen && <RequirementPanel row={chosen} store={store} go={go} />}
            </div>
          </>
        )}
      </main>
      <footer class="quiet">Keys: / search, j and k next and previous requirement, e exchanges, Esc close.</footer>
    </>
  );
}

/** What is wrong, causes first, and what the run learnt on its way. */
function Causes({ store, go }: { store: Store; go: Go }) {
  const { report } = store.data;
  const byId = new Map(report.requirements.map((row) => [row.id, row]));
  const reds = report.causes.filter(({ verdict }) => REDS.includes(verdict));
  const broken = report.baseline?.broken ?? [];
  if (reds.length + broken.length + report.seenThrough.length === 0) return null;
  return (
    <section aria-labelledby="causes">
      <h2 id="causes">What is wrong</h2>
      <ol class="causes">
        {reds.map(({ id, verdict, bindings, blocks }) => (
          <li key={id}>
            <button type="button" class="link" onClick={() => go({ id, text: '', area: '', levels: '', verdicts: '' })}>
              <Chip verdict={verdict} /> <code>{id}</code> {byId.get(id)?.statement}
            </button>{' '}
            <span class="quiet">
              over {bindings.join(', ')}
              {blocks.length > 0 && `; keeps ${blocks.length} from being judged`}
            </span>
          </li>
        ))}
        {broken.map(({ id, message }) => (
          <li key={`baseline ${id}`}>Baseline: {message}</li>
        ))}
      </ol>
      {report.seenThrough.length > 0 && (
        <details>
          <summary>Seen through for the rest of the run: {report.seenThrough.length}</summary>
          <ul>
            {report.seenThrough.map(({ requirement, binding, what }) => (
              <li key={requirement + binding}>
                {what}; <code>{requirement}</code> over {binding}
              </li>
            ))}
          </ul>
        </details>
      )}
    </section>
  );
}

function Theme() {
  const [theme, setTheme] = useState('');
  const dark = theme === 'dark' || (theme === '' && matchMedia('(prefers-color-scheme: dark)').matches);
  useEffect(() => {
    if (theme) document.documentElement.style.colorScheme = theme;
  }, [theme]);
  return (
    <button type="button" class="theme" onClick={() => setTheme(dark ? 'light' : 'dark')}>
      {dark ? 'Light' : 'Dark'}
    </button>
  );
}

function useKeys(place: Place, go: Go, ids: readonly string[]) {
  useEffect(() => {
    const listen = (event: KeyboardEvent) => {
      const isTyping = event.target instanceof HTMLInputElement || event.target instanceof HTMLSelectElement;
      if (event.ctrlKey || event.metaKey || event.altKey || (isTyping && event.key !== 'Escape')) return;
      const step = event.key === 'j' ? 1 : event.key === 'k' ? -1 : 0;
      if (event.key === '/') document.getElementById('search')?.focus();
      else if (event.key === 'Escape') {
        const id = place.id;
        go({ id: '' });
        document.querySelector<HTMLElement>(`[data-requirement="${CSS.escape(id)}"]`)?.focus();
      } else if (event.key === 'e') go({ view: place.view === 'exchanges' ? 'requirements' : 'exchanges' });
      else if (step !== 0 && place.view === 'requirements')
        go({ id: ids[Math.max(0, Math.min(ids.length - 1, ids.indexOf(place.id) + step))] ?? '' });
      else return;
      event.preventDefault();
    };
    addEventListener('keydown', listen);
    return () => removeEventListener('keydown', listen);
  });
}
