/** The virtual machine a VIF belongs to. */
export interface Instance {
  readonly uuid: string;
  readonly name: string;
  readonly project_id: string;
  readonly display_name: string;
}
