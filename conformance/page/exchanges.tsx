import type { Body, Exchange, Headers } from '@agentproto/recording';
import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import type { ExchangeSummary } from '../src/report/html/page-data.ts';
import type { Go, Place } from './place.ts';
import type { Store } from './store.ts';
import { StreamTimeline } from './timeline.tsx';
import { duration, pretty } from './words.ts';

const ROW = 28;
const SPARE = 10;

/** Everything that was recorded; only the rows in sight are in the document. */
export function Exchanges({ store, place, go }: { store: Store; place: Place; go: Go }) {
  const [text, setText] = useState('');
  const [top, setTop] = useState(0);
  const box = useRef<HTMLDivElement>(null);
  const rows = useMemo(() => {
    const words = text.toLowerCase().split(/\s+/).filter(Boolean);
    const said = ({ id, label, binding, operation, method, path, status, end }: ExchangeSummary) =>
      `${id} ${label} ${binding} ${operation} ${method} ${path} ${status} ${end}`.toLowerCase();
    return words.length === 0
      ? store.index
      : store.index.filter((one) => words.every((word) => said(one).includes(word)));
  }, [text, store.index]);
  const chosen = rows.findIndex(({ run, id }) => `${run}.${id}` === place.exchange);
  useEffect(() => {
    if (box.current && chosen >= 0) box.current.scrollTop = Math.max(0, (chosen - 4) * ROW);
  }, []);
  const height = box.current?.clientHeight ?? 480;
  const first = Math.max(0, Math.floor(top / ROW) - SPARE);
  const seen = rows.slice(first, first + Math.ceil(height / ROW) + SPARE * 2);
  const move = (event: KeyboardEvent) => {
    const step = { ArrowDown: 1, ArrowUp: -1, PageDown: 15, PageUp: -15, Home: -rows.length, End: rows.length }[
      event.key
    ];
    if (step === undefined || rows.length === 0) return;
    event.preventDefault();
    const next = rows[Math.max(0, Math.min(rows.length - 1, chosen + step))]!;
    const place = rows.indexOf(next) * ROW;
    const view = box.current!;
    if (place < view.scrollTop || place > view.scrollTop + view.clientHeight - ROW)
      view.scrollTop = place - view.clientHeight / 2;
    go({ exchange: `${next.run}.${next.id}` });
  };
  return (
    <section aria-labelledby="exchanges" class="columns">
      <div>
        <h2 id="exchanges">Exchanges</h2>
        <p>
          <label>
            Search{' '}
            <input
              id="search"
              type="search"
              value={text}
              placeholder="scenario, operation, status ( / )"
              onInput={(event) => setText(event.currentTarget.value)}
            />
          </label>{' '}
          <span role="status" class="quiet">
            {rows.length} of {store.index.length}
          </span>
        </p>
        <div
          ref={box}
          class="list"
          role="listbox"
          aria-label="Exchanges; arrow keys move"
          aria-activedescendant={
            chosen >= first && chosen < first + seen.length ? `exchange-${place.exchange}` : undefined
          }
          tabIndex={0}
          onKeyDown={move}
          onScroll={(event) => setTop(event.currentTarget.scrollTop)}
        >
          <div style={{ height: `${rows.length * ROW}px` }} role="presentation">
            {seen.map((one, index) => (
              <Row
                key={`${one.run}.${one.id}`}
                one={one}
                position={first + index}
                total={rows.length}
                isChosen={first + index === chosen}
                go={go}
              />
            ))}
          </div>
        </div>
      </div>
      <div aria-live="polite">{place.exchange && <Raw store={store} name={place.exchange} />}</div>
    </section>
  );
}

function Row({
  one,
  position,
  total,
  isChosen,
  go,
}: {
  one: ExchangeSummary;
  position: number;
  total: number;
  isChosen: boolean;
  go: Go;
}) {
  const name = `${one.run}.${one.id}`;
  return (
    <div
      id={`exchange-${name}`}
      role="option"
      aria-selected={isChosen}
      aria-posinset={position + 1}
      aria-setsize={total}
      class={`row${isChosen ? ' chosen' : ''}`}
      style={{ top: `${position * ROW}px` }}
      onClick={() => go({ exchange: name })}
    >
      <span class="number">{one.id}</span>
      <span class="number">{one.status || '—'}</span>
      <span class="what">
        {one.operation || `${one.method} ${one.path}`} <span class="quiet">{one.binding}</span>
      </span>
      <span class="what quiet">{one.label}</span>
      <span class="number quiet">
        {one.frames > 0 ? `${one.frames} frames, ` : ''}
        {duration(one.durationMs)}
      </span>
    </div>
  );
}

/** One exchange, as it went over the wire. What could not be had is asked for again when the store changes. */
function Raw({ store, name }: { store: Store; name: string }) {
  const [run, id] = name.split('.').map(Number) as [number, number];
  const [exchange, setExchange] = useState<Exchange | null>();
  const [gone, setGone] = useState(false);
  const isHere = exchange?.id === id;
  useEffect(() => {
    if (isHere) return;
    let wanted = true;
    store.load(run, id).then(
      (found) => wanted && (setExchange(found ?? null), setGone(false)),
      () => wanted && setGone(true),
    );
    return () => void (wanted = false);
  }, [name, isHere || store]);
  if (gone && !isHere) return <p>The run can no longer be asked for exchange {name}; its report has it.</p>;
  if (exchange === null) return <p>There is no exchange {name}.</p>;
  if (exchange === undefined || exchange.id !== id) return <p>…</p>;
  const { request, response, end, label, operation, binding, hostile } = exchange;
  return (
    <section class="panel" aria-labelledby="exchange">
      <h2 id="exchange">
        Exchange {id} {operation}{' '}
        <span class="quiet">{[binding, label, hostile && 'breaks a rule on purpose'].filter(Boolean).join(', ')}</span>
      </h2>
      <Message title={`${request.method} ${request.url}`} headers={request.headers} body={request.body} />
      {response ? (
        <Message
          title={`${response.status}, after ${duration(response.atMs - request.atMs)}`}
          headers={response.headers}
          body={response.body}
        />
      ) : (
        <p>Nothing answered.</p>
      )}
      {exchange.frames.length > 0 && (
        <StreamTimeline store={store} run={run} id={id} scenario={{ binding: binding ?? '' }} />
      )}
      <p>
        {end
          ? `${end.kind}${end.message ? `: ${end.message}` : ''}, after ${duration(end.atMs - request.atMs)}`
          : 'No end was seen.'}
      </p>
    </section>
  );
}

function Message({ title, headers, body }: { title: string; headers: Headers; body?: Body | undefined }) {
  return (
    <section class="message">
      <h3>{title}</h3>
      <pre tabIndex={0}>{headers.map(([key, value]) => `${key}: ${value}`).join('\n')}</pre>
      {body && <pre tabIndex={0}>{'text' in body ? pretty(body.text) : `(Base64) ${body.base64}`}</pre>}
    </section>
  );
}
