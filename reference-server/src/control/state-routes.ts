import { setTimeout as wait } from 'node:timers/promises';
import type { FastifyInstance } from 'fastify';
import { objectIn, onlyThese, show } from './asked.ts';
import { badRequest, ControlError } from './control-error.ts';
import type { Controlled } from './controlled.ts';
import { tellFailure, tellFault, tellScript } from './set-routes.ts';
import type { Sinks } from './sink.ts';

const MOST_MS = 2 ** 31 - 1;
/** How long it is waited for that somebody sleeps. */
const SLEEPING_MS = 10_000;

export function addState(app: FastifyInstance, prefix: string, controlled: Controlled, sinks: Sinks): void {
  const { clock, faults, failures, book } = controlled;
  const time = () => ({ now: clock.now(), virtual: clock.virtual });

  app.get(`${prefix}/urls`, () => controlled.urls());
  app.get(`${prefix}/state`, () => ({
    ...controlled.urls(),
    clock: time(),
    quirks: controlled.quirks.map(({ quirk, applied }) => ({ name: quirk.name, applied })),
    errors: controlled.errors.map(({ message }) => message),
    faults: faults.set.map(tellFault),
    failures: failures.due.map(tellFailure),
    scripts: book.set.map(tellScript),
    sinks: sinks.counts(),
  }));
  app.post(`${prefix}/reset`, () => {
    controlled.reset();
    sinks.clear();
    return { reset: true };
  });
  app.post<{ Params: { name: string } }>(`${prefix}/signals/:name`, ({ params: { name } }) => {
    controlled.signal(name);
    return { signal: name };
  });

  app.get<{ Querystring: { to?: string } }>(`${prefix}/mailbox`, ({ query: { to } }) => ({
    mails: to === undefined ? controlled.mailbox.mails : controlled.mailbox.to(to),
  }));

  app.get(`${prefix}/clock`, time);
  app.post(`${prefix}/clock`, async (request) => {
    const given = objectIn(request, '{"advanceMs": 60000}');
    onlyThese(given, ['advanceMs', 'sleeping'], 'clock');
    const { advanceMs, sleeping = 0 } = given;
    if (typeof advanceMs !== 'number' || !(advanceMs >= 0 && advanceMs <= MOST_MS))
      return badRequest(
        `clock.advanceMs: expected milliseconds, a number from 0 to ${MOST_MS}; got ${show(advanceMs)}`,
      );
    if (!Number.isSafeInteger(sleeping) || (sleeping as number) < 0)
      return badRequest(`clock.sleeping: expected how many sleep, a whole number from 0; got ${show(sleeping)}`);
    if (!clock.virtual)
      throw new ControlError(
        409,
        'CLOCK_NOT_VIRTUAL',
        'clock: this one goes by itself; start the server with --virtual-clock, or `clock: new VirtualClock(Date.now())`',
      );
    if (sleeping !== 0) await asleep(sleeping as number);
    await clock.advance(advanceMs);
    return time();
  });

  async function asleep(count: number): Promise<void> {
    const over = new AbortController();
    const late = wait(SLEEPING_MS, 'late', { signal: over.signal, ref: false }).catch(() => undefined);
    const who = await Promise.race([clock.sleeping(count), late]);
    over.abort();
    if (who === 'late')
      throw new ControlError(
        409,
        'NOBODY_SLEEPS',
        `clock.sleeping: expected ${count} to sleep within ${SLEEPING_MS} ms; they did not`,
      );
  }
}
