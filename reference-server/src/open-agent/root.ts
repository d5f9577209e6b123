import type { Answer } from '../answer.ts';
import type { OpenAgentContext } from './context.ts';
import { json } from './errors.ts';

export const getRoot = async (ctx: OpenAgentContext): Promise<Answer> =>
  json(ctx, { name: 'agentproto reference server', protocol: `open-agent@${ctx.revision}` });

export const getHealth = async (ctx: OpenAgentContext): Promise<Answer> => json(ctx, { status: 'ok' });
