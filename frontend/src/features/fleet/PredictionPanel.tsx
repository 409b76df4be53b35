import Box from '@mui/material/Box';
import Table from '@mui/material/Table';
import TableBody from '@mui/material/TableBody';
import TableCell from '@mui/material/TableCell';
import TableHead from '@mui/material/TableHead';
import TableRow from '@mui/material/TableRow';
import Typography from '@mui/material/Typography';

import { formatNumber, formatQuantity, humanize } from '../../lib/format';
import { problemOf } from '../../lib/graphql/errors';
import { FactList } from '../../ui/FactList';
import { EmptyState, ErrorState, LoadingState } from '../../ui/StateMessage';
import { visuallyHidden } from '../../ui/visuallyHidden';

import { Panel } from './Panel';
import { PointsBar } from './Points';
import { RiskRunNote, riskRunWords } from './RiskRunNote';
import type { RiskRun } from './queries';
import type { Failure } from './transformerQueries';
import { evidenceWords, featureValue, featureWords, formatChance, signed } from './words';

interface Props {
  /** Undefined until it is known, null: nothing is predicted of it. */
  failure: Failure | null | undefined;
  run: RiskRun | null | undefined;
  error: Parameters<typeof problemOf>[0] | undefined;
  onRetry: () => void;
  timeZone: string | undefined;
}

/** The chances that it fails, what moves them, and what that costs its customers. */
export function PredictionPanel({ failure, run, error, onRetry, timeZone }: Props) {
  return (
    <Panel title="Failure prediction" testId="transformer-failure">
      {failure === undefined || run === undefined ? (
        error === undefined ? (
          <LoadingState label="Loading the prediction" minHeight={220} />
        ) : (
          <ErrorState title="The prediction could not be loaded" detail={problemOf(error).message} onRetry={onRetry} />
        )
      ) : failure === null ? (
        <EmptyState
          title="Nothing is predicted of it"
          detail={run === null || run.reason != null ? riskRunWords(run, timeZone) : 'It was not on record when failures were predicted.'}
        />
      ) : (
        <Predicted failure={failure} run={run} timeZone={timeZone} />
      )}
    </Panel>
  );
}

function Predicted({ failure, run, timeZone }: { failure: Failure; run: RiskRun | null; timeZone: string | undefined }) {
  const horizons = [
    { days: 30, chance: failure.probability30d },
    { days: 90, chance: failure.probability90d },
    { days: 365, chance: failure.probability365d },
  ];
  const most = failure.contributions.reduce((highest, each) => Math.max(highest, Math.abs(each.logOdds)), 0);
  return (
    <>
      <Box sx={{ display: 'grid', gridTemplateColumns: 'repeat(3, 1fr)', gap: 1, mb: 1 }}>
        {horizons.map(({ days, chance }) => (
          <Box key={days} data-testid={`failure-${days}`} sx={{ p: 1, borderRadius: 1, border: 1, borderColor: 'divider' }}>
            <Typography variant="caption" component="p" color="textSecondary">
              within {formatNumber(days)} days
            </Typography>
            <Typography component="p" sx={{ fontSize: '1.25rem', fontWeight: 500 }}>
              {formatChance(chance)}
            </Typography>
            {chance == null && (
              <Typography variant="caption" component="p" color="textSecondary">
                not known: {run?.horizons.find((each) => each.days === days)?.reason ?? 'no model of it'}
              </Typography>
            )}
          </Box>
        ))}
      </Box>
      <FactList
        facts={[
          { label: 'Tier', value: failure.tier === 'UNKNOWN' ? 'not known' : humanize(failure.tier) },
          { label: 'Rank, 1 the likeliest', value: `${formatNumber(failure.rank)} of ${formatNumber(run?.transformerCount)}` },
          { label: 'Times the usual chance', value: formatQuantity(failure.timesBaseRate, '') },
          { label: 'A new unit here, within a year', value: formatChance(failure.renewedProbability) },
          { label: 'Expected of its failure within a year', value: formatQuantity(failure.failureMinutes, 'customer-min') },
          { label: 'A new unit avoids of these', value: formatQuantity(failure.avoidedMinutes, 'customer-min') },
          { label: 'Planned replacement, supply off', value: formatQuantity(failure.plannedMinutes, 'customer-min') },
        ]}
      />
      {failure.contributions.length > 0 && (
        <Box sx={{ overflowX: 'auto', mt: 0.75 }}>
          <Table data-testid="failure-contributions">
            <caption style={visuallyHidden}>What moves the prediction, in log-odds of a failure within a year</caption>
            <TableHead>
              <TableRow>
                <TableCell>What moves it</TableCell>
                <TableCell align="right">Value</TableCell>
                <TableCell align="right" title="Added to the log-odds of a failure within a year; below zero it speaks against">
                  Log-odds
                </TableCell>
                <TableCell>
                  <span style={visuallyHidden}>As a bar</span>
                </TableCell>
              </TableRow>
            </TableHead>
            <TableBody>
              {failure.contributions.map((part) => (
                <TableRow key={part.feature}>
                  <TableCell component="th" scope="row">
                    {featureWords(part.feature)}
                    <Typography variant="caption" component="span" color="textSecondary">
                      {' '}
                      · {evidenceWords(part.evidence).toLowerCase()}
                    </Typography>
                  </TableCell>
                  <TableCell align="right" sx={{ whiteSpace: 'nowrap' }}>
                    {featureValue(part.feature, part.value)}
                  </TableCell>
                  <TableCell align="right">{signed(part.logOdds, 2)}</TableCell>
                  <TableCell>
                    <PointsBar value={part.logOdds} most={most} isGood={part.logOdds < 0} />
                  </TableCell>
                </TableRow>
              ))}
            </TableBody>
          </Table>
        </Box>
      )}
      <Box sx={{ mt: 0.75 }}>
        <RiskRunNote run={run} timeZone={timeZone} />
      </Box>
    </>
  );
}
