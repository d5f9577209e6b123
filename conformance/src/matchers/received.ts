import type { Exchange, Frame } from '@agentproto/recording';
import { interfacesOf } from '../a2a/eras/1.0.ts';
import { isRecord } from '../kit/json.ts';
import { readJson, readJsonBody } from '../recorder/body.ts';

/** One entry of a double's journal, by its form: whoever hands it over need not be the reference server of this very version. */
export interface JournalEntry {
  readonly id: number;
  readonly at: number;
  /** `MESSAGE` for what came on a WebSocket. */
  readonly method: string;
  readonly path: string;
  readonly socket?: number | undefined;
  readonly protocol: string | undefined;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | undefined;
  readonly answer:
    | {
        readonly status: number;
        readonly headers: Readonly<Record<string, string>>;
        readonly body: string | undefined;
        readonly events: readonly { at: number; data: string; event?: string; id?: string }[];
        readonly end: 'complete' | 'broken' | undefined;
        readonly endedAt?: number | undefined;
      }
    | undefined;
}

/** What a journal shows, as a recording has it. */
export interface Received {
  exchanges: Exchange[];
  /** By exchange: whose route took it, as the journal says. */
  protocols: ReadonlyMap<number, string | undefined>;
  /** Something that came, or that was answered, is not there as it was. */
  partial: boolean;
}

/** What the journal keeps of a body, and of a stream. */
const BODY_BYTES = 64 * 1024;
const EVENTS = 10_000;

const isCut = (body: string | undefined): boolean => body !== undefined && Buffer.byteLength(body) >= BODY_BYTES;

/**
 * Entries of a journal as exchanges, each under the entry's id. What was cut is left out, so that nobody takes it for broken.
 * @param origin where the double is: the journal has paths alone
 */
export function receivedIn(entries: readonly JournalEntry[], origin: string): Received {
  const exchanges = new Map<number, Exchange>();
  const protocols = new Map<number, string | undefined>();
  const began = entries[0]?.at ?? 0;
  const bases = basesIn(entries);
  let partial = false;
  // Two may have come in the same millisecond, and yet one after the other; what answers comes after what asks.
  const askedAt = (at: number, index: number) => Math.max(0, at - began) + index / 10_000;
  const answeredAt = (at: number) => Math.max(0, at - began) + 0.5;
  for (const [index, entry] of entries.entries()) {
    const { id, at, method, path, headers, body, answer, protocol } = entry;
    // A proxy that takes a part of the path away leaves nothing that could be compared with a card.
    if (isCut(body) || 'x-forwarded-prefix' in headers) {
      partial = true;
      continue;
    }
    const atMs = askedAt(at, index);
    if (method === 'MESSAGE') {
      const opening = entry.socket === undefined ? undefined : exchanges.get(entry.socket);
      if (!opening || body === undefined) partial = true;
      else opening.frames.push({ ...frame(body, 'ws-text', atMs), direction: 'out' });
      continue;
    }
    const exchange: Exchange = {
      id,
      request: {
        atMs,
        method,
        url: (bases.find(({ pathname }) => isBelow(path, pathname))?.origin ?? origin) + path,
        headers: Object.entries(headers),
        ...(body !== undefined && { body: { text: body } }),
      },
      frames: [],
    };
    exchanges.set(id, exchange);
    protocols.set(id, protocol);
    if (!answer || answer.status === 0) continue;
    if (isCut(answer.body) || answer.events.length >= EVENTS) partial = true;
    const type = (answer.headers['content-type'] ?? '').split(';')[0]!.trim().toLowerCase();
    const whole = answer.body === undefined ? undefined : { text: answer.body };
    exchange.response = {
      atMs,
      status: answer.status,
      headers: Object.entries(answer.headers),
      ...(whole && { body: whole, ...readJsonBody(whole, type) }),
    };
    const kind = answer.status === 101 ? 'ws-text' : type === 'text/event-stream' ? 'sse' : 'ndjson';
    for (const { at: sentAt, data, event, id: eventId } of answer.events)
      exchange.frames.push({
        ...frame(data, kind, answeredAt(sentAt)),
        ...(event !== undefined && { event }),
        ...(eventId !== undefined && { id: eventId }),
      });
    if (answer.end !== undefined)
      exchange.end = { atMs: answer.endedAt === undefined ? atMs : answeredAt(answer.endedAt), kind: answer.end };
  }
  for (const { frames } of exchanges.values()) {
    frames.sort((a, b) => a.atMs - b.atMs);
    frames.forEach((one, index) => (one.index = index));
  }
  return { exchanges: [...exchanges.values()], protocols, partial };
}

/**
 * Where the agent is by its cards, which may name the address of a proxy: which host a client has called, the journal does not
 * know.
 */
function basesIn(entries: readonly JournalEntry[]): URL[] {
  return entries.flatMap(({ method, answer }) => {
    const reading = method === 'GET' && answer?.body !== undefined ? readJson(answer.body) : {};
    const card = 'json' in reading && isRecord(reading.json) ? reading.json : {};
    return interfacesOf(card).flatMap(({ url }) => URL.parse(url) ?? []);
  });
}

const isBelow = (path: string, base: string): boolean => {
  const root = base.replace(/\/$/, '');
  return path === root || path.startsWith(`${root}/`) || path.startsWith(`${root}?`);
};

const frame = (data: string, kind: Frame['kind'], atMs: number): Frame => ({
  ...{ index: 0, atMs, direction: 'in', kind, data },
  ...readJson(data),
});
