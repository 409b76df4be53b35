import Box from '@mui/material/Box';
import Table from '@mui/material/Table';
import TableBody from '@mui/material/TableBody';
import TableCell from '@mui/material/TableCell';
import TableHead from '@mui/material/TableHead';
import TableRow from '@mui/material/TableRow';
import Typography from '@mui/material/Typography';
import { useTheme } from '@mui/material/styles';

import { formatInstant, formatNumber, formatQuantity } from '../../lib/format';
import { problemOf } from '../../lib/graphql/errors';
import { FactList } from '../../ui/FactList';
import { EmptyState, ErrorState, LoadingState } from '../../ui/StateMessage';
import { Swatch } from '../../ui/Swatch';
import { visuallyHidden } from '../../ui/visuallyHidden';

import { Panel } from './Panel';
import { PointsBar } from './Points';
import { BAND_WORDS, bandColour, bandOf } from './bands';
import type { Health } from './transformerQueries';
import { evidenceValue, evidenceWords, formatChance, noIndexWords, signed } from './words';

interface Props {
  health: Health | null | undefined;
  error: Parameters<typeof problemOf>[0] | undefined;
  onRetry: () => void;
  timeZone: string | undefined;
}

/** The health index and how 100 becomes it. `health` is undefined until it is known, null if there is none. */
export function HealthPanel({ health, error, onRetry, timeZone }: Props) {
  return (
    <Panel title="Health" note={health == null ? undefined : `assessed ${formatInstant(health.asOf, timeZone)}`} testId="transformer-health">
      {health === undefined &&
        (error === undefined ? (
          <LoadingState label="Loading the health" minHeight={220} />
        ) : (
          <ErrorState title="The health could not be loaded" detail={problemOf(error).message} onRetry={onRetry} />
        ))}
      {health === null && <EmptyState title="Not assessed" detail="The assessment of the health of assets has not come to it yet." />}
      {health != null && <Assessed health={health} />}
    </Panel>
  );
}

function Assessed({ health }: { health: Health }) {
  const { mode } = useTheme().palette;
  const band = bandOf(health.band);
  const most = health.contributions.reduce((highest, each) => Math.max(highest, Math.abs(each.points)), 0);
  return (
    <>
      <Box sx={{ display: 'flex', alignItems: 'baseline', gap: 1, mb: 0.5 }}>
        <Typography component="span" data-testid="health-index" sx={{ fontSize: '1.75rem', fontWeight: 500, lineHeight: 1.1 }}>
          {formatNumber(health.healthIndex, 1)}
        </Typography>
        <Typography component="span" variant="caption" color="textSecondary">
          of 100
        </Typography>
        <Box component="span" sx={{ fontSize: '0.8125rem' }}>
          <Swatch shape={band === 'NONE' ? 'ring' : 'dot'} colour={bandColour(band, mode)} />
          {BAND_WORDS[band]}
        </Box>
      </Box>
      {health.healthIndex == null && (
        <Typography variant="caption" component="p" color="textSecondary">
          No index: {noIndexWords(health.reason)}.
        </Typography>
      )}
      <FactList
        facts={[
          { label: 'Fails within a year, by its health', value: formatChance(health.failuresPerYear) },
          { label: 'Health score, 0.5 new to 10', value: formatNumber(health.healthScore, 2) },
          { label: 'Evidence known', value: formatQuantity(health.confidenceFrac * 100, '%', 0) },
        ]}
      />
      <Box sx={{ overflowX: 'auto', mt: 0.75 }}>
        <Table data-testid="health-parts">
          <caption style={visuallyHidden}>What each piece of evidence adds to or takes from 100 points</caption>
          <TableHead>
            <TableRow>
              <TableCell>Evidence</TableCell>
              <TableCell>What is known</TableCell>
              <TableCell align="right">Points</TableCell>
              <TableCell>
                <span style={visuallyHidden}>As a bar</span>
              </TableCell>
            </TableRow>
          </TableHead>
          <TableBody>
            {health.contributions.map((part) => (
              <TableRow key={part.evidence}>
                <TableCell component="th" scope="row">
                  {evidenceWords(part.evidence)}
                </TableCell>
                <TableCell title={part.unit} sx={{ color: part.isKnown ? undefined : 'text.secondary' }}>
                  {evidenceValue(part)}
                </TableCell>
                <TableCell align="right">{part.isKnown ? signed(part.points, 1) : 'none'}</TableCell>
                <TableCell>{part.isKnown && <PointsBar value={part.points} most={most} isGood={part.points > 0} />}</TableCell>
              </TableRow>
            ))}
          </TableBody>
        </Table>
      </Box>
    </>
  );
}
