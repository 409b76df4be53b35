import { useClient, useQuery } from 'urql';

import { AmiWorkspace, SCOPE_PREFIXES, scopeOfAsset } from '../features/ami';
import { SearchBox } from '../features/search';
import { ViewerQuery } from '../features/session';
import { graphql } from '../gql/graphql';
import { problemOf } from '../lib/graphql/errors';
import { navigate } from '../lib/location';
import { ErrorState, LoadingState } from '../ui/StateMessage';

import { assetAddress } from './assetAddress';

const PlaceQuery = graphql(`
  query AmiPlace($text: String!) {
    search(text: $text, first: 5) {
      assetId
      lon
      lat
    }
  }
`);

/** Analyses of meter readings, with the search for whose meters, and the map a step away. */
export function AmiPage({ timeZone, mapAddress }: { timeZone: string; mapAddress: string }) {
  const client = useClient();
  const [{ data, error, fetching }, refetch] = useQuery({ query: ViewerQuery });
  if (data === undefined) {
    if (error !== undefined && !fetching) return <ErrorState title={problemOf(error).message} onRetry={refetch} />;
    return <LoadingState label="Loading what your account may see" minHeight={320} />;
  }
  const showOnMap = async (assetId: string): Promise<void> => {
    // Where its place cannot be found out, the map shows the asset's card and stays where it was.
    const found = await client.query(PlaceQuery, { text: assetId }).toPromise();
    const hit = found.data?.search.find((each) => each.assetId === assetId);
    navigate(assetAddress({ assetId, lon: hit?.lon ?? null, lat: hit?.lat ?? null }, mapAddress));
  };
  return (
    <AmiWorkspace
      permissions={data.viewer.permissions}
      timeZone={timeZone}
      search={(onPick) => (
        <SearchBox
          label="Find an asset with meters"
          prefixes={SCOPE_PREFIXES}
          testId="ami-search"
          onPick={(hit) => {
            const scope = scopeOfAsset(hit.assetId);
            if (scope !== null) onPick(scope);
          }}
        />
      )}
      showOnMap={(assetId) => void showOnMap(assetId)}
    />
  );
}
