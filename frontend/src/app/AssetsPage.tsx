import { useQuery } from 'urql';

import { FleetPage, TransformerPage } from '../features/fleet';
import { ViewerQuery } from '../features/session';
import { LoadingState } from '../ui/StateMessage';

/** The health of the fleet, or all of one transformer. */
export function AssetsPage({ assetId, timeZone }: { assetId: string | null; timeZone: string | undefined }) {
  const [{ data }] = useQuery({ query: ViewerQuery });
  if (data === undefined) return <LoadingState label="Loading what your account may see" minHeight={320} />;
  const { permissions } = data.viewer;
  return assetId === null ? (
    <FleetPage permissions={permissions} timeZone={timeZone} />
  ) : (
    <TransformerPage assetId={assetId} permissions={permissions} timeZone={timeZone} />
  );
}
