export { WireError } from './wire-error.ts';
export type { WireErrorCode } from './wire-error.ts';
export type { ByteSource } from './byte-source.ts';
