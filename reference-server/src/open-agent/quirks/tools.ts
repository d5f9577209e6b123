import { bad } from '../open-agent-error.ts';
import { namesIn } from '../toolkits.ts';
import { named, ofName, openAgentQuirk } from './open-agent-quirk.ts';

/** Rules of tools of the caller. */
export const toolQuirks = [
  openAgentQuirk('open-agent.tools.goes-on-after-asking', {
    breaks: 'OAA-TOOL-001',
    make: (impl, hit) =>
      ofName(impl, 'ToolRequest', (event) => {
        const { tool: _, input: __, tool_call_id: ___, ...rest } = event;
        return hit([event, named(rest, 'RunResponse', { content: 'It may rain.', content_type: 'str' })]);
      }),
  }),
  openAgentQuirk('open-agent.tools.asks-for-no-name', {
    breaks: 'OAA-TOOL-001',
    make: (impl, hit) => ofName(impl, 'ToolRequest', ({ tool: _, ...event }) => hit([event])),
  }),
  openAgentQuirk('open-agent.tools.takes-no-results', {
    breaks: 'OAA-TOOL-002',
    make: (impl, hit) => ({
      readRun(ctx, http, kind) {
        const request = impl.readRun(ctx, http, kind);
        if (request.messages?.some(({ role }) => role === 'tool'))
          throw hit(bad('messages: expected none of role tool', { param: 'messages' }));
        return request;
      },
    }),
  }),
  openAgentQuirk('open-agent.tools.knows-its-own-alone', {
    breaks: 'OAA-TOOL-003',
    make: (impl, hit) => ({
      offeredTools: (ctx, ofRequest, ofAgent) =>
        ofAgent.length > 0 ? hit(namesIn(ofAgent)) : impl.offeredTools(ctx, ofRequest, ofAgent),
    }),
  }),
  openAgentQuirk('open-agent.tools.asks-once-alone', {
    breaks: 'OAA-TOOL-006',
    make: (impl, hit) => ({
      mayCall: (ctx, asked, call) =>
        asked.messages.some(({ role }) => role === 'tool') ? hit(false) : impl.mayCall(ctx, asked, call),
    }),
  }),
];
