import type { RequirementId } from '@agentproto/rules';
import type { Heard, SuiteFamily } from '../kit/family.ts';
import { rowTable } from '../kit/rows.ts';
import type { Stimulus } from '../kit/stimulus.ts';
import { seen } from '../kit/subject.ts';
import { A2AAgent } from './agent.ts';
import type { DetectedA2A } from './detect.ts';
import type { Era } from './eras/era.ts';
import { observeTask } from './observe.ts';
import { textOf } from './view.ts';

export type A2AFamily = SuiteFamily<A2AAgent, DetectedA2A>;

/** How the plays of an era come by their agent. */
export const driverOf =
  (era: Era): A2AFamily['driver'] =>
  (found, binding, tools) => {
    // Things beside the message bindings (the card, webhooks) are looked at with the preferred interface at hand.
    const chosen = found.interfaces.find((one) => one.protocolBinding === binding) ?? found.interfaces[0]!;
    const { interfaces, card, cardUrl } = found;
    const own = { ...tools, lenience: tools.lenience.under(rowTable(era)) };
    return new A2AAgent({ era, binding: era.speak(chosen, card, own), interfaces, card, cardUrl }, own);
  };

/** What proves rows of a revision that are checked there: its own, or such as are the same. */
export function heldBy<Proof extends { proves: readonly RequirementId[] }>(id: string, all: readonly Proof[]): Proof[] {
  const rows = rowTable({ id });
  return all.flatMap((one) => {
    const proves = new Set(one.proves.flatMap((id) => (rows.get(id)?.check ? rows.get(id)!.id : [])));
    return proves.size > 0 ? [{ ...one, proves: [...proves] }] : [];
  });
}

/** For scenarios of users. */
export async function say(agent: A2AAgent, said: string | Stimulus): Promise<Heard> {
  const reply = await agent.send(said);
  const message = reply.sentMessage();
  if (message) {
    const { place } = reply;
    return {
      text: seen(textOf(message.parts), place),
      state: seen('message', place),
      answer: seen(message.raw, place),
    };
  }
  const task = reply.sentTask();
  const { text } = observeTask(task);
  const at = (value: unknown) => seen(value, reply.place);
  return { text: at(text), state: at(task.state), answer: at(task.raw) };
}
