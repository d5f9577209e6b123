import { isRecord } from '../kit/json.ts';

/** An extension that a card declares (4.6.1). */
export interface DeclaredExtension {
  uri: string;
  required: boolean;
}

export function extensionsOf({ capabilities }: Record<string, unknown>): DeclaredExtension[] {
  const declared = isRecord(capabilities) && Array.isArray(capabilities.extensions) ? capabilities.extensions : [];
  return declared.flatMap((one) =>
    isRecord(one) && typeof one.uri === 'string' && one.uri !== ''
      ? [{ uri: one.uri, required: one.required === true }]
      : [],
  );
}
