import { useClient, useQuery } from 'urql';

import { DecisionsWorkspace } from '../../features/decisions';
import { ViewerQuery } from '../../features/session';
import { graphql } from '../../gql/graphql';
import { problemOf } from '../../lib/graphql/errors';
import { navigate, useSearchString } from '../../lib/location';
import { decodeMapView, DEFAULT_VIEW, encodeMapView } from '../../lib/mapView';
import { ErrorState, LoadingState } from '../../ui/StateMessage';
import { assetAddress } from '../assetAddress';

const PlaceQuery = graphql(`
  query DecisionPlace($text: String!) {
    search(text: $text, first: 5) {
      assetId
      lon
      lat
    }
  }
`);

/** Decisions after a cascade, with the map of its run a step away. */
export function DecisionsPage({ timeZone }: { timeZone: string | undefined }) {
  const client = useClient();
  const search = useSearchString();
  const [{ data, error, fetching }, refetch] = useQuery({ query: ViewerQuery });
  if (data === undefined) {
    if (error !== undefined && !fetching) return <ErrorState title={problemOf(error).message} onRetry={refetch} />;
    return <LoadingState label="Loading what your account may see" minHeight={320} />;
  }
  const map = `/cascade${encodeMapView({ ...DEFAULT_VIEW, run: decodeMapView(search).run })}`;
  const show = async (assetId: string): Promise<void> => {
    // Where its place cannot be found out, the map shows the asset's card and stays where it was.
    const found = await client.query(PlaceQuery, { text: assetId }).toPromise();
    const hit = found.data?.search.find((each) => each.assetId === assetId);
    navigate(assetAddress({ assetId, lon: hit?.lon ?? null, lat: hit?.lat ?? null }, map));
  };
  return (
    <DecisionsWorkspace
      permissions={data.viewer.permissions}
      timeZone={timeZone}
      links={{ href: (assetId) => assetAddress({ assetId, lon: null, lat: null }, map), show: (assetId) => void show(assetId) }}
    />
  );
}
