import { comment, headersToSend, pathOf, pieces, type Piece, type Secret } from './request-text.ts';
import type { Step, Steps } from './steps.ts';

/** What a reproduction says of itself. */
export interface About {
  title: string;
  expected: string;
  actual: string;
  /** Origin of the target. */
  base: string;
}

/** The steps for a POSIX shell with curl and jq; ids that the target makes up become variables. */
export function curlOf({ steps, last, names }: Steps, { title, expected, actual, base }: About): string {
  const secrets = new Map<string, Secret>();
  const lines = steps.flatMap((step) => stepLines(step, names, secrets));
  const { id, frames } = last.exchange;
  const head = [
    '#!/bin/sh',
    `# ${comment(title)}`,
    `# expected: ${comment(expected)}`,
    `# actual:   ${comment(actual)}`,
    ...(frames.some(({ kind }) => kind.startsWith('ws'))
      ? ['# This is a WebSocket, which curl cannot hold a conversation over: the script for Node does.']
      : []),
    `BASE=\${1:-${base}}`,
    ...[...secrets.values()].map(({ variable, what }) => `: "\${${variable}:?expected ${what}}"`),
    'cd "$(mktemp -d)" || exit 1',
  ];
  return `${[...head, ...lines, 'wait', `cat head.${id} out.${id}`].join('\n')}\n`;
}

/** Of a stream that never ends. */
const LONGEST_S = 20;

function stepLines(
  { exchange, captures, inBackground }: Step,
  names: ReadonlyMap<string, string>,
  secrets: Map<string, Secret>,
): string[] {
  const { id, request, frames, operation } = exchange;
  const known = headersToSend(request.headers);
  for (const secret of known.secrets) secrets.set(secret.variable, secret);
  const { body } = request;
  const words = [
    `curl -sSgN -m ${LONGEST_S} -X ${request.method} "$BASE"${quoted(pieces(pathOf(request.url), names))}`,
    ...known.headers.map(([name, value]) => `-H ${quoted([{ text: `${name}: ` }, ...value])}`),
    ...(body ? ['text' in body ? `--data-raw ${quoted(pieces(body.text, names))}` : '--data-binary @-'] : []),
    `-D head.${id} -o out.${id}`,
  ];
  const send = `${body && 'base64' in body ? `echo ${quoted([{ text: body.base64 }])} | base64 -d | ` : ''}${words.join(' \\\n  ')}${inBackground ? ' &' : ''}`;
  const isEvents = frames.some(({ kind }) => kind === 'sse');
  return [
    '',
    `# ${operation ?? request.method} (exchange ${id})`,
    send,
    ...captures.map(({ name, path }) => {
      const select = `jq -r ${quoted([{ text: `${jqPath(path)} // empty` }])}`;
      const from = isEvents ? `sed -n 's/^data: *//p' out.${id} 2>/dev/null | ${select}` : `${select} out.${id}`;
      const value = `${name}=$(${from} 2>/dev/null | head -n 1)`;
      return inBackground ? `until ${value}; [ -n "$${name}" ]; do sleep 0.1; done` : value;
    }),
  ];
}

/** For a shell: nothing in a text is obeyed, and variables stand between. */
function quoted(parts: readonly Piece[]): string {
  return (
    parts
      .map((part) => ('text' in part ? `'${part.text.replaceAll("'", `'\\''`)}'` : `"$${part.variable}"`))
      .join('') || "''"
  );
}

function jqPath(path: readonly (string | number)[]): string {
  return `.${path.map((key) => (typeof key === 'number' ? `[${key}]` : `[${JSON.stringify(key)}]`)).join('')}?`;
}
