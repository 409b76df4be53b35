export { addOutage, draftStore } from './draft';
export { cascadeLayers } from './layers';
export type { RunColour } from './layers';
export { cascadeLegend } from './legend';
export { RunForm } from './RunForm';
export { RunView } from './RunView';
export type { CascadeRunState } from './useCascadeRun';
export { useCascadeRun } from './useCascadeRun';
export { WaveBar } from './WaveBar';
