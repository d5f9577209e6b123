const IDS = [
  'a2a@1.0',
  'a2a@1.0.0',
  'a2a@0.3',
  'a2a@0.2',
  'a2a@0.1',
  'chat@docs',
  'chat@dcaf-2.1',
  'responses@2026-04-24',
  'responses@2026-01-15',
  'responses@openai',
  'responses@wayflow',
  'open-agent@0.7',
  'open-agent@readme',
] as const;

/** What the families of `families.ts` are called, for who wants no more of them than that. */
export const PROTOCOL_IDS: readonly string[] = IDS;

export type ProtocolId = (typeof IDS)[number];
