/** What parts of the workspace ask of an account. */
export const MAY = {
  healths: 'grid.view_assethealth',
  transformers: 'grid.view_transformer',
  outages: 'grid.view_outage',
  orders: 'grid.view_workorder',
  order: 'grid.add_workorder',
  failures: 'cascade.view_transformerprediction',
  forecasts: 'cascade.view_transformerforecast',
} as const;
