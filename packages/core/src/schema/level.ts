/**
 * How much is asked of values. On the `wire`, what os-vif's fields ask for, which is little more than their types. For a
 * `plug`, what can go safely on a command line, into a batch file, OVSDB or XML. What the latter takes, so does the former.
 */
export type Level = 'wire' | 'plug';
