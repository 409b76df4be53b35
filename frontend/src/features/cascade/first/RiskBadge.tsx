import Box from '@mui/material/Box';
import Typography from '@mui/material/Typography';
import { useQuery, useSubscription } from 'urql';

import { ageSeconds, formatAge, formatNumber, humanize } from '../../../lib/format';
import { problemOf } from '../../../lib/graphql/errors';
import { Fold } from '../../../ui/Fold';
import { ErrorLine } from '../../../ui/StateMessage';
import { RISK_LEVEL_COLOURS } from '../../../ui/riskLevels';
import { useNow } from '../../../ui/useNow';

import { RiskBadgeQuery, RiskBadgeSubscription } from './queries';

/** The risk of the next 24 hours as it is sampled, folded: what it is made of. */
export function RiskBadge({ onSelect }: { onSelect: (assetId: string) => void }) {
  const [{ data, error, fetching }, refetch] = useQuery({ query: RiskBadgeQuery });
  const [{ data: news }] = useSubscription({ query: RiskBadgeSubscription });
  const now = useNow(30_000);
  const risk = news?.riskNow.risk ?? data?.riskNow;
  if (risk === undefined) {
    return error !== undefined && !fetching ? <ErrorLine title={`The risk could not be loaded: ${problemOf(error).message}`} onRetry={refetch} /> : null;
  }
  const age = ageSeconds(risk.at, now);
  const most = Math.max(0, ...risk.parts.map((part) => part.customerHours ?? 0));
  return (
    <Box sx={{ border: 1, borderColor: 'divider', borderRadius: 1, px: 1, py: 0.25, mb: 1 }} data-testid="risk-badge">
      <Fold
        summary={
          <>
            <Typography variant="caption" sx={{ flex: 1 }}>
              Risk of the next 24 h
              {age === null ? '' : `, ${formatAge(age)} old`}
            </Typography>
            <Box component="strong" sx={{ color: risk.level == null ? 'text.secondary' : RISK_LEVEL_COLOURS[risk.level] }}>
              {risk.score == null ? 'not known' : `${formatNumber(risk.score)} of 100${risk.level == null ? '' : `, ${humanize(risk.level)}`}`}
            </Box>
          </>
        }
      >
        <Typography variant="caption" component="p" color="textSecondary">
          {risk.score == null
            ? (risk.reason ?? 'No sample was taken yet.')
            : `${formatNumber(risk.totalCustomerHours)} customer-hours expected; an ordinary day has ${formatNumber(risk.ordinaryDayCustomerHours)}.`}
        </Typography>
        <Box component="ul" sx={{ listStyle: 'none', m: 0, p: 0 }}>
          {risk.parts.map((part) => (
            <Box component="li" key={part.part} sx={{ mt: 0.5 }}>
              <Box sx={{ display: 'flex', gap: 1 }}>
                <Box component="span" sx={{ flex: 1 }}>
                  {humanize(part.part)}
                </Box>
                <span>{part.customerHours == null ? `not known${part.reason == null ? '' : `: ${part.reason}`}` : formatNumber(part.customerHours)}</span>
              </Box>
              <Box aria-hidden sx={{ height: 3, bgcolor: 'divider', borderRadius: 1 }}>
                <Box sx={{ height: 3, borderRadius: 1, bgcolor: 'primary.main', width: `${most > 0 ? (100 * (part.customerHours ?? 0)) / most : 0}%` }} />
              </Box>
              {part.contributions.length > 0 && (
                <Box sx={{ color: 'text.secondary' }}>
                  Most:{' '}
                  {part.contributions.map((entry, i) => (
                    <span key={entry.assetId}>
                      {i > 0 && ', '}
                      {entry.kind === 'CAUSE' ? (
                        humanize(entry.assetId)
                      ) : (
                        <Box
                          component="button"
                          type="button"
                          onClick={() => onSelect(entry.assetId)}
                          sx={{ border: 0, p: 0, bgcolor: 'transparent', color: 'primary.main', font: 'inherit', cursor: 'pointer' }}
                        >
                          {entry.assetId}
                        </Box>
                      )}
                    </span>
                  ))}
                </Box>
              )}
            </Box>
          ))}
        </Box>
      </Fold>
    </Box>
  );
}
