import type { Exchange } from '@agentproto/recording';
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

/** What an answer says that it has activated. */
export function activatedIn(
  { exchange: { response } }: { exchange: Exchange },
  { extensionsHeader }: { extensionsHeader: string },
): string[] {
  return (response?.headers ?? [])
    .filter(([name]) => name.toLowerCase() === extensionsHeader.toLowerCase())
    .flatMap(([, value]) => value.split(',').map((uri) => uri.trim()));
}

/** The same URI with another version at its end; undefined where it has none. */
export function anotherVersionOf(uri: string): string | undefined {
  const changed = uri.replace(
    /([/:]v?)(\d+)((?:\.\d+)*\/?)$/i,
    (_all, v: string, number: string, rest: string) => `${v}${Number(number) + 1}${rest}`,
  );
  return changed === uri ? undefined : changed;
}

/** The same URI with other letters after the host: values of service parameters are case-sensitive (3.2.6). */
export function inOtherCase(uri: string): string | undefined {
  const [, host = '', path = ''] = /^([a-z][a-z\d+.-]*:(?:\/\/[^/]*)?)(.*)$/is.exec(uri) ?? [];
  const other = path === path.toUpperCase() ? path.toLowerCase() : path.toUpperCase();
  return other === path ? undefined : host + other;
}
