import { a2aQuirks } from './a2a/quirks/index.ts';
import { chatQuirks } from './chat/quirks/index.ts';
import type { AnyQuirk } from './quirk.ts';

/** Every quirk that there is. Normal code never imports this; the command line and the selftest do. */
export const QUIRKS: readonly AnyQuirk[] = [...a2aQuirks, ...chatQuirks];
