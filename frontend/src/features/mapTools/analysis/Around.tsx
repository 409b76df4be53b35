import Typography from '@mui/material/Typography';
import { useQuery } from 'urql';

import { formatNumber } from '../../../lib/format';
import type { Position } from '../../../lib/geo/geodesic';
import { problemOf } from '../../../lib/graphql/errors';
import { useUnits } from '../../../lib/preferences';
import { formatKilometres } from '../../../lib/units';
import { ErrorState, LoadingState } from '../../../ui/StateMessage';

import { AssetRows } from './AssetRows';
import { NEAREST } from './classes';
import type { ClassInfo } from './classes';
import { AroundQuery, LinesAroundQuery } from './queries';

interface Props {
  centre: Position;
  radiusM: number;
  classes: readonly ClassInfo[];
  onGo: (assetId: string, at: { lon: number; lat: number }) => void;
}

/** As the server takes it. */
const MOST_LINES_RADIUS_M = 20_000;

/** What is nearest to the centre of a circle. */
export function NearestAssets({ centre: [lon, lat], radiusM, classes, onGo }: Props) {
  const asked = classes.map(({ kind }) => kind).filter((kind) => NEAREST.includes(kind));
  const [{ data, error, fetching }, refetch] = useQuery({ query: AroundQuery, variables: { lon, lat, classes: asked, maxDistanceM: radiusM }, pause: asked.length === 0 });
  if (asked.length === 0) return <Typography variant="caption">Your account may see none of these assets.</Typography>;
  if (data?.nearestAssets === undefined) {
    if (error !== undefined && !fetching) return <ErrorState title="They could not be found" detail={problemOf(error).message} onRetry={refetch} />;
    return <LoadingState label="Looking around" minHeight={60} />;
  }
  if (data.nearestAssets.length === 0) return <Typography variant="caption">Nothing within the circle.</Typography>;
  return <AssetRows label="Nearest to the centre" assets={data.nearestAssets} onGo={onGo} />;
}

/** Lines that pass through a circle, the nearest to its centre first. */
export function LinesAround({ centre: [lon, lat], radiusM, onGo }: Omit<Props, 'classes'>) {
  const units = useUnits();
  const isTooWide = radiusM > MOST_LINES_RADIUS_M;
  const [{ data, error, fetching }, refetch] = useQuery({ query: LinesAroundQuery, variables: { lon, lat, radiusM }, pause: isTooWide });
  if (isTooWide) {
    return <Typography variant="caption">Told within {formatKilometres(MOST_LINES_RADIUS_M / 1000, units, 0)} at the most.</Typography>;
  }
  if (data?.linesNear === undefined) {
    if (error !== undefined && !fetching) return <ErrorState title="They could not be found" detail={problemOf(error).message} onRetry={refetch} />;
    return <LoadingState label="Looking for lines" minHeight={60} />;
  }
  const { count, totalLengthKm, lines } = data.linesNear;
  return (
    <>
      <Typography variant="caption" component="p" color="textSecondary">
        {formatNumber(count)} lines, {formatKilometres(totalLengthKm, units, 1)} at their whole length
      </Typography>
      <AssetRows label="Lines" assets={lines.map(({ line }) => line)} onGo={onGo} />
    </>
  );
}
