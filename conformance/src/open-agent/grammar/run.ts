import { record, text } from '../../kit/json.ts';
import { askedIn, isTrouble, openCallIn, saidIn, type RunEventSeen } from '../run-event.ts';
import type { Judge } from './judge.ts';
import { ToolCalls } from './tool-calls.ts';

export interface RunRules {
  /** The stream has come to its end, in order. */
  isOver: boolean;
  /** A run of a team: members may have runs of their own in it, and whose answer is whose is a matter of the teams' rows. */
  isTeam: boolean;
  /** An event tells what the run has cost; where there is none, whatever follows the end is of one kind (SSE-003). */
  hasCost: boolean;
  /** What is wrong with an event of this name, by the schema; its name is none of that. */
  faults(name: string, value: object): string[];
}

/**
 * The grammar of a run, as one state machine. After a fault it goes on with what was plainly meant, so that one fault is told
 * once:
 *
 *     run  := RunStarted (RunResponse | call | CostSummary)* (RunCompleted | halt)
 *     call := ToolCallStarted … ToolCallCompleted
 *     halt := ToolRequest+ CostSummary? RunCompleted?
 *
 * What ends the stream of a run that has halted is open. Events of other names may stand anywhere in a run, and say
 * nothing here. What no event can be read from, and `[DONE]`, is not told to it.
 */
export function judgeRun(events: readonly RunEventSeen[], rules: RunRules, judge: Judge): void {
  const run = new RunState(
    rules,
    judge,
    rules.isTeam ? events.findLast(({ name }) => name === 'RunCompleted') : undefined,
  );
  for (const event of events) run.take(event);
  if (rules.isOver) run.end();
}

/** Of these the schema says what they owe; what a ToolRequest and a CostSummary owe are rows of their own. */
const WITH_SCHEMA = new Set(['RunStarted', 'RunResponse', 'ToolCallStarted', 'ToolCallCompleted', 'RunCompleted']);
const STATUSES = ['succeeded', 'failed', 'canceled'];

class RunState {
  readonly #rules: RunRules;
  readonly #judge: Judge;
  readonly #calls: ToolCalls;
  /** Of a team: the one that ends it; those before are of members. */
  readonly #end: RunEventSeen | undefined;
  readonly #pieces: string[] = [];
  #last: RunEventSeen | undefined;
  #first: RunEventSeen | undefined;
  #head: RunEventSeen | undefined;
  #asked = false;
  #mayWait = false;
  #troubled = false;
  #completed: RunEventSeen | undefined;

  constructor(rules: RunRules, judge: Judge, end: RunEventSeen | undefined) {
    this.#rules = rules;
    this.#judge = judge;
    this.#end = end;
    this.#calls = new ToolCalls(judge);
  }

  take(event: RunEventSeen): void {
    const { name, value } = event;
    if (name === undefined) return;
    this.#last = event;
    const isMember = this.#rules.isTeam && value.from !== undefined;
    this.#members(event, isMember);
    if (this.#completed) return this.#afterTheEnd(event);
    this.#troubled ||= isTrouble(event);
    if (!this.#first) {
      this.#first = event;
      this.#order(name === 'RunStarted', event, 'RunStarted first', name);
    } else if (name === 'RunStarted') this.#order(false, event, 'RunStarted once, at the beginning', name);
    const asked = askedIn(event);
    if (asked) {
      this.#asked = true;
      this.#judge(
        'OAA-TOOL-001',
        !!asked.tool && asked.input !== undefined,
        event,
        'the name of a tool, and its input',
      );
    } else if (name === 'RunResponse') this.#response(event);
    else if (name === 'ToolCallStarted') {
      this.#mayWait = false;
      this.#calls.started(event);
    } else if (name === 'ToolCallCompleted') this.#calls.completed(event);
    else if (isCost(event)) this.#cost(event);
    else if (name === 'RunCompleted' && (!this.#end || this.#end === event)) this.#complete(event);
  }

  /** Nothing more comes. */
  end(): void {
    if (this.#completed || this.#asked || this.#mayWait || this.#troubled) return;
    this.#order(false, this.#last, 'RunCompleted last', this.#last?.name ?? null);
  }

  #order(ok: boolean, event: RunEventSeen | undefined, expected: string, actual: unknown): void {
    if (!this.#rules.isTeam) this.#judge('OAA-SSE-003', ok, event, expected, actual);
  }

  /** What the schema owes, and one run and one session. */
  #members(event: RunEventSeen, isMember: boolean): void {
    const { name, value } = event;
    if (WITH_SCHEMA.has(name!)) {
      const faults = this.#rules.faults(name!, value);
      this.#judge('OAA-SSE-005', faults.length === 0, event, faults.join('; ') || `a valid ${name}`);
    }
    if (isMember) return;
    this.#head ??= event;
    for (const member of ['run_id', 'session_id']) {
      const [own, first] = [text(value[member]), text(this.#head.value[member])];
      if (own !== undefined && first !== undefined)
        this.#judge('OAA-SSE-005', own === first, event, `the ${member} of the first event, ${first}`, own);
    }
  }

  #response(event: RunEventSeen): void {
    const said = saidIn(event.value);
    this.#mayWait = openCallIn(event) !== undefined;
    if (said === '') {
      this.#pieces.push('');
      return;
    }
    if (this.#asked) this.#judge('OAA-TOOL-001', false, event, 'nothing of the answer after the request for a tool');
    this.#pieces.push(said);
  }

  #cost(event: RunEventSeen): void {
    const cost = record(event.value.cost) ?? {};
    this.#judge(
      'OAA-SSE-007',
      ['input_tokens', 'output_tokens', 'microdollars'].every((one) => typeof cost[one] === 'number'),
      event,
      'input_tokens, output_tokens and microdollars as numbers',
      event.value.cost ?? null,
    );
  }

  #afterTheEnd(event: RunEventSeen): void {
    if (isCost(event) && this.#rules.hasCost)
      this.#judge('OAA-SSE-007', false, event, 'CostSummary before RunCompleted', event.name);
    else this.#order(false, event, 'nothing after RunCompleted', event.name);
  }

  #complete(event: RunEventSeen): void {
    const { value } = event;
    this.#completed = event;
    this.#mayWait ||= openCallIn(event) !== undefined;
    if (this.#first !== event) this.#order(true, event, 'RunCompleted last', event.name);
    if (value.status !== undefined)
      this.#judge(
        'OAA-SSE-007',
        STATUSES.includes(String(value.status)),
        event,
        'succeeded, failed or canceled',
        value.status,
      );
    // What has halted has no answer yet, and what failed has none.
    if (this.#asked || this.#mayWait || this.#troubled) return;
    this.#calls.end(event);
    const used = [value.usage, value.metrics, value.cost].some((one) => Object.keys(record(one) ?? {}).length > 0);
    this.#judge('OAA-SSE-012', used, event, 'usage or metrics');
    if (!this.#rules.isTeam) this.#answer(event);
  }

  #answer(event: RunEventSeen): void {
    const final = saidIn(event.value).trim();
    const whole = this.#pieces.join('').trim();
    const last = (this.#pieces.findLast((piece) => piece !== '') ?? '').trim();
    if (final !== '') this.#judge('OAA-SSE-004', this.#pieces.length > 0, event, 'a RunResponse before it');
    if (whole === '') return;
    this.#judge('OAA-SSE-006', final !== '', event, 'the whole answer in its content');
    // Pieces, or each time all so far; thoughts may have come before the answer.
    if (final !== '')
      this.#judge(
        'OAA-SSE-014',
        final === last || whole.endsWith(final),
        event,
        `the answer of the RunResponses: all together, ${JSON.stringify(whole)}, or the last`,
        final,
      );
  }
}

/** Its name is ours; the schema leaves it open (X04). */
const isCost = ({ name, value }: RunEventSeen): boolean =>
  name === 'CostSummary' || (name !== 'RunCompleted' && record(value.cost) !== undefined);
