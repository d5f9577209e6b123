import type { Exchange, Frame } from '@agentproto/recording';
import { useEffect, useState } from 'preact/hooks';
import { endOf, lanesAround, type Lanes } from './lanes.ts';
import type { Store } from './store.ts';
import { duration } from './words.ts';

interface Props {
  store: Store;
  run: number;
  id: number;
  /** The one that breaks the rule. */
  frame?: number | undefined;
  scenario: { binding: string };
}

/** A play as lanes on one axis of time, a lane for each exchange, and the frames of the one in question below. */
export function StreamTimeline({ store, run, id, frame, scenario }: Props) {
  const [lanes, setLanes] = useState<Lanes>();
  useEffect(() => {
    let wanted = true;
    void lanesAround(store, run, id, scenario.binding).then((found) => wanted && setLanes(found));
    return () => void (wanted = false);
  }, [run, id, store.index.length]);
  if (!lanes) return null;
  const span = Math.max(1, lanes.toMs - lanes.fromMs);
  const left = (atMs: number) => `${(((atMs - lanes.fromMs) / span) * 100).toFixed(2)}%`;
  const chosen = lanes.exchanges.find((one) => one.id === id);
  return (
    <figure class="timeline">
      <figcaption>
        {lanes.exchanges.length} exchanges within {duration(span)}
        {frame !== undefined && `; frame ${frame} of exchange ${id} breaks the rule`}
      </figcaption>
      <div class="lanes">
        {lanes.exchanges.map((exchange) => (
          <Lane
            key={exchange.id}
            exchange={exchange}
            left={left}
            isChosen={exchange.id === id}
            bad={exchange.id === id ? frame : undefined}
          />
        ))}
        <div class="marks" aria-hidden="true">
          {lanes.marks.map(({ atMs, kind, text }, index) => (
            <span key={index} class={`moment ${kind}`} style={{ left: left(atMs) }} title={text}>
              {kind}
            </span>
          ))}
        </div>
        <p class="axis" aria-hidden="true">
          <span>0 ms</span>
          <span>{duration(span / 2)}</span>
          <span>{duration(span)}</span>
        </p>
      </div>
      <p class="unseen">
        {lanes.marks.map(({ atMs, text }) => `${text} after ${duration(atMs - lanes.fromMs)}`).join('; ')}
      </p>
      {chosen && <Frames exchange={chosen} bad={frame} />}
    </figure>
  );
}

function Lane({
  exchange,
  left,
  isChosen,
  bad,
}: {
  exchange: Exchange;
  left: (atMs: number) => string;
  isChosen: boolean;
  bad: number | undefined;
}) {
  const { id, operation, request, response, frames, end } = exchange;
  const name = operation ?? request.method;
  return (
    <div class={`lane${isChosen ? ' chosen' : ''}`}>
      <span class="name" title={`${request.method} ${request.url}`}>
        {id} {name}
      </span>
      <span
        class="track"
        role="img"
        aria-label={`exchange ${id}, ${name}: ${response?.status ?? 'no answer'}, ${frames.length} frames, ${end?.kind ?? 'no end'}`}
      >
        <span class="bar" style={{ left: left(request.atMs), right: `calc(100% - ${left(endOf(exchange))})` }} />
        {response && <span class="answer" style={{ left: left(response.atMs) }} title={`${response.status}`} />}
        {thinned(frames, bad).map((frame) => (
          <span
            key={frame.index}
            class={`tick ${frame.direction}${frame.index === bad ? ' bad' : ''}`}
            data-frame={frame.index}
            style={{ left: left(frame.atMs) }}
            title={`frame ${frame.index}, ${duration(frame.atMs - request.atMs)}`}
          />
        ))}
        {bad === undefined && isChosen && (
          <span
            class="tick bad whole"
            style={{ left: left(response?.atMs ?? request.atMs) }}
            title="the exchange in question"
          />
        )}
      </span>
    </div>
  );
}

/** As many as there is room for; the one in question always. */
function thinned(frames: readonly Frame[], bad: number | undefined): readonly Frame[] {
  const step = Math.ceil(frames.length / 400);
  return step <= 1 ? frames : frames.filter(({ index }, place) => place % step === 0 || index === bad);
}

const AROUND = 5;

function Frames({ exchange, bad }: { exchange: Exchange; bad: number | undefined }) {
  const { frames, request } = exchange;
  const [all, setAll] = useState(false);
  if (frames.length === 0) return null;
  const place = Math.max(
    0,
    frames.findIndex(({ index }) => index === bad),
  );
  const first = all ? 0 : Math.max(0, Math.min(place - AROUND, frames.length - AROUND * 2 - 1));
  const shown = frames.slice(first, all ? Math.min(frames.length, 2_000) : first + AROUND * 2 + 1);
  return (
    <>
      <ol class="frames" start={first}>
        {shown.map(({ index, atMs, direction, kind, event, data }) => (
          <li key={index} class={index === bad ? 'bad' : ''} aria-current={index === bad ? 'true' : undefined}>
            <span class="quiet">
              {direction === 'in' ? '◂' : '▸'} {index} +{Math.round(atMs - request.atMs)} ms {kind}
              {event !== undefined && ` ${event}`}
            </span>{' '}
            <code>{data.length > 400 ? `${data.slice(0, 400)}…` : data}</code>
          </li>
        ))}
      </ol>
      {shown.length < frames.length && !all && (
        <button type="button" onClick={() => setAll(true)}>
          All {frames.length} frames
        </button>
      )}
    </>
  );
}
