import { records, text } from '../../kit/json.ts';
import type { RunEventSeen } from '../run-event.ts';
import type { Judge } from './judge.ts';

/** Calls of tools of the server: each begins, and then ends once (YAML, ToolCallStartedEvent, ToolCallCompletedEvent). */
export class ToolCalls {
  readonly #judge: Judge;
  readonly #open = new Set<string>();
  readonly #done = new Set<string>();
  /** Calls that begin and end without an id, which nothing owes: they can be counted alone. */
  #nameless = 0;

  constructor(judge: Judge) {
    this.#judge = judge;
  }

  /** `tools` may list all calls of the run so far. */
  started(event: RunEventSeen): void {
    const ids = idsIn(event);
    const fresh = ids.filter((id) => !this.#open.has(id) && !this.#done.has(id));
    if (ids.length === 0) this.#nameless++;
    else this.#judge('OAA-SSE-008', fresh.length > 0, event, `one ToolCallStarted of ${ids.join(', ')}`);
    for (const id of fresh) this.#open.add(id);
  }

  completed(event: RunEventSeen): void {
    const ids = idsIn(event);
    const open = ids.filter((id) => this.#open.has(id));
    for (const id of ids)
      if (!this.#open.has(id) && !this.#done.has(id) && this.#nameless-- <= 0)
        this.#judge('OAA-SSE-008', false, event, `ToolCallStarted of ${id} before it`);
    if (ids.length === 0) {
      const [first] = this.#open;
      if (first !== undefined) open.push(first);
      else if (this.#nameless-- <= 0) this.#judge('OAA-SSE-008', false, event, 'ToolCallStarted before it');
    } else if (ids.every((id) => this.#done.has(id)))
      this.#judge('OAA-SSE-008', false, event, `one ToolCallCompleted of ${ids.join(', ')}`);
    for (const id of open) {
      this.#judge('OAA-SSE-008', true, event, `ToolCallStarted of ${id} before it`);
      this.#open.delete(id);
      this.#done.add(id);
    }
  }

  /** The run is over. */
  end(at: RunEventSeen): void {
    for (const id of this.#open) this.#judge('OAA-SSE-008', false, at, `ToolCallCompleted of ${id}`);
    if (this.#nameless > 0) this.#judge('OAA-SSE-008', false, at, 'ToolCallCompleted of every call');
  }
}

const idsIn = ({ value }: RunEventSeen): string[] =>
  records(value.tools).flatMap(({ tool_call_id: id }) => text(id) ?? []);
