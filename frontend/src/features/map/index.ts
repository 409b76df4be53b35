export { DRAW_BEFORE } from './controller';
export type { Animation, LabelFeatures } from './controller';
export type { Drag, PointerPosition } from './pointer';
export { MapCanvas } from './MapCanvas';
export type { MapHandle } from './MapCanvas';
export { tileLoader } from './tileLayers';
