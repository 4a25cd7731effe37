import { field } from '../schema/field.js';
import { versionedObject } from './registry.js';
import type { FieldsOf } from './versioned-object.js';
import { VIFBase } from './vif-base.js';

/**
 * A vhost-user port: guest and virtual switch share memory over a Unix socket.
 * Version 1.1 added `vif_name`.
 */
@versionedObject({ name: 'VIFVHostUser', version: '1.1' })
export class VIFVHostUser extends VIFBase {
  /** The port of the virtual switch. */
  @field.linkName({ since: '1.1' })
  declare readonly vif_name?: string;

  /** The Unix socket. */
  @field.socketPath()
  declare readonly path?: string;

  /** Which side of the socket QEMU is: the server makes it, the client connects to it. */
  @field.enum(['client', 'server'])
  declare readonly mode?: 'client' | 'server';

  declare protected readonly nominal: unknown;

  constructor(fields: FieldsOf<VIFVHostUser, 'id'>) {
    super(fields);
  }
}
