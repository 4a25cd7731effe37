import type { Command, Option } from 'commander';
import { InputError } from '../requests/request.js';
import type { CommandEnvironment } from '../settings/command-environment.js';
import type { Settings } from '../settings/settings.js';

/**
 * Prints a script that completes the command in a shell: generated from the commands' definitions, so that completion
 * starts no program.
 * @throws InputError for an unsupported shell
 */
export async function completion(
  _settings: Settings,
  { stdout, program }: CommandEnvironment,
  [shell = '']: readonly string[],
): Promise<number> {
  const script = Object.hasOwn(scripts, shell) ? scripts[shell as keyof typeof scripts] : undefined;
  if (!script) throw new InputError(`There is no completion for '${shell}'; there is for bash, zsh and fish`);
  stdout.write(script(program));
  return 0;
}

const scripts = { bash: bashScript, zsh: zshScript, fish: fishScript };

/** What is completed after an option. */
function kindOf({
  flags,
  argChoices,
  required,
  optional,
}: Option): 'nothing' | 'word' | 'file' | readonly string[] {
  if (argChoices) return argChoices;
  if (!required && !optional) return 'nothing';
  return /<(file|dir|package|versions)>/.test(flags) ? 'file' : 'word';
}

const flagsOf = ({ short, long }: Option): string[] => [short, long].flatMap((flag) => flag ?? []);
const words = (options: readonly Option[]): string => options.flatMap(flagsOf).join(' ');

function bashScript({ commands, options }: Command): string {
  const names = commands.map((each) => each.name());
  const behind = (given: readonly Option[], indent: string) =>
    given.flatMap((option) => {
      const kind = kindOf(option);
      if (kind === 'nothing') return [];
      const found = { word: '', file: 'COMPREPLY=($(compgen -f -- "$cur"))' };
      const reply =
        typeof kind === 'string' ? found[kind] : `COMPREPLY=($(compgen -W '${kind.join(' ')}' -- "$cur"))`;
      return `${indent}${flagsOf(option).join('|')}) ${reply || ':'}; return ;;\n`;
    });
  // Two commands may have an option of the same name with other values.
  const own = commands.map((each) => {
    const cases = behind(each.options, '      ').join('');
    const options = `    options+=' ${words(each.options)}'\n`;
    return `  ${each.name()})\n${options}${cases && `    case $prev in\n${cases}    esac\n`}    ;;\n`;
  });
  return `# bash completion for vif
_vif() {
  local cur=\${COMP_WORDS[COMP_CWORD]} prev=\${COMP_WORDS[COMP_CWORD-1]} command= word
  COMPREPLY=()
  for word in "\${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    case $word in
      ${names.join('|')}) command=$word; break ;;
    esac
  done
  local options='${words(options)} --help'
  case $command in
${own.join('')}  esac
  case $prev in
${behind(options, '    ').join('')}  esac
  if [[ $cur == -* ]]; then COMPREPLY=($(compgen -W "$options" -- "$cur"))
  elif [[ -z $command ]]; then COMPREPLY=($(compgen -W '${names.join(' ')}' -- "$cur"))
  else COMPREPLY=($(compgen -f -- "$cur"))
  fi
}
complete -o filenames -F _vif vif
`;
}

function zshScript({ commands, options }: Command): string {
  const quoted = (text: string) => `'${text.replaceAll("'", "'\\''")}'`;
  const spec = (option: Option) => {
    const kind = kindOf(option);
    const description = option.description.replace(/[[\]:\\]/g, '\\$&');
    const behind = { nothing: '', word: ':value: ', file: ':file:_files' };
    const value = typeof kind === 'string' ? behind[kind] : `:value:(${kind.join(' ')})`;
    const sign = option.optional ? `:${value}` : value; // two colons: it may be left out
    return flagsOf(option)
      .map((flag) => quoted(`*${flag}[${description}]${sign}`))
      .join(' ');
  };
  const list = (given: readonly Option[]) => given.map((option) => `    ${spec(option)} \\\n`).join('');
  const described = commands.map((each) => `    ${quoted(`${each.name()}:${each.description()}`)}\n`);
  const cases = commands.map((each) => {
    const file = each.registeredArguments.length > 0 ? "    '*:file:_files'" : '   ';
    return `      ${each.name()}) _arguments \\\n${list([...each.options, ...options])}${file} ;;\n`;
  });
  return `#compdef vif
_vif() {
  local context state state_descr line
  local -a commands
  typeset -A opt_args
  commands=(
${described.join('')}  )
  _arguments -C \\
${list(options)}    '--help[print help]' '1:command:->command' '*::argument:->argument'
  case $state in
    command) _describe command commands ;;
    argument) case $line[1] in
${cases.join('')}    esac ;;
  esac
}
if [[ $funcstack[1] == _vif ]]; then _vif "$@"; else compdef _vif vif; fi
`;
}

function fishScript({ commands, options }: Command): string {
  const quoted = (text: string) => `'${text.replace(/['\\]/g, '\\$&')}'`;
  const line = (option: Option, condition: string) => {
    const kind = kindOf(option);
    const { short, long = '' } = option;
    const names = [...(short ? [`-s ${short.slice(1)}`] : []), `-l ${long.slice(2)}`].join(' ');
    const behind = { nothing: '', word: ' -x', file: ' -r -F' };
    const value = typeof kind === 'string' ? behind[kind] : ` -x -a ${quoted(kind.join(' '))}`;
    return `complete -c vif${condition} ${names}${option.optional ? '' : value} -d ${quoted(option.description)}\n`;
  };
  const names = commands.map((each) => {
    return `complete -c vif -n __fish_use_subcommand -f -a ${each.name()} -d ${quoted(each.description())}\n`;
  });
  const own = commands.flatMap((each) =>
    each.options.map((option) => line(option, ` -n '__fish_seen_subcommand_from ${each.name()}'`)),
  );
  const common = options.map((option) => line(option, ''));
  return `# fish completion for vif\n${[...names, ...common, ...own].join('')}`;
}
