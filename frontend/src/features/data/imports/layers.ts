/** Layers that files can be imported into; time series and operations have feeds of their own. */
export const IMPORT_LAYERS = [
  'zones',
  'substations',
  'buses',
  'branches',
  'plants',
  'circuits',
  'lines',
  'switches',
  'poles',
  'transformers',
  'meters',
  'customers',
  'trees',
  'buildings',
  'water_bodies',
  'flood_zones',
] as const;

/** Endings of the files that can be read. */
export const FILE_ENDINGS = '.csv,.gz,.gpkg,.geojson,.json,.zip,.parquet,.geoparquet';
