import type { ErrorCode } from '../errors/codes.js';
import { ValidationError, type Violation } from '../errors/vif-error.js';
import { pathTo } from './field-rule.js';

/** Deeper than any form of ours goes; what nests deeper is an attack, or an accident. */
const deepest = 32;

/** Values in one input, free maps included. */
const most = 100_000;

interface Source {
  /** The code of errors about it, and what their messages begin with. */
  readonly code: ErrorCode;
  readonly subject: string;
  readonly vifId?: string | undefined;
}

/** Where in an input a reader is. Keeps watch over the input's depth and size. */
export class Cursor {
  private constructor(
    private readonly source: Source,
    private readonly above: Cursor | undefined,
    /** Of the topmost, its path. */
    private readonly key: string,
    private readonly depth: number,
    private readonly seen: { count: number },
  ) {}

  static at(source: Source, path = ''): Cursor {
    return new Cursor(source, undefined, path, 0, { count: 0 });
  }

  /** @throws ValidationError when the input is too deep or too large */
  to(key: string): Cursor {
    const child = new Cursor(this.source, this, key, this.depth + 1, this.seen);
    if (child.depth > deepest) child.fail(`is nested more than ${deepest} deep`);
    this.seen.count += 1;
    if (this.seen.count > most) child.fail(`is too large: there are more than ${most} values`);
    return child;
  }

  /** Put together only when it is asked for: an input has many values, and seldom an error. */
  private get path(): string {
    return this.above ? pathTo(this.above.path, this.key) : this.key;
  }

  fail(message: string, code?: ErrorCode): never {
    this.failAll([{ path: '', message }], code);
  }

  /** Fails if there are any violations. */
  refuse(violations: readonly Violation[]): void {
    if (violations.length > 0) this.failAll(violations);
  }

  /** Fails with violations whose paths go on from here. */
  failAll(violations: readonly Violation[], code: ErrorCode = this.source.code): never {
    const { subject, vifId } = this.source;
    const placed = violations.map(({ path, message }) => ({ path: joined(this.path, path), message }));
    throw new ValidationError(code, subject, placed, { vifId });
  }
}

function joined(parent: string, path: string): string {
  return parent && path && !path.startsWith('[') ? `${parent}.${path}` : parent + path;
}
