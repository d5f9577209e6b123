import { errorQuirks, restQuirks, rpcQuirks } from './a2a/quirks/binding.ts';
import { capabilityQuirks } from './a2a/quirks/capability.ts';
import { cardQuirks } from './a2a/quirks/card.ts';
import { legalOddities } from './a2a/quirks/legal.ts';
import { modelQuirks } from './a2a/quirks/model.ts';
import { authQuirks, contextQuirks, sendQuirks } from './a2a/quirks/send.ts';
import { streamQuirks, subscribeQuirks } from './a2a/quirks/stream.ts';
import { cancelQuirks, getQuirks, historyQuirks } from './a2a/quirks/task.ts';
import { versionQuirks } from './a2a/quirks/version.ts';
import type { AnyQuirk } from './quirk.ts';

/** Every quirk that there is. Normal code never imports this; the command line and the selftest do. */
export const QUIRKS: readonly AnyQuirk[] = [
  ...cardQuirks,
  ...versionQuirks,
  ...capabilityQuirks,
  ...sendQuirks,
  ...contextQuirks,
  ...authQuirks,
  ...streamQuirks,
  ...subscribeQuirks,
  ...getQuirks,
  ...historyQuirks,
  ...cancelQuirks,
  ...errorQuirks,
  ...rpcQuirks,
  ...restQuirks,
  ...modelQuirks,
  ...legalOddities,
];
