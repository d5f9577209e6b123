/** `Uint8Array<ArrayBuffer>`, in the words of compilers before 5.7 as well, to which that type is not generic. */
export type Bytes = ReturnType<TextEncoder['encode']>;
