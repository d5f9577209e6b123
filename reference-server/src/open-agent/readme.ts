import type { OpenAgentImpl } from './context.ts';
import { metricsOf } from './encode.ts';
import { readChat, teamReply } from './replies.ts';

/** How what the README says differs from the document of 0.7; the reasons stand in specs/open-agent/readme/changes.yaml. */
export function readme(impl: OpenAgentImpl): Partial<OpenAgentImpl> {
  return {
    readRun: (ctx, http) => readChat(ctx, http),
    // OAA-X04
    runEvent: (_ctx, name, members) => ({ type: name, ...members }),
    ended: (ctx, fold, at) => [ctx.impl.runCompleted(ctx, fold, at)],
    runCompleted: (ctx, fold, at) => {
      const event = impl.runCompleted(ctx, fold, at);
      return fold.failure
        ? event
        : { ...event, message: { role: 'assistant', content: event['content'] }, usage: metricsOf(fold, at) };
    },
    // OAA-X05
    agentReply: teamReply,
    // OAA-X07
    shownAgent: (ctx, agent) => ({ ...impl.shownAgent(ctx, agent), agent_id: agent.id }),
    shownTeam: (ctx, team) => ({ ...impl.shownTeam(ctx, team), team_id: team.id }),
  };
}
