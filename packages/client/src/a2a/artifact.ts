import type { Artifact, Part } from '@agentproto/protocol/a2a/1.0';

/** How many pieces of one text are kept before they are joined. */
const PIECES = 1_000;

/**
 * An artifact that grows by appended pieces (§4.2.2). Texts that continue a text become one part with it: a stream of
 * a million words is then kept as one text, not as a million parts.
 */
export class GrowingArtifact {
  #artifact: Artifact;
  readonly #parts: Part[];
  /** What is to be added to the text of the last part. */
  #pieces: string[] = [];
  /** The last part is a text and nothing else, and this object's own. */
  #growing = false;

  constructor(artifact: Artifact) {
    this.#artifact = artifact;
    this.#parts = [...artifact.parts];
  }

  /** Takes an appended piece: its parts come behind, its other members take the place of what was there. */
  extend(piece: Artifact): void {
    for (const part of piece.parts) this.#append(part);
    // Nearly every piece says its id and its parts, and nothing else.
    for (const member in piece) {
      if (member === 'parts' || member === 'artifactId') continue;
      const { parts: _parts, ...rest } = piece;
      this.#artifact = { ...this.#artifact, ...rest };
      return;
    }
  }

  /** As it is now; later pieces leave it alone. */
  copy(): Artifact {
    this.#join();
    const parts = [...this.#parts];
    // The last text may yet grow: it is another object then.
    this.#growing = false;
    return { ...this.#artifact, parts };
  }

  #append(part: Part): void {
    if (!isPlainText(part)) {
      this.#join();
      this.#growing = false;
      this.#parts.push(part);
      return;
    }
    if (!this.#growing) {
      const last = this.#parts.at(-1);
      if (!last || !isPlainText(last)) {
        this.#parts.push({ text: part.text });
        this.#growing = true;
        return;
      }
      // A copy, because the part belongs to the event that brought it.
      this.#parts[this.#parts.length - 1] = { text: last.text };
      this.#growing = true;
    }
    if (this.#pieces.push(part.text) >= PIECES) this.#join();
  }

  #join(): void {
    if (this.#pieces.length === 0) return;
    const last = this.#parts.at(-1) as { text: string };
    last.text += this.#pieces.join('');
    this.#pieces = [];
  }
}

function isPlainText(part: Part): part is Part & { text: string } {
  if (typeof part.text !== 'string') return false;
  for (const member in part) if (member !== 'text') return false;
  return true;
}
