import type { Answer } from '../answer.ts';
import { listedModels } from '../openai/models.ts';
import type { ListedModel } from '../openai/models.ts';
import type { OpenAgentContext } from './context.ts';
import { json } from './errors.ts';

export const listModels = async (ctx: OpenAgentContext): Promise<Answer> =>
  json(ctx, { object: 'list', data: ctx.impl.modelsShown(ctx) });

export const modelsShown = ({ settings }: OpenAgentContext): ListedModel[] => listedModels(settings.models);
