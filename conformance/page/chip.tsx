import { MARKS, type Verdict } from './words.ts';

/** A verdict by mark, word and colour: none of them alone. */
export function Chip({ verdict, brief = false }: { verdict: Verdict; brief?: boolean }) {
  const { mark, word } = MARKS[verdict];
  return (
    <span class={`chip ${verdict}`} title={word}>
      <span aria-hidden="true">{mark}</span>
      <span class={brief ? 'unseen' : ''}> {word}</span>
    </span>
  );
}
