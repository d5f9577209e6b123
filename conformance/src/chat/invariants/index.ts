export { grammarInvariantsBy as invariantsBy } from './grammar.ts';
