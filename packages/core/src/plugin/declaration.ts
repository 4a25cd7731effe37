/** Something a plugin needs on the host, and where it comes from: shown by `vif plugins`. */
export interface Requirement {
  /** A program, a kernel module, a socket, ... */
  readonly what: string;
  readonly from: string;
}

export type Constructor<T> = new (...args: never[]) => T;

interface Common {
  /** A class whose properties, with their defaults, are the options; class-validator's decorators guard them. */
  readonly options?: Constructor<object>;
  readonly needs?: readonly Requirement[];
}

/** What a decorator says about the class below it. */
export type Declaration =
  | ({
      readonly role: 'plugin' /** The name VIF objects carry in `plugin`. */;
      readonly name: string;
    } & Common)
  | ({ readonly role: 'driver' /** The VIF type, as Nova spells it. */; readonly type: string } & Common)
  | ({ readonly role: 'converter'; readonly type: string } & Common);
