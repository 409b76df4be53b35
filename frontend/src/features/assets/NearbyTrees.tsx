import Typography from '@mui/material/Typography';
import { useMemo } from 'react';
import { useQuery } from 'urql';

import { formatNumber, formatQuantity, humanize, UNKNOWN } from '../../lib/format';
import { linesOf } from '../../lib/geojson';
import { problemOf } from '../../lib/graphql/errors';
import { useUnits } from '../../lib/preferences';
import { formatDistance, formatMetres } from '../../lib/units';
import type { UnitSystem } from '../../lib/units';
import { FactList } from '../../ui/FactList';
import { ErrorState, LoadingState } from '../../ui/StateMessage';

import { RouteQuery, TreesNearQuery } from './moreQueries';

const NEAR_M = 100;

/** Trees within 100 m of an asset at a place. */
export function TreesAtPlace({ at: { lon, lat } }: { at: { lon: number; lat: number } }) {
  const area = useMemo(() => ({ circle: { lon, lat, radiusM: NEAR_M } }), [lon, lat]);
  return <TreesIn area={area} />;
}

/** Trees within 100 m of a line. */
export function TreesAlong({ assetId, isLine }: { assetId: string; isLine: boolean }) {
  const [{ data, error, fetching }, refetch] = useQuery({ query: RouteQuery, variables: { lineId: assetId, branchId: assetId, isLine } });
  const route = (isLine ? data?.line : data?.branch)?.route;
  const path = useMemo(() => linesOf(route)?.[0], [route]);
  const area = useMemo(() => (path === undefined ? null : { corridor: { path: path.map(([lon, lat]) => [lon, lat]), widthM: 2 * NEAR_M } }), [path]);
  if (area !== null) return <TreesIn area={area} />;
  if (fetching) return <LoadingState label="Loading its route" minHeight={60} />;
  if (error !== undefined) return <ErrorState title="Its route could not be loaded" detail={problemOf(error).message} onRetry={refetch} />;
  return <Typography variant="caption">Its route is not known.</Typography>;
}

type Area = { circle: { lon: number; lat: number; radiusM: number } } | { corridor: { path: number[][]; widthM: number } };

function TreesIn({ area }: { area: Area }) {
  const units = useUnits();
  const [{ data, error, fetching }, refetch] = useQuery({ query: TreesNearQuery, variables: { area } });
  if (data?.all === undefined) {
    if (error !== undefined && !fetching) return <ErrorState title="Trees could not be loaded" detail={problemOf(error).message} onRetry={refetch} />;
    return <LoadingState label="Looking for trees" minHeight={60} />;
  }
  const { all, critical } = data;
  return (
    <div data-testid="trees-near">
      <FactList
        facts={[
          { label: `Trees within ${formatMetres(NEAR_M, units, 0)}`, value: formatNumber(all.totalCount) },
          { label: 'Of them critical', value: formatNumber(critical.totalCount) },
        ]}
      />
      {all.edges.map(({ node }) => (
        <Typography key={node.id} variant="caption" component="p" sx={{ mt: 0.5 }}>
          <strong>{node.commonName ?? node.assetId}</strong>, {node.level == null ? 'not assessed' : humanize(node.level).toLowerCase()}:{' '}
          {formatDistance(node.distanceM, units)} from its nearest line, {fallZone(node, units)};{' '}
          {node.customerMinutesPerYear == null ? UNKNOWN : formatQuantity(node.customerMinutesPerYear, 'customer-minutes a year')}
        </Typography>
      ))}
      {all.totalCount > all.edges.length && (
        <Typography variant="caption" component="p" color="textSecondary">
          The {formatNumber(all.edges.length)} that are expected to cost most of {formatNumber(all.totalCount)}.
        </Typography>
      )}
    </div>
  );
}

/** How far it reaches when it falls, and whether that is onto a line. */
function fallZone({ reachM, overstrikeM }: { reachM?: number | null; overstrikeM?: number | null }, units: UnitSystem): string {
  if (reachM == null) return 'fall zone not known';
  const reach = `falls as far as ${formatMetres(reachM, units, 0)}`;
  if (overstrikeM == null) return reach;
  return overstrikeM > 0 ? `${reach}, onto a line` : `${reach}, short of a line`;
}
