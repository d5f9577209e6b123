import type { RunEntry } from '../kit/runner.ts';
import type { Finding } from '../kit/result.ts';
import type { Paint } from './paint.ts';
import { cut, plain } from './text.ts';

export interface ProgressOptions {
  write: (text: string) => void;
  paint: Paint;
  /** Columns. */
  width: number;
  /** A terminal: one line that is written over; otherwise a few plain lines. */
  live: boolean;
  /** Without a terminal: a line for every play, not for the red ones only. */
  verbose: boolean;
}

export interface Progress {
  listen(entry: RunEntry): void;
  /** Takes the live line away. */
  done(): void;
}

const BAR = 20;

/** Says how far a run is, while it runs. */
export function createProgress({ write, paint, width, live, verbose }: ProgressOptions): Progress {
  const ended = new Set<string>();
  let plays: number | undefined;
  let reds = 0;
  let nextQuarter = 1;
  let shown = false;

  const numbers = () => (plays === undefined ? String(ended.size) : `${ended.size}/${plays}`);
  const bar = () => {
    if (!plays) return '';
    const filled = Math.min(BAR, Math.round((ended.size / plays) * BAR));
    return `${paint('━'.repeat(filled), 'green')}${paint('─'.repeat(BAR - filled), 'dim')} `;
  };
  const line = (name: string) => {
    const red = reds > 0 ? `  ${reds} red` : '';
    const room = width - BAR - numbers().length - red.length - 6;
    write(`\r\u001b[2K  ${bar()}${numbers()}${paint(red, 'red', 'bold')}  ${paint(cut(plain(name), room), 'dim')}`);
    shown = true;
  };
  const clear = () => {
    if (shown) write('\r\u001b[2K');
    shown = false;
  };

  return {
    listen(entry) {
      if ('header' in entry) {
        const { revisions, target } = entry.header;
        const judged = Object.entries(revisions).map(([id, patch]) => `${id} (${patch})`);
        if (!live && judged.length > 0) write(`${plain(`judging ${judged.join(', ')} at ${target.url}`)}\n`);
        // Where another protocol is judged, nobody would notice that this one is not.
        if (judged.length > 0)
          for (const { id, tried } of target.notRecognized ?? [])
            write(`${plain(`${id} is not recognised here (${tried}); --protocol ${id} judges it all the same`)}\n`);
        return;
      }
      if (entry.type === 'plan') plays = entry.plays;
      if (entry.type === 'scenario-start' && live) line(`${entry.id} ${entry.binding}`);
      if (entry.type === 'scenario-end') {
        const name = `${entry.id} ${entry.binding}`;
        ended.add(name);
        const red = entry.findings.filter(isRed);
        if (entry.attempt === 1) reds += red.length > 0 ? 1 : 0;
        if (live) return line(name);
        const quarter = plays ? Math.floor((ended.size / plays) * 4) : 0;
        if (verbose || (red.length > 0 && entry.attempt === 1))
          write(`${numbers()} ${plain(name)}${describe(red, entry.attempt)}\n`);
        else if (quarter >= nextQuarter && quarter < 4) write(`${numbers()}\n`);
        nextQuarter = Math.max(nextQuarter, quarter + 1);
      }
    },
    done: clear,
  };
}

function isRed({ verdict }: Finding): boolean {
  return verdict === 'violation' || verdict === 'warning';
}

function describe(red: readonly Finding[], attempt: number): string {
  const ids = [...new Set(red.map(({ requirement }) => requirement))];
  return `${attempt > 1 ? ' (again, alone)' : ''}${ids.length > 0 ? `: red ${ids.join(', ')}` : ''}`;
}
