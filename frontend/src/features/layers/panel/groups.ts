import type { MapLayerInfo } from '../queries';

export const GROUPS = [
  { key: 'operations', title: 'Operations', layers: ['outages', 'crews', 'work_orders'] },
  { key: 'network', title: 'Network', layers: ['substations', 'branches', 'plants', 'buses', 'circuits', 'lines', 'switches', 'transformers', 'poles'] },
  { key: 'customers', title: 'Customers', layers: ['meters', 'customers', 'service_areas'] },
  { key: 'environment', title: 'Environment', layers: ['vegetation_risk', 'vegetation', 'buildings', 'water_bodies', 'flood_zones', 'weather_stations'] },
] as const;

export type GroupKey = (typeof GROUPS)[number]['key'] | 'analysis' | 'other';

export interface LayerGroup {
  key: GroupKey;
  title: string;
  sources: MapLayerInfo[];
}

/** The layers by group, in the order of each group; what no group names comes last, empty groups are left out. */
export function grouped(sources: readonly MapLayerInfo[]): LayerGroup[] {
  const named = new Set<string>(GROUPS.flatMap((group) => [...group.layers]));
  const groups: LayerGroup[] = GROUPS.map(({ key, title, layers }) => ({
    key,
    title,
    sources: layers.flatMap((name) => sources.filter((source) => source.key === name)),
  }));
  const others = sources.filter((source) => !named.has(source.key));
  return [...groups, { key: 'other' as const, title: 'Other', sources: others }].filter((group) => group.sources.length > 0);
}
