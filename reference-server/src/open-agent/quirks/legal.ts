import type { OutgoingSseEvent } from '@agentproto/wire/sse';
import { byteByByte, splitUtf8 } from '../../faults.ts';
import type { WireEvent } from '../run-start.ts';
import { bad } from '../open-agent-error.ts';
import type { Member } from '../agent-records.ts';
import { answers, named, nameOf, ofName, openAgentQuirk, requests, shown } from './open-agent-quirk.ts';

interface Shown {
  members: Member[];
}

/** Unusual and allowed: no check may call any of these a fault. */
export const legalOddities = [
  openAgentQuirk('open-agent.legal.crlf', {
    breaks: null,
    says: 'Lines of a stream end with CRLF.',
    make: (impl, hit) => ({ frameText: (ctx, event) => hit(impl.frameText(ctx, event).replaceAll('\n', '\r\n')) }),
  }),
  openAgentQuirk('open-agent.legal.cr', {
    breaks: null,
    says: 'Lines of a stream end with CR.',
    make: (impl, hit) => ({ frameText: (ctx, event) => hit(impl.frameText(ctx, event).replaceAll('\n', '\r')) }),
  }),
  openAgentQuirk('open-agent.legal.one-byte-a-chunk', {
    breaks: null,
    says: 'Streams come byte by byte.',
    make: (_impl, hit) => ({
      chunks: (_ctx, text) => hit(byteByByte(text)),
    }),
  }),
  openAgentQuirk('open-agent.legal.split-utf8', {
    breaks: null,
    says: 'Characters are split between the chunks of a stream.',
    make: (_impl, hit) => ({ chunks: (_ctx, text) => hit(splitUtf8(text)) }),
  }),
  openAgentQuirk('open-agent.legal.a-line-a-chunk', {
    breaks: null,
    says: 'Each line of an event is a chunk of its own.',
    make: (_impl, hit) => ({ chunks: (_ctx, text) => hit(text.split(/(?<=\n)/)) }),
  }),
  openAgentQuirk('open-agent.legal.comments', {
    breaks: null,
    says: 'Comments stand between the events.',
    make: (impl, hit) => ({ chunks: (ctx, text) => hit([': still here\n\n', ...impl.chunks(ctx, text)]) }),
  }),
  openAgentQuirk('open-agent.legal.many-data-lines', {
    breaks: null,
    says: 'The data of an event takes several lines.',
    make: (impl, hit) => ({
      sseEvent: (ctx, event) => hit({ ...impl.sseEvent(ctx, event), data: JSON.stringify(event, null, 1) }),
    }),
  }),
  openAgentQuirk('open-agent.legal.no-space-after-the-colon', {
    breaks: null,
    says: 'Fields have no space after their colon.',
    make: (impl, hit) => ({
      frameText: (ctx, event) => hit(impl.frameText(ctx, event).replaceAll(/^data: /gm, 'data:')),
    }),
  }),
  openAgentQuirk('open-agent.legal.charset', {
    breaks: null,
    says: 'Media types have a charset.',
    make: (impl, hit) => ({
      jsonHeaders: (ctx) => hit({ ...impl.jsonHeaders(ctx), 'content-type': 'application/json; charset=utf-8' }),
      streamHeaders: (ctx) => hit({ ...impl.streamHeaders(ctx), 'content-type': 'text/event-stream; charset=utf-8' }),
    }),
  }),
  openAgentQuirk('open-agent.legal.names-events-twice', {
    breaks: null,
    says: 'Events are named in the stream as well, and in both members.',
    make: (impl, hit) => ({
      sseEvent(ctx, event): OutgoingSseEvent {
        const name = String(nameOf(event as WireEvent));
        return hit({ ...impl.sseEvent(ctx, { ...event, event: name, type: name }), event: name });
      },
    }),
  }),
  openAgentQuirk('open-agent.legal.names-events-as-the-other', {
    breaks: null,
    says: 'Events are named in the member that the other revision has.',
    make: (_impl, hit) => ({
      runEvent: ({ revision }, name, members) =>
        hit(revision === 'readme' ? { event: name, ...members } : { type: name, ...members }),
    }),
  }),
  openAgentQuirk('open-agent.legal.says-all-so-far', {
    breaks: null,
    says: 'Every RunResponse has all that was said so far.',
    make: (impl, hit) => {
      return shown(impl, () => {
        let all = '';
        return (event) => {
          if (nameOf(event) !== 'RunResponse' || event['content'] === '') return [event];
          all += String(event['content']);
          return hit([{ ...event, content: all }]);
        };
      }, ['runAgent']);
    },
  }),
  openAgentQuirk('open-agent.legal.thinks-aloud', {
    breaks: null,
    says: 'Thoughts come as a RunResponse before the answer.',
    make: (impl, hit) =>
      ofName(impl, 'RunStarted', (event) =>
        hit([event, named(event, 'RunResponse', { content: 'Let me see. ', content_type: 'str' })]),
      ),
  }),
  openAgentQuirk('open-agent.legal.other-events', {
    breaks: null,
    says: 'Events that no document names stand between the others.',
    make: (impl, hit) =>
      ofName(impl, 'RunResponse', (event) => hit([named(event, 'MemoryUpdated', { content: '' }), event])),
  }),
  openAgentQuirk('open-agent.legal.more-members', {
    breaks: null,
    says: 'Events have members that nobody asked for.',
    make: (impl, hit) => shown(impl, () => (event) => hit([{ ...event, acme_region: 'eu' }])),
  }),
  openAgentQuirk('open-agent.legal.empty-responses', {
    breaks: null,
    says: 'A RunResponse may be empty.',
    make: (impl, hit) => ofName(impl, 'RunResponse', (event) => hit([{ ...event, content: '' }, event])),
  }),
  openAgentQuirk('open-agent.legal.tells-no-cost', {
    breaks: null,
    says: 'No event tells what a run has cost.',
    make: (impl, hit) => ofName(impl, 'CostSummary', () => hit([])),
  }),
  openAgentQuirk('open-agent.legal.completes-when-it-halts', {
    breaks: null,
    says: 'A run that halts for a tool ends with RunCompleted, too.',
    make: (impl, hit) => ({ halted: (ctx, fold, at) => hit(impl.ended(ctx, fold, at)) }),
  }),
  openAgentQuirk('open-agent.legal.asks-in-a-response', {
    breaks: null,
    says: 'A tool is asked for in a RunResponse.',
    make: (impl, hit) =>
      ofName(impl, 'ToolRequest', (event) => hit([named(event, 'RunResponse', { content: '', content_type: 'str' })])),
  }),
  openAgentQuirk('open-agent.legal.calls-have-no-id', {
    breaks: null,
    says: 'A ToolRequest has the name of the tool and its input alone.',
    make: (impl, hit) =>
      ofName(impl, 'ToolRequest', ({ tool_call_id: _, run_id: __, session_id: ___, ...event }) => hit([event])),
  }),
  openAgentQuirk('open-agent.legal.ends-with-done', {
    breaks: null,
    says: 'The stream of a run has [DONE] after its last event, as those of completions do.',
    make: (impl, hit) => ({
      frameText(ctx, event) {
        const text = impl.frameText(ctx, event);
        return event.data.includes('"RunCompleted"') ? hit(`${text}data: [DONE]\n\n`) : text;
      },
    }),
  }),
  openAgentQuirk('open-agent.legal.leader-of-its-own', {
    breaks: null,
    says: 'A team is led by an orchestrator that is no member of the caller’s.',
    make: (impl, hit) => ({
      shownTeam(ctx, team) {
        const shownTeam = impl.shownTeam(ctx, team) as Shown;
        const members = shownTeam.members.map((member) => ({ ...member, is_leader: false }));
        return hit({
          ...shownTeam,
          members: [{ agent_id: 'agent_orchestrator', role: 'Leader', is_leader: true }, ...members],
        });
      },
    }),
  }),
  openAgentQuirk('open-agent.legal.members-are-agents', {
    breaks: null,
    says: 'A team is made of `agents`, as 0.1 had it and 0.7 owes it.',
    make: (impl, hit) =>
      requests(impl, 'createTeam', (body) => {
        if (body && body['agents'] === undefined) throw hit(bad('agents: expected a list, got nothing'));
        return undefined;
      }),
  }),
  openAgentQuirk('open-agent.legal.no-knowledge-can-be-added', {
    breaks: null,
    says: 'Nothing can be put into the knowledge base, which the README leaves for later.',
    make: (impl, hit) => {
      const { addKnowledge: _, ...operations } = impl.operations;
      return {
        operations,
        answerHttp: (ctx, operation, request) =>
          impl.answerHttp(ctx, operation === 'addKnowledge' ? hit(operation) : operation, request),
      };
    },
  }),
  openAgentQuirk('open-agent.legal.results-have-no-score', {
    breaks: null,
    says: 'Results of a search have no score.',
    make: (impl, hit) =>
      answers<{ results: { score: number }[] }>(impl, 'searchKnowledge', ({ results }) =>
        hit({ results: results.map(({ score: _, ...result }) => result) }),
      ),
  }),
  openAgentQuirk('open-agent.legal.no-done-after-completions', {
    breaks: null,
    says: 'The stream of a completion just ends.',
    make: (impl, hit) => ({
      frameText: (ctx, event) => (event.data === '[DONE]' ? hit('') : impl.frameText(ctx, event)),
    }),
  }),
];
