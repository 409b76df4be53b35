import Alert from '@mui/material/Alert';
import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import Typography from '@mui/material/Typography';
import { useCallback, useState } from 'react';
import { useQuery } from 'urql';

import { formatInstant, formatNumber, formatQuantity, humanize, plural, UNKNOWN } from '../../lib/format';
import { problemOf } from '../../lib/graphql/errors';
import { useUnits } from '../../lib/preferences';
import { formatMetres } from '../../lib/units';
import { FactList } from '../../ui/FactList';
import type { Fact } from '../../ui/FactList';
import { EmptyState, ErrorState, LoadingState } from '../../ui/StateMessage';

import { Explanation } from './Explanation';
import { InspectionForm } from './InspectionForm';
import { LevelMark } from './LevelMark';
import type { PatchAddress } from './address';
import { TreeQuery } from './queries';
import type { TreeRisk } from './queries';
import { useRefresh } from './useRefresh';
import { clearanceWords, figure, onceIn, treeName, yearsWords } from './words';

interface Props {
  treeId: string;
  onChange: PatchAddress;
  permissions: ReadonlySet<string>;
  timeZone: string;
  onLocate: (assetId: string, at: { lon: number; lat: number }) => void;
}

/** A tree: what it is to the lines near it, how each number comes about, and its inspection. */
export function TreeCard({ treeId, onChange, permissions, timeZone, onLocate }: Props) {
  const [isInspecting, setInspecting] = useState(false);
  const [{ data, error, fetching }, refetch] = useQuery({ query: TreeQuery, variables: { assetId: treeId } });
  const refresh = useCallback(() => refetch({ requestPolicy: 'network-only' }), [refetch]);
  useRefresh(refresh);
  const tree = data?.treeRisk;
  return (
    <Box data-testid="tree-card">
      <Button onClick={() => onChange({ tree: null })} data-testid="back-to-trees" sx={{ ml: -0.5, mb: 0.5 }}>
        ‹ All trees
      </Button>
      {tree == null ? (
        error !== undefined && !fetching ? (
          <ErrorState title="The tree could not be loaded" detail={problemOf(error).message} onRetry={refresh} />
        ) : data === undefined ? (
          <LoadingState label="Loading the tree" minHeight={240} />
        ) : (
          <EmptyState title="There is no such tree" detail={`${treeId}, as far as you may see.`} />
        )
      ) : (
        <>
          <Box sx={{ display: 'flex', alignItems: 'center', gap: 1, mb: 0.5 }}>
            <Box sx={{ flex: 1, minWidth: 0 }}>
              <Typography variant="h2">{treeName(tree)}</Typography>
              <Typography variant="caption" color="textSecondary" component="p">
                {tree.species != null && <i>{tree.species}</i>} {tree.assetId}
              </Typography>
            </Box>
            <LevelMark level={tree.level} />
            <Button variant="outlined" onClick={() => onLocate(tree.assetId, tree)} data-testid="tree-locate">
              Map
            </Button>
            {permissions.has('grid.add_treeinspection') && (
              <Button variant="outlined" aria-expanded={isInspecting} onClick={() => setInspecting(!isInspecting)} data-testid="inspect-tree">
                Inspect…
              </Button>
            )}
          </Box>
          {tree.isStale && (
            <Alert severity="info" variant="outlined" sx={{ py: 0, mb: 1 }} data-testid="tree-stale">
              It, its inspection or a line near it has changed: the next assessment judges it anew.
            </Alert>
          )}
          {isInspecting && <InspectionForm tree={tree} onDone={() => setInspecting(false)} />}
          <Figures tree={tree} onChange={onChange} />
          <Typography variant="caption" color="textSecondary" component="p" sx={{ mt: 1 }}>
            Assessed {formatInstant(tree.computedAt, timeZone)}.
          </Typography>
          <Explanation treeId={tree.assetId} />
        </>
      )}
    </Box>
  );
}

function Figures({ tree, onChange }: { tree: TreeRisk; onChange: PatchAddress }) {
  const units = useUnits();
  const line = (lineId: string | null | undefined): Fact['value'] =>
    lineId == null ? (
      UNKNOWN
    ) : (
      <Button onClick={() => onChange({ tab: 'spans', span: lineId })} sx={{ py: 0, minWidth: 0, fontSize: 'inherit' }}>
        {lineId}
      </Button>
    );
  const range = (low: number | null | undefined, high: number | null | undefined): string =>
    low == null && high == null ? '' : ` (${figure(low)} to ${figure(high)})`;
  return (
    <>
      {tree.isRouteApproximate && (
        <Typography variant="caption" component="p" sx={{ mb: 0.5 }}>
          Judged against a straight route of a transmission line, which is no real corridor.
        </Typography>
      )}
      <Part title="The tree">
        <FactList
          facts={[
            { label: 'Height', value: formatMetres(tree.heightM, units, 1) },
            { label: 'Radius of its crown', value: formatMetres(tree.crownRadiusM, units, 1) },
            { label: 'Growth a year', value: `${formatMetres(tree.growthMPerYear, units, 2)} · ${humanize(tree.growthBasis).toLowerCase()}` },
            { label: 'Fall zone', value: tree.heightM == null ? UNKNOWN : `${formatMetres(tree.heightM, units, 1)} around it` },
            { label: 'To the nearest line', value: formatMetres(tree.distanceM, units, 1) },
            { label: 'Hours to trim it', value: formatQuantity(tree.trimH, 'h', 1) },
          ]}
        />
      </Part>
      <Part title="It grows in" level={tree.growInLevel}>
        <FactList
          facts={[
            { label: 'Span', value: line(tree.growInLineId) },
            { label: 'Clearance to keep', value: formatMetres(tree.clearanceM, units, 2) },
            { label: 'It is', value: clearanceWords(tree.clearanceDeficitM, units) },
            {
              label: 'Within it in',
              value:
                tree.yearsToEncroachment == null && tree.growInLevel === 'NONE'
                  ? 'never at its growth'
                  : `${yearsWords(tree.yearsToEncroachment)} (${yearsWords(tree.earliestYears)} to ${tree.latestYears == null ? 'never' : yearsWords(tree.latestYears)})`,
            },
          ]}
        />
      </Part>
      <Part title="It falls in" level={tree.fallInLevel}>
        <FactList
          facts={[
            { label: 'Span', value: line(tree.fallInLineId) },
            { label: 'Reach to the conductor', value: formatMetres(tree.reachM, units, 1) },
            { label: 'Overstrike', value: formatMetres(tree.overstrikeM, units, 1) },
            { label: 'Directions that strike', value: tree.directionFrac == null ? UNKNOWN : `${formatNumber(100 * tree.directionFrac)}%` },
            { label: 'Strikes', value: onceIn(tree.strikesPerYear) },
            { label: 'Inspected', value: tree.failureLikelihood == null ? 'never' : `${humanize(tree.failureLikelihood)} to fail` },
            { label: 'ISA TRAQ rating', value: tree.riskRating == null ? 'none without an inspection' : humanize(tree.riskRating) },
            {
              label: 'It would put out',
              value: tree.customers == null ? UNKNOWN : `${plural(tree.customers, 'customer')} behind ${tree.deviceId ?? 'a switch'}, ${formatQuantity(tree.outageMin, 'min', 0)}`,
            },
            {
              label: 'Customer-minutes a year',
              value: `${figure(tree.customerMinutesPerYear)}${range(tree.customerMinutesLow, tree.customerMinutesHigh)}`,
            },
          ]}
        />
      </Part>
    </>
  );
}

function Part({ title, level, children }: { title: string; level?: string | null | undefined; children: React.ReactNode }) {
  return (
    <Box component="section" sx={{ mt: 1.25 }}>
      <Box sx={{ display: 'flex', alignItems: 'center', justifyContent: 'space-between', fontSize: '0.75rem' }}>
        <Typography variant="overline" component="h3" color="textSecondary">
          {title}
        </Typography>
        {level !== undefined && <LevelMark level={level} />}
      </Box>
      {children}
    </Box>
  );
}
