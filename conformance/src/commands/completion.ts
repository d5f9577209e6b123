import type { Command } from '../command.ts';
import { UsageError } from '../kit/usage-error.ts';
import { formats } from '../report/formats.ts';
import { CLIENT_FLAGS } from './client-flags.ts';
import { parseFlags } from './flags.ts';
import { RUN_OUTPUT } from './outputs.ts';
import { SCORING_FLAGS } from './scoring.ts';
import { CHECK_FLAGS, RECORD_FLAGS } from './recording-flags.ts';
import { RUN_FLAGS } from './settings.ts';

const SHELLS = ['bash', 'zsh', 'fish'] as const;
/** Every verb; `cli.ts` has one of each. */
export const VERBS = [
  'list',
  'explain',
  'merge',
  'verify',
  'show',
  'replay',
  'record',
  'check',
  'client',
  'diff',
  'init',
  'completion',
] as const;

/** `completion SHELL`: a script that makes the shell complete verbs, flags, formats and ids. */
export const completion: Command = async (args) => {
  const [shell, ...more] = parseFlags(args, []).positionals;
  if (!SHELLS.some((known) => known === shell) || more.length > 0)
    throw new UsageError(
      `completion: expected ${SHELLS.join(', ')}${shell === undefined ? '' : `, got ${[shell, ...more].join(' ')}`}`,
    );
  process.stdout.write({ bash, zsh, fish }[shell as (typeof SHELLS)[number]]());
  return 0;
};

const NAME = 'agentproto-conformance';
const flags = [
  ...new Set(
    [...RUN_FLAGS, ...SCORING_FLAGS, ...CLIENT_FLAGS, ...RECORD_FLAGS, ...CHECK_FLAGS].map(({ name }) => name),
  ),
  'config',
  'ui',
  'watch',
  'version',
  'help',
];
const words = {
  verbs: VERBS.join(' '),
  flags: flags.map((name) => `--${name}`).join(' '),
  formats: [...Object.keys(formats), RUN_OUTPUT.format].join(' '),
};
/** Asked for when it is wanted: ids come and go with versions. */
const IDS = `${NAME} list 2>/dev/null | cut -d ' ' -f 1`;

function bash(): string {
  return `_agentproto_conformance() {
  local word=\${COMP_WORDS[COMP_CWORD]} before=\${COMP_WORDS[COMP_CWORD-1]}
  case $before in
    --report) COMPREPLY=($(compgen -W '${words.formats}' -- "$word")) ;;
    --fail-on) COMPREPLY=($(compgen -W 'must should any' -- "$word")) ;;
    --only|--skip|explain|list) COMPREPLY=($(compgen -W "$(${IDS})" -- "$word")) ;;
    *)
      if [[ $word == -* ]]; then COMPREPLY=($(compgen -W '${words.flags}' -- "$word"))
      elif [[ $COMP_CWORD == 1 ]]; then COMPREPLY=($(compgen -W '${words.verbs}' -- "$word"))
      else COMPREPLY=($(compgen -f -- "$word")); fi ;;
  esac
}
complete -F _agentproto_conformance ${NAME}
`;
}

function zsh(): string {
  return `#compdef ${NAME}
_agentproto_conformance() {
  case $words[CURRENT-1] in
    --report) compadd -- ${words.formats} ;;
    --fail-on) compadd -- must should any ;;
    --only|--skip|explain|list) compadd -- $(${IDS}) ;;
    *)
      if [[ $words[CURRENT] == -* ]]; then compadd -- ${words.flags}
      elif (( CURRENT == 2 )); then compadd -- ${words.verbs}
      else _files; fi ;;
  esac
}
compdef _agentproto_conformance ${NAME}
`;
}

function fish(): string {
  const verbs = VERBS.map((verb) => `complete -c ${NAME} -f -n __fish_use_subcommand -a ${verb}`);
  const options = flags.map((name) => {
    const known = [...RUN_FLAGS, ...SCORING_FLAGS, ...CLIENT_FLAGS, ...RECORD_FLAGS, ...CHECK_FLAGS].find(
      (flag) => flag.name === name,
    );
    const choices =
      name === 'report' ? ` -f -a '${words.formats}'` : name === 'fail-on' ? " -f -a 'must should any'" : '';
    const ids = name === 'only' || name === 'skip' ? ` -f -a '(${IDS.replaceAll("'", "\\'")})'` : choices;
    return `complete -c ${NAME} -l ${name}${known?.value ? ' -r' : ''}${ids}`;
  });
  const idVerbs = `complete -c ${NAME} -f -n '__fish_seen_subcommand_from explain list' -a '(${IDS.replaceAll("'", "\\'")})'`;
  return `${[...verbs, ...options, idVerbs].join('\n')}\n`;
}
