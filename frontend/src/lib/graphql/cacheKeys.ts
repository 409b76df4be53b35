import type { KeyingConfig } from '@urql/exchange-graphcache';

const embedded = (): null => null;

/** How the cache names objects that carry no `id`; null: the object belongs to its parent. */
export const CACHE_KEYS: KeyingConfig = {
  MapLayer: (layer) => layer.key as string,
  Kpi: (kpi) => kpi.key as string,
  CascadeTrip: embedded,
  CascadeWave: embedded,
  Health: embedded,
  LegendEntry: embedded,
  LoadPoint: embedded,
  LoggedOut: embedded,
  NewApiToken: embedded,
  OperationInfo: embedded,
  OutageAsset: embedded,
  PageInfo: embedded,
  SearchHit: embedded,
  ServiceHealth: embedded,
  Site: embedded,
  SyncAlert: embedded,
  TransformerLoad: embedded,
  TransformerPeak: embedded,
  UsagePoint: embedded,
  Viewer: embedded,
  _Service: embedded,
  SyncLayer: (layer) => layer.key as string,
};
