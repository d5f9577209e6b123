/** A verb of the command line; resolves to the exit code. */
export type Command = (args: string[], tool: { name: string; version: string }) => Promise<number>;
