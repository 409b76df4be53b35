export { CellCard } from './CellCard';
export { cellAt } from './cells';
export { HeatBar } from './HeatBar';
export { HeatChoice } from './HeatChoice';
export { heatLayers } from './layers';
export type { HeatCell } from './queries';
export { heatScale } from './scale';
export { useHeat, useHeatMeasures } from './useHeat';
