import type { Argument, Command, Option } from 'commander';
import type { CommandEnvironment } from '../settings/command-environment.js';
import type { Settings } from '../settings/settings.js';

/**
 * Prints a script that completes the command in a shell: generated from the commands' definitions, so that completion
 * starts no program. A command is completed by the options and the operands that it has.
 */
export async function completion(
  _settings: Settings,
  { stdout, program }: CommandEnvironment,
  [shell]: readonly string[],
): Promise<number> {
  stdout.write(scripts[shell as keyof typeof scripts](program));
  return 0;
}

const scripts = { bash: bashScript, zsh: zshScript, fish: fishScript };

/** What is completed after an option, or in the place of an operand. */
type Kind = 'nothing' | 'word' | 'file' | readonly string[];

function kindOf({ flags, argChoices, required, optional }: Option): Kind {
  if (argChoices) return argChoices;
  if (!required && !optional) return 'nothing';
  return /<(file|dir|package|versions)>/.test(flags) ? 'file' : 'word';
}

function kindOfOperand(operand: Argument): Kind {
  if (operand.argChoices) return operand.argChoices;
  return /^(file|file-or-id|package)$/.test(operand.name()) ? 'file' : 'word';
}

/** What the operands of a command are completed by. */
function operandsOf(command: Command): Kind {
  const kinds = command.registeredArguments.map(kindOfOperand);
  return kinds.find((kind) => typeof kind !== 'string') ?? (kinds.includes('file') ? 'file' : 'nothing');
}

/** The options of the program that a command has. */
function commonOf(command: Command): readonly Option[] {
  return command.createHelp().visibleGlobalOptions(command);
}

const flagsOf = ({ short, long }: Option): string[] => [short, long].flatMap((flag) => flag ?? []);
const words = (options: readonly Option[]): string => options.flatMap(flagsOf).join(' ');

function bashScript(program: Command): string {
  const { commands, options } = program;
  const names = commands.map((each) => each.name());
  const found = (kind: Kind) => {
    if (typeof kind !== 'string') return `-W '${kind.join(' ')}'`;
    return kind === 'file' ? '-f' : '';
  };
  const behind = (given: readonly Option[], indent: string) =>
    given.flatMap((option) => {
      const kind = kindOf(option);
      const reply = kind === 'word' ? ':' : `COMPREPLY=($(compgen ${found(kind)} -- "$cur"))`;
      return kind === 'nothing' ? [] : `${indent}${flagsOf(option).join('|')}) ${reply}; return ;;\n`;
    });
  const own = commands.map((each) => {
    const all = [...each.options, ...commonOf(each)];
    // Two commands may have an option of the same name with other values.
    const special = all.filter((option) => !options.includes(option));
    const cases = behind(special, '      ').join('');
    const given = `    options='${words(all)} --help'\n    operands=(${found(operandsOf(each))})\n`;
    return `  ${each.name()})\n${given}${cases && `    case $prev in\n${cases}    esac\n`}    ;;\n`;
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
  local -a operands=(${found(names)})
  case $command in
${own.join('')}  esac
  case $prev in
${behind(options, '    ').join('')}  esac
  if [[ $cur == -* ]]; then COMPREPLY=($(compgen -W "$options" -- "$cur"))
  elif (( \${#operands[@]} > 0 )); then COMPREPLY=($(compgen "\${operands[@]}" -- "$cur"))
  fi
}
complete -o filenames -F _vif vif
`;
}

function zshScript(program: Command): string {
  const { commands, options } = program;
  const quoted = (text: string) => `'${text.replaceAll("'", "'\\''")}'`;
  const behind = (name: string, kind: Kind) => {
    if (typeof kind !== 'string') return `:${name}:(${kind.join(' ')})`;
    return { nothing: '', word: `:${name}: `, file: `:${name}:_files` }[kind];
  };
  const spec = (option: Option) => {
    const description = option.description.replace(/[[\]:\\]/g, '\\$&');
    const kind = kindOf(option);
    const value = behind(kind === 'file' ? 'file' : 'value', kind);
    const sign = option.optional ? `:${value}` : value; // two colons: it may be left out
    return flagsOf(option)
      .map((flag) => quoted(`*${flag}[${description}]${sign}`))
      .join(' ');
  };
  const operand = (given: Argument, index: number) =>
    quoted(`${given.variadic ? '*' : index + 1}${behind(given.name(), kindOfOperand(given))}`);
  const list = (given: readonly Option[]) => given.map((option) => `    ${spec(option)} \\\n`).join('');
  const described = commands.map((each) => `    ${quoted(`${each.name()}:${each.description()}`)}\n`);
  const cases = commands.map((each) => {
    const operands = each.registeredArguments.map(operand).join(' ');
    const given = list([...each.options, ...commonOf(each)]);
    return `      ${each.name()}) _arguments \\\n${given}    '--help[print help]' ${operands} ;;\n`;
  });
  return `#compdef vif
_vif() {
  local context state state_descr line
  local -a commands
  typeset -A opt_args
  commands=(
${described.join('')}  )
  _arguments -C -A '-*' \\
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

function fishScript(program: Command): string {
  const { commands, options } = program;
  const quoted = (text: string) => `'${text.replace(/['\\]/g, '\\$&')}'`;
  const of = (names: readonly string[]) => ` -n '__fish_seen_subcommand_from ${names.join(' ')}'`;
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
  const before = options.map((option) => line(option, ' -n __fish_use_subcommand'));
  const users = new Map<Option, string[]>();
  for (const each of commands) {
    for (const option of [...each.options, ...commonOf(each)]) {
      users.set(option, [...(users.get(option) ?? []), each.name()]);
    }
  }
  const own = [...users].map(([option, whose]) => line(option, of(whose)));
  const found = commands.flatMap((each) => {
    const kind = operandsOf(each);
    if (kind === 'file') return [];
    return `complete -c vif${of([each.name()])} -f${typeof kind === 'string' ? '' : ` -a ${quoted(kind.join(' '))}`}\n`;
  });
  return `# fish completion for vif\n${[...names, ...before, ...own, ...found].join('')}`;
}
