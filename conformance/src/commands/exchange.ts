import type { Body, Exchange, Headers } from '@agentproto/recording';
import type { Command } from '../command.ts';
import { UsageError } from '../kit/usage-error.ts';
import { readRunFile } from '../run-file.ts';
import { parseFlags, parseInteger } from './flags.ts';

/** `show RUN N`: one exchange of a run file, with all that was sent and all that came. The file is redacted already. */
export const showExchange: Command = async (args) => {
  const { positionals } = parseFlags(args, []);
  const [file, number] = positionals;
  if (file === undefined || number === undefined || positionals.length > 2)
    throw new UsageError('show: expected a run file, as written by --report run=FILE, and the number of an exchange');
  const id = parseInteger('show RUN', number, 0, Number.MAX_SAFE_INTEGER);
  const { exchanges, exchangeIds } = await readRunFile(file);
  const found = await exchangeNumbered(id, exchanges());
  if (!found) {
    const { count, least, most } = exchangeIds;
    throw new UsageError(
      `show: there is no exchange ${id} in ${file}; expected one of ${count > 0 ? `${least} to ${most}` : 'none'}`,
    );
  }
  process.stdout.write(`${exchangeText(found).join('\n')}\n`);
  return 0;
};

async function exchangeNumbered(id: number, exchanges: AsyncIterable<Exchange>): Promise<Exchange | undefined> {
  for await (const exchange of exchanges) if (exchange.id === id) return exchange;
  return undefined;
}

/** The exchange as it went over the wire, line by line. */
export function exchangeText({
  id,
  label,
  binding,
  operation,
  hostile,
  request,
  response,
  frames,
  end,
}: Exchange): string[] {
  const since = (atMs: number) => `+${Math.round(atMs - request.atMs)} ms`;
  const about = [binding, operation, label && `in ${label}`, hostile && 'hostile: a rule is broken on purpose'];
  return [
    [`exchange ${id}`, ...about.filter(Boolean)].join(', '),
    '',
    `> ${request.method} ${request.url}`,
    ...headerLines('>', request.headers),
    ...bodyLines(request.body),
    '',
    ...(response
      ? [`< ${response.status}   ${since(response.atMs)}`, ...headerLines('<', response.headers)]
      : ['< no answer']),
    ...bodyLines(response?.body),
    ...(response?.jsonError ? [`not JSON: ${response.jsonError}`] : []),
    ...frames.flatMap((frame) => [
      '',
      `${frame.direction === 'in' ? '<' : '>'} [${frame.index}] ${frame.kind}   ${since(frame.atMs)}`,
      ...pretty(frame.data),
    ]),
    '',
    end ? `${end.kind}${end.message ? `: ${end.message}` : ''}   ${since(end.atMs)}` : 'no end was seen',
  ].map(harmless);
}

function headerLines(mark: string, headers: Headers): string[] {
  return headers.map(([name, value]) => `${mark} ${name}: ${value}`);
}

function bodyLines(body: Body | undefined): string[] {
  if (!body) return [];
  return ['', ...('text' in body ? pretty(body.text) : [`(base64) ${body.base64}`])];
}

/** JSON with its lines; anything else as it came. */
function pretty(text: string): string[] {
  try {
    return JSON.stringify(JSON.parse(text), null, 2).split('\n');
  } catch {
    return text.split('\n');
  }
}

/** What a target sends must not steer a terminal. */
function harmless(line: string): string {
  return line.replace(/[\p{Cc}\u2028\u2029\u200E\u200F\u202A-\u202E\u2066-\u2069]/gu, '\ufffd');
}
