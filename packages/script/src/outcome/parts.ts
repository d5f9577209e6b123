import type { PartSpec } from '../script.ts';

/**
 * The canonical form of the parts of an artifact or a message: neighbouring text parts of the same media type
 * become one. In how many pieces a text was sent is the stream's business; nobody can see it in the result.
 * Text parts with a file name or metadata stay as they are, for they are something of their own.
 */
export function foldParts(parts: readonly PartSpec[]): PartSpec[] {
  const folded: PartSpec[] = [];
  for (const part of parts) {
    const before = folded.at(-1);
    if (before && isPlainText(before) && isPlainText(part) && before.mediaType === part.mediaType) {
      folded[folded.length - 1] = { ...before, text: before.text + part.text };
    } else {
      folded.push(part);
    }
  }
  return folded;
}

function isPlainText(part: PartSpec): part is Extract<PartSpec, { text: string }> {
  return part.text !== undefined && part.filename === undefined && part.metadata === undefined;
}
