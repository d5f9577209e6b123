import type { Model } from '@agentproto/protocol/responses/openai';
import type { Answer } from '../answer.ts';
import { listedModels } from '../openai/models.ts';
import type { Call, HttpRequest } from './call.ts';
import type { ResponsesContext } from './context.ts';
import { json } from './errors.ts';
import { invalid, notFound } from './responses-error.ts';

export const modelsOf = ({ settings }: ResponsesContext): Model[] => listedModels(settings.models);

export const listModels = async (ctx: ResponsesContext): Promise<Answer> =>
  json(ctx, { object: 'list', data: modelsOf(ctx) });

export async function getModel(ctx: ResponsesContext, _call: Call, { params }: HttpRequest): Promise<Answer> {
  return json(ctx, modelNamed(ctx, params['model']!));
}

/** None is the caller's own. */
export async function deleteModel(ctx: ResponsesContext, _call: Call, { params }: HttpRequest): Promise<Answer> {
  modelNamed(ctx, params['model']!);
  throw invalid('The model is not yours to delete.', { param: 'model', status: 403 });
}

function modelNamed(ctx: ResponsesContext, name: string): Model {
  const model = modelsOf(ctx).find(({ id }) => id === name);
  if (!model) throw notFound(`The model '${name}' does not exist`, { code: 'model_not_found', param: 'model' });
  return model;
}
