import type { Command, Option } from 'commander';
import type { CommandEnvironment } from '../settings/command-environment.js';
import type { Settings } from '../settings/settings.js';

/** Prints the manual page vif(1), as troff: generated from the definitions of the commands and their options. */
export async function man(_settings: Settings, { stdout, program }: CommandEnvironment): Promise<number> {
  stdout.write(manualPage(program));
  return 0;
}

function manualPage(program: Command): string {
  const version = program.version() ?? '';
  const commands = program.commands.map((each) => {
    const options = each.options.map(optionItem).join('');
    return `.SS ${usage(each)}\n${sentence(each.description())}\n${options}`;
  });
  const options = [...program.options, ...program.commands.flatMap((each) => each.options)];
  const longByVariable = new Map(
    options.flatMap(({ envVar, long }) => (envVar ? [[envVar, long ?? '']] : [])),
  );
  const variables = [...longByVariable].map(
    ([variable, long]) => `.TP\n.B ${escaped(variable)}\nThe same as ${bold(long)}.\n`,
  );
  return `.TH VIF 1 "" "vifkit ${escaped(version)}" "User Commands"
.SH NAME
vif \\- plug virtual network interfaces into this host
.SH SYNOPSIS
.B vif
.I command
.RI [ option .\\|.\\|.]
.RI [ file .\\|.\\|.]
.SH DESCRIPTION
.B vif
plugs virtual network interfaces (VIFs) of guests into this host, as os-vif and Nova do, and writes their libvirt XML.
A plug is all or nothing, and can be repeated: for a VIF that is already plugged, nothing is written.
.SH COMMANDS
${commands.join('')}.SH OPTIONS
Most commands have these options;
.B vif
.I command
.B \\-\\-help
lists those of a command.
${program.options.map(optionItem).join('')}.SH FILES OF REQUESTS
A file holds one request as a JSON object, or many as JSON Lines, as an array, or as YAML.
.B \\-
is standard input, which is read if no file is named.
A request has the keys
.BR vif " and " instance ,
and may have
.BR id ", " flavor ", " image ", " host ", " firewall " and " routing .
A VIF alone is accepted with
.BR \\-\\-instance ;
so are rows of Nova's table instance_info_caches, and Neutron ports with their networks.
.SH EXIT STATUS
.TP
.B 0
Success.
.TP
.B 1
A request failed, a check found a difference, or the host lacks something.
.TP
.B 2
The command line or a file was wrong.
.TP
.B 3
With
.BR \\-\\-detailed\\-exitcode ,
a check found a difference, and nothing failed.
.SH ENVIRONMENT
${variables.join('')}.TP
.BI VIF_ plugin _ option
An option of a plugin, in upper case;
.B vif plugins
lists them.
.SH FILES
.TP
.I /etc/vifkit/config.json
The configuration, unless
.B \\-\\-config
names another;
.I /etc/vifkit/config.d/*.json
override it.
.B vif config\\-file
checks them.
.TP
.I /run/vifkit
Locks, records of plugged VIFs, and the settings that virtual functions had before they were plugged.
.SH EXAMPLES
.EX
vif plan port.json
vif plug port.json
vif check \\-\\-quiet *.json
vif unplug port.json
vif explain LINK_BUSY
.EE
.SH SEE ALSO
.BR ip (8),
.BR nft (8),
.BR ovs\\-vsctl (8),
.BR virsh (1)
`;
}

function usage(command: Command): string {
  const given = command.registeredArguments.map((each) => {
    const name = each.name() + (each.variadic ? '...' : '');
    return each.required ? `<${name}>` : `[${name}]`;
  });
  return [command.name(), ...given].map(escaped).join(' ');
}

function optionItem({
  flags,
  description,
  argChoices,
  defaultValueDescription,
  defaultValue,
  envVar,
}: Option): string {
  const more = [
    ...(argChoices ? [`one of ${argChoices.join(', ')}`] : []),
    ...(defaultValue === undefined || defaultValue === false
      ? []
      : [`default ${defaultValueDescription ?? defaultValue}`]),
    ...(envVar ? [`environment ${envVar}`] : []),
  ];
  const note = more.length > 0 ? ` (${more.join('; ')})` : '';
  return `.TP\n.B ${escaped(flags)}\n${sentence(description + note)}\n`;
}

function sentence(text: string): string {
  return `${escaped(text.charAt(0).toUpperCase() + text.slice(1))}.`;
}

const bold = (text: string) => `\\fB${escaped(text)}\\fR`;

/** Backslashes and hyphens are special in troff, and so is a full stop or an apostrophe at the beginning of a line. */
function escaped(text: string): string {
  return text
    .replaceAll('\\', '\\e')
    .replaceAll('-', '\\-')
    .replace(/^(?=[.'])/, '\\&');
}
