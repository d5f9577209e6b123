import { styleText } from 'node:util';
import type { Verdict } from '../kit/verdict.ts';

export type Style = 'red' | 'green' | 'yellow' | 'cyan' | 'magenta' | 'bold' | 'dim';

/** Colours a text, or leaves it alone where colours are not wanted. */
export type Paint = (text: string, ...styles: Style[]) => string;

export function painter(colors: boolean): Paint {
  if (!colors) return (text) => text;
  return (text, ...styles) => (styles.length === 0 ? text : styleText(styles, text, { validateStream: false }));
}

/** How a verdict looks; the strong colours are for what someone has to do something about. */
export const MARKS: { readonly [V in Verdict]: { mark: string; word: string; styles: Style[] } } = {
  violation: { mark: '✗', word: 'violation', styles: ['red', 'bold'] },
  warning: { mark: '!', word: 'warning', styles: ['yellow', 'bold'] },
  'harness-error': { mark: '#', word: 'harness error', styles: ['magenta', 'bold'] },
  blocked: { mark: '▪', word: 'blocked', styles: ['red', 'dim'] },
  pass: { mark: '✓', word: 'pass', styles: ['green'] },
  inconclusive: { mark: '?', word: 'inconclusive', styles: ['cyan', 'bold'] },
  observed: { mark: '○', word: 'observed', styles: ['dim'] },
  'not-applicable': { mark: '–', word: 'not applicable', styles: ['dim'] },
  'not-run': { mark: '·', word: 'not run', styles: ['dim'] },
};

/** What someone has to do something about. */
export const REDS: readonly Verdict[] = ['violation', 'warning', 'harness-error'];

/** Columns and colours of an output stream: 60 to 100 columns, 80 where there is no terminal. */
export function surface(
  stream: NodeJS.WriteStream,
  env: NodeJS.ProcessEnv = process.env,
): { width: number; colors: boolean; live: boolean } {
  const forced = (env['FORCE_COLOR'] ?? '0') !== '0' && !env['NO_COLOR'];
  return {
    width: Math.max(60, Math.min(stream.columns || 80, 100)),
    // `hasColors` knows NO_COLOR, FORCE_COLOR and TERM=dumb.
    colors: stream.isTTY ? stream.hasColors(env) : forced,
    live: stream.isTTY === true && env['TERM'] !== 'dumb',
  };
}
