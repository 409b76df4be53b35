export { crewAt, crewLayers, describeCrew } from './layers';
export type { CrewOnMap } from './queries';
export { useCrewsOnMap } from './useCrewsOnMap';
