import { comment, headersToSend, pathOf, pieces, type Piece } from './request-text.ts';
import type { About } from './curl.ts';
import type { Step, Steps } from './steps.ts';

/** The steps as a module for Node, which needs nothing else. It prints the answer that shows the red. */
export function scriptOf({ steps, last, names }: Steps, { title, expected, actual, base }: About): string {
  const isSocket = ({ exchange }: Step) => exchange.frames.some(({ kind }) => kind.startsWith('ws'));
  return `${[
    `// ${comment(title)}`,
    `// expected: ${comment(expected)}`,
    `// actual:   ${comment(actual)}`,
    `const base = process.argv[2] ?? ${literal([{ text: base }])};`,
    ...(steps.some((step) => !isSocket(step)) ? SEND : []),
    ...(steps.some(isSocket) ? CONVERSE : []),
    ...(names.size > 0 ? FIND : []),
    ...steps.flatMap((step) => stepLines(step, names, isSocket(step))),
    `await a${last.exchange.id}.done;`,
    `console.log(a${last.exchange.id}.status ?? a${last.exchange.id}.error, a${last.exchange.id}.headers ?? {}, '\\n' + a${last.exchange.id}.text);`,
  ].join('\n')}\n`;
}

const SEND = [
  'function send(method, path, headers, body) {',
  "  const answer = { text: '' };",
  "  const options = { method, headers, body, redirect: 'manual', signal: AbortSignal.timeout(20_000) };",
  '  const read = async (response) => {',
  '    Object.assign(answer, { status: response.status, headers: Object.fromEntries(response.headers) });',
  '    for await (const text of response.body?.pipeThrough(new TextDecoderStream()) ?? []) answer.text += text;',
  '  };',
  '  answer.done = fetch(base + path, options).then(read).catch((error) => (answer.error = String(error.cause ?? error)));',
  '  return answer;',
  '}',
];
const CONVERSE = [
  'function converse(path, messages) {',
  "  const [answer, socket] = [{ status: 'WebSocket', text: '' }, new WebSocket(base.replace(/^http/, 'ws') + path)];",
  "  socket.onmessage = ({ data }) => (answer.text += data + '\\n');",
  '  socket.onopen = () => messages.forEach((message) => socket.send(message));',
  '  answer.done = new Promise((resolve) => (socket.onclose = resolve, setTimeout(() => resolve(socket.close()), 5_000)));',
  '  return answer;',
  '}',
];
const FIND = [
  'async function find(answer, ...path) {',
  '  for (let over = false; ; over ||= await Promise.race([answer.done.then(() => true), new Promise((go) => setTimeout(go, 20))]))',
  "    for (const text of [answer.text, ...answer.text.split('\\n').map((line) => line.replace(/^data: ?/, ''))])",
  '      try { const found = path.reduce((value, key) => value[key], JSON.parse(text)); if (found !== undefined) return found; }',
  "      catch { if (over && text === '') throw new Error(`nothing at ${path.join('.')} in ${answer.text}`); }",
  '}',
];

function stepLines(
  { exchange, captures, inBackground }: Step,
  names: ReadonlyMap<string, string>,
  isSocket: boolean,
): string[] {
  const { id, request, frames } = exchange;
  const path = literal(pieces(pathOf(request.url), names));
  const headers = headersToSend(request.headers).headers.map(
    ([name, value]) => `${JSON.stringify(name)}: ${literal(value, 'process.env.')}`,
  );
  const { body } = request;
  const sent = !body
    ? []
    : 'text' in body
      ? [literal(pieces(body.text, names))]
      : [`Buffer.from('${body.base64}', 'base64')`];
  const said = frames.filter(({ direction }) => direction === 'out').map(({ data }) => literal(pieces(data, names)));
  const call = isSocket
    ? `converse(${path}, [${said.join(', ')}])`
    : `send(${[literal([{ text: request.method }]), path, `{ ${headers.join(', ')} }`, ...sent].join(', ')})`;
  // One line for what is sent and one for what is taken from it: the whole is to be read at a glance.
  const taken = captures.map(
    ({ name, path: keys }) => `${name} = await find(a${id}, ${keys.map((key) => JSON.stringify(key)).join(', ')})`,
  );
  const done = inBackground ? '' : ` await a${id}.done;`;
  if (taken.length === 0) return [`const a${id} = ${call};${done}`];
  return [`const a${id} = ${call};`, `const ${taken.join(', ')};${done}`];
}

/** JavaScript for a text with variables in it. */
function literal(parts: readonly Piece[], before = ''): string {
  const only = parts.length <= 1 ? parts[0] : undefined;
  if (parts.length === 0) return "''";
  if (only && 'text' in only)
    return JSON.stringify(only.text).replaceAll('\u2028', '\\u2028').replaceAll('\u2029', '\\u2029');
  const inner = parts.map((part) =>
    'text' in part
      ? part.text
          .replaceAll(/[\\`]|\$(?=\{)/g, '\\$&')
          .replaceAll('\r', '\\r')
          .replaceAll('\n', '\\n')
      : `\${${before}${part.variable}}`,
  );
  return `\`${inner.join('')}\``;
}
