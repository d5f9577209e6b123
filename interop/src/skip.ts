/** The lane cannot run here, and nothing is wrong: a tool or a checkout is missing. The message says which, and how to get it. */
export class Skip extends Error {}

/** How the machine can be told apart from a lane that ran: the customary code of test programs that were skipped. */
export const SKIPPED = 77;
