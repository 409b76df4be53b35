export { DRAW_BEFORE } from './controller';
export type { LabelFeatures, PointerPosition } from './controller';
export { MapCanvas } from './MapCanvas';
export type { MapHandle } from './MapCanvas';
