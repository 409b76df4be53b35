import { useLayerStates } from '../../features/layers';
import type { BranchColumns, SubstationColumns } from '../../lib/columns/layers';

const TRANSMISSION = ['substations', 'branches'];
/** Both layers come whole. */
const EVERYWHERE = { zoom: 8, bounds: [-180, -85, 180, 85] as [number, number, number, number] };

/** The transmission network as the map draws it; null while it is on its way. */
export function useGrid(): { branches: BranchColumns | null; substations: SubstationColumns | null; isLoading: boolean } {
  const { states, isLoading } = useLayerStates(TRANSMISSION, EVERYWHERE);
  return { branches: states.branches?.columns ?? null, substations: states.substations?.columns ?? null, isLoading };
}
