/**
 * The steps of plans, and recipes for steps that several plugins need.
 *
 * @packageDocumentation
 */

export type {
  BridgeAttributes,
  BridgePortStep,
  CommandStep,
  CustomStep,
  GuestFilterAbsentStep,
  GuestFilterStep,
  LinkAbsentStep,
  LinkAttributes,
  LinkCreation,
  LinkStep,
  LinkType,
  LinkUserAbsentStep,
  LinkUserStep,
  OvsBridgeAbsentStep,
  OvsBridgeStep,
  OvsDatapathType,
  OvsPortAbsentStep,
  OvsPortInitial,
  OvsPortSettingsStep,
  OvsPortStep,
  OvsVifPortsAbsentStep,
  OvsVlanMode,
  Step,
  StepKind,
  VendorStep,
  VfStep,
} from './plan/steps.js';
export { stepTarget } from './plan/steps.js';
export {
  type BoundTap,
  boundTap,
  guestLinkIn,
  guestLinkPath,
  type HybridLinks,
  hybridBridgeName,
  hybridLinks,
  noBoundTap,
  noHybridLinks,
  portIds,
  tapName,
  tapNeeds,
  vethNames,
} from './plugin/recipes.js';
