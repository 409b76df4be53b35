/** The classes that an area can be asked for, in the order they are listed, and the permission each takes. */
export const CLASSES = [
  { kind: 'SUBSTATION', label: 'Substations', permission: 'grid.view_substation' },
  { kind: 'PLANT', label: 'Plants', permission: 'grid.view_plant' },
  { kind: 'BRANCH', label: 'Transmission lines', permission: 'grid.view_branch' },
  { kind: 'LINE', label: 'Distribution lines', permission: 'grid.view_linesection' },
  { kind: 'SWITCH', label: 'Switches', permission: 'grid.view_switch' },
  { kind: 'TRANSFORMER', label: 'Transformers', permission: 'grid.view_transformer' },
  { kind: 'POLE', label: 'Poles', permission: 'grid.view_pole' },
  { kind: 'METER', label: 'Meters', permission: 'grid.view_meter' },
  { kind: 'CUSTOMER', label: 'Customers', permission: 'grid.view_customer' },
  { kind: 'OUTAGE', label: 'Outages', permission: 'grid.view_outage' },
  { kind: 'WORK_ORDER', label: 'Work orders', permission: 'grid.view_workorder' },
  { kind: 'CREW', label: 'Crews', permission: 'grid.view_crew' },
  { kind: 'TREE', label: 'Trees', permission: 'grid.view_tree' },
  { kind: 'BUILDING', label: 'Buildings', permission: 'grid.view_building' },
  { kind: 'WATER_BODY', label: 'Water', permission: 'grid.view_waterbody' },
  { kind: 'FLOOD_ZONE', label: 'Flood zones', permission: 'grid.view_floodzone' },
] as const;

export type PlacedClass = (typeof CLASSES)[number]['kind'];

export interface ClassInfo {
  kind: PlacedClass;
  label: string;
  permission: string;
}

export function classesFor(permissions: ReadonlySet<string>): ClassInfo[] {
  return CLASSES.filter(({ permission }) => permissions.has(permission));
}

export function labelOfClass(kind: string): string {
  return CLASSES.find((each) => each.kind === kind)?.label ?? kind;
}

/** Classes that one looks for when asking what is nearest to a place. */
export const NEAREST: readonly PlacedClass[] = ['SUBSTATION', 'SWITCH', 'TRANSFORMER', 'POLE'];
