import { useCallback } from 'react';
import { useClient, useQuery } from 'urql';

import { QualityPart, useAccount } from '../features/data';
import { SearchBox } from '../features/search';
import { ViewerQuery } from '../features/session';
import { subjectOf, SUBJECT_PREFIXES, topologyAddress, TopologyWorkspace } from '../features/topology';
import { graphql } from '../gql/graphql';
import { problemOf } from '../lib/graphql/errors';
import { navigate } from '../lib/location';
import { ErrorState, LoadingState } from '../ui/StateMessage';

import { assetAddress } from './assetAddress';

const PlaceQuery = graphql(`
  query TopologyMapPlace($text: String!) {
    search(text: $text, first: 5) {
      assetId
      lon
      lat
    }
  }
`);

/** The diagram of a finding's asset; null of what is in none. */
function diagramHref(assetId: string): string | null {
  return subjectOf(assetId) === null ? null : topologyAddress(assetId);
}

/** How the network is joined, with the search for whose diagram, and the map a step away. */
export function TopologyPage({ timeZone, mapAddress }: { timeZone: string | undefined; mapAddress: string }) {
  const client = useClient();
  const account = useAccount();
  const [{ data, error, fetching }, refetch] = useQuery({ query: ViewerQuery });
  const mapHref = useCallback((assetId: string) => assetAddress({ assetId, lon: null, lat: null }, mapAddress), [mapAddress]);
  const showOnMap = useCallback(
    async (assetId: string): Promise<void> => {
      // Where its place cannot be found out, the map shows the asset's card and stays where it was.
      const found = await client.query(PlaceQuery, { text: assetId }).toPromise();
      const hit = found.data?.search.find((each) => each.assetId === assetId);
      navigate(assetAddress({ assetId, lon: hit?.lon ?? null, lat: hit?.lat ?? null }, mapAddress));
    },
    [client, mapAddress],
  );
  const show = useCallback((assetId: string) => void showOnMap(assetId), [showOnMap]);
  if (data === undefined) {
    if (error !== undefined && !fetching) return <ErrorState title={problemOf(error).message} onRetry={refetch} />;
    return <LoadingState label="Loading what your account may see" minHeight={320} />;
  }
  return (
    <TopologyWorkspace
      permissions={data.viewer.permissions}
      timeZone={timeZone}
      mapHref={mapHref}
      showOnMap={show}
      search={(onPick) => <SearchBox label="Find an asset's diagram" prefixes={SUBJECT_PREFIXES} testId="topology-search" onPick={(hit) => onPick(hit.assetId)} />}
      quality={
        account === null ? (
          <LoadingState label="Loading what your account may see" minHeight={240} />
        ) : (
          <QualityPart account={account} assetHref={diagramHref} linkTitle="Show in the one-line diagram" timeZone={timeZone} />
        )
      }
    />
  );
}
