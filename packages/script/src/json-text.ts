/** Where and why a text is no JSON. Engines word this differently and often leave the place out, so we look ourselves. */
export interface JsonFault {
  /** Both count from 1. */
  line: number;
  column: number;
  expected: string;
  /** What is there instead. */
  got: string;
}

const SPACE = /[ \t\r\n]*/y;
const SCALAR =
  /"[ !#-[\]-\uffff]*(?:\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})[ !#-[\]-\uffff]*)*"|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null/y;

type Want = 'value' | 'value or ]' | 'name' | 'name or }' | 'colon' | 'more' | 'end';

const WORDS: { [W in Want]: string } = {
  value: 'a value',
  'value or ]': 'a value or ]',
  name: 'a member name in double quotes',
  'name or }': 'a member name in double quotes or }',
  colon: ':',
  more: ', or the closing bracket',
  end: 'the end of the text',
};

/** The first fault of `text`, or undefined when it is JSON. */
export function jsonFault(text: string): JsonFault | undefined {
  const open: ('[' | '{')[] = [];
  let want: Want = 'value';
  let index = 0;
  const after = (): Want => (open.length > 0 ? 'more' : 'end');

  for (;;) {
    index += match(SPACE, text, index).length;
    const char = text[index];
    if (char === undefined && want === 'end') return undefined;
    const closes = (char === ']' && open.at(-1) === '[') || (char === '}' && open.at(-1) === '{');
    if ((want === 'value' || want === 'value or ]') && (char === '[' || char === '{')) {
      open.push(char);
      want = char === '[' ? 'value or ]' : 'name or }';
    } else if ((want === 'value or ]' || want === 'name or }' || want === 'more') && closes) {
      open.pop();
      want = after();
    } else if (want === 'colon' && char === ':') {
      want = 'value';
    } else if (want === 'more' && char === ',') {
      want = open.at(-1) === '[' ? 'value' : 'name';
    } else {
      const scalar: string = match(SCALAR, text, index);
      const isName: boolean = want === 'name' || want === 'name or }';
      const fits = isName ? scalar.startsWith('"') : (want === 'value' || want === 'value or ]') && scalar !== '';
      const isBadString = char === '"' && scalar === '';
      if (!fits)
        return fault(
          text,
          index,
          isBadString ? 'a string that is closed, on one line, with valid escapes' : WORDS[want],
        );
      index += scalar.length;
      want = isName ? 'colon' : after();
      continue;
    }
    index++;
  }
}

function match(pattern: RegExp, text: string, index: number): string {
  pattern.lastIndex = index;
  return pattern.exec(text)?.[0] ?? '';
}

function fault(text: string, index: number, expected: string): JsonFault {
  const before = text.slice(0, index);
  const line = before.split('\n').length;
  const column = index - before.lastIndexOf('\n');
  const rest = text.slice(index, index + 20).split('\n')[0]!;
  return { line, column, expected, got: rest === '' ? 'the end of the text' : JSON.stringify(rest) };
}
