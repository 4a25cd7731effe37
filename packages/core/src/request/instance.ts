import { field } from '../schema/field.js';
import { refusesUnknownKeys } from '../schema/field-store.js';

/** The virtual machine a VIF belongs to. */
@refusesUnknownKeys()
export class Instance {
  @field.uuid({ required: true })
  declare readonly uuid: string;

  /** The name that the hypervisor knows it by. */
  @field.text({ initial: () => '' })
  declare readonly name: string;

  @field.text({ initial: () => '' })
  declare readonly project_id: string;

  @field.text({ initial: () => '' })
  declare readonly display_name: string;
}
