/** What the families of `families.ts` are called, for who wants no more of them than that. */
export const PROTOCOL_IDS: readonly string[] = ['a2a@1.0', 'chat@docs', 'chat@dcaf-2.1'];
