import type { A2ASettings } from '../options.ts';
import type { Binding, Era } from './era.ts';

/** The options as they are for an earlier revision: there are no tenants, and no bindings but its own. */
export function eraSettings({ forms, revision, settings: own }: Era, settings: A2ASettings): A2ASettings {
  const bindings = Object.keys(forms) as Binding[];
  const served = bindings.filter((binding) =>
    settings.interfaces.some(({ url, protocolBinding }) => url === undefined && protocolBinding === binding),
  );
  const elsewhere = settings.interfaces.filter(
    ({ url, protocolVersion = '' }) => url !== undefined && `${protocolVersion}.`.startsWith(`${revision}.`),
  );
  return {
    ...settings,
    ...own,
    ...(settings.blockingMs !== undefined && { blockingMs: settings.blockingMs }),
    interfaces: [
      ...(served.length > 0 ? served : bindings).map((protocolBinding) => ({ protocolBinding })),
      ...elsewhere,
    ],
    tenants: undefined,
  };
}
