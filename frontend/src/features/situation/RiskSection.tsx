import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import ButtonBase from '@mui/material/ButtonBase';
import Typography from '@mui/material/Typography';
import { lazy, Suspense, useState } from 'react';
import { useQuery, useSubscription } from 'urql';

import { ageSeconds, formatAge, formatNumber, formatQuantity, humanize } from '../../lib/format';
import { problemOf } from '../../lib/graphql/errors';
import { ErrorBoundary } from '../../ui/ErrorBoundary';
import { ErrorState, LoadingState } from '../../ui/StateMessage';
import { ChevronDownIcon, ChevronRightIcon } from '../../ui/icons';
import { RISK_LEVEL_COLOURS } from '../../ui/riskLevels';
import { useNow } from '../../ui/useNow';

import { Section } from './Section';
import { RiskQuery, RiskSubscription } from './queries';
import type { Risk, RiskPart } from './queries';

const RiskHistory = lazy(() => import('./RiskHistory').then((module) => ({ default: module.RiskHistory })));

/** The risk of the next day in one number, and what it is made of. */
export function RiskSection({ timeZone, onSelect }: { timeZone: string; onSelect: (assetId: string) => void }) {
  const [isHistoryShown, setHistoryShown] = useState(false);
  const [{ data, error, fetching }, refetch] = useQuery({ query: RiskQuery });
  const [{ data: news }] = useSubscription({ query: RiskSubscription });
  const now = useNow();
  const risk = news?.riskNow.risk ?? data?.riskNow;
  if (risk === undefined) {
    return (
      <Section title="Risk of the next 24 hours" testId="risk">
        {error !== undefined && !fetching ? (
          <ErrorState title={problemOf(error).message} onRetry={() => refetch({ requestPolicy: 'network-only' })} />
        ) : (
          <LoadingState label="Loading the risk" />
        )}
      </Section>
    );
  }
  const age = ageSeconds(risk.at, now);
  const isAnyKnown = risk.parts.some((part) => part.customerHours != null);
  const most = Math.max(...risk.parts.map((part) => part.customerHours ?? 0), 0);
  return (
    <Section title="Risk of the next 24 hours" note={age === null ? undefined : `${formatAge(age)} old`} testId="risk">
      <Score risk={risk} />
      {isAnyKnown && (
        <Box component="ul" aria-label="Parts of the risk" sx={{ listStyle: 'none', m: 0, mt: 1, p: 0 }}>
          {risk.parts.map((part) => (
            <PartRow key={part.part} part={part} most={most} onSelect={onSelect} />
          ))}
        </Box>
      )}
      <Button onClick={() => setHistoryShown(!isHistoryShown)} aria-expanded={isHistoryShown} data-testid="risk-history-button" sx={{ mt: 0.5, px: 0.5 }}>
        {isHistoryShown ? 'Hide the history' : 'How it went'}
      </Button>
      {isHistoryShown && (
        <ErrorBoundary name="The history of the risk">
          <Suspense fallback={<LoadingState label="Loading the history of the risk" />}>
            <RiskHistory timeZone={timeZone} />
          </Suspense>
        </ErrorBoundary>
      )}
    </Section>
  );
}

function Score({ risk }: { risk: Risk }) {
  if (risk.score == null) {
    return (
      <Typography variant="h2" component="p" color="textSecondary" data-testid="risk-score">
        Not known: {risk.reason ?? 'no sample was taken yet.'}
      </Typography>
    );
  }
  const colour = risk.level == null ? 'text.secondary' : RISK_LEVEL_COLOURS[risk.level];
  return (
    <>
      <Box sx={{ display: 'flex', alignItems: 'baseline', gap: 1 }} data-testid="risk-score">
        <Typography component="p" sx={{ fontSize: '1.75rem', fontWeight: 500, lineHeight: 1.2, color: colour }}>
          {formatNumber(risk.score)}
        </Typography>
        <Typography variant="h2" component="p" sx={{ color: colour }}>
          {risk.level == null ? '' : humanize(risk.level)}
        </Typography>
        <Typography variant="caption" color="textSecondary">
          of 100
        </Typography>
      </Box>
      <Typography variant="caption" component="p" color="textSecondary">
        {formatNumber(risk.totalCustomerHours)} customer-hours expected; an ordinary day has{' '}
        {formatNumber(risk.ordinaryDayCustomerHours)}.
        {risk.missingParts.length > 0 && ` Without ${risk.missingParts.map((part) => humanize(part).toLowerCase()).join(', ')}.`}
      </Typography>
    </>
  );
}

function PartRow({ part, most, onSelect }: { part: RiskPart; most: number; onSelect: (assetId: string) => void }) {
  const [isOpen, setOpen] = useState(false);
  const canOpen = part.contributions.length > 0;
  const share = most > 0 ? (part.customerHours ?? 0) / most : 0;
  return (
    <Box component="li" data-testid={`risk-${part.part}`} sx={{ py: 0.25 }}>
      <ButtonBase
        disabled={!canOpen}
        onClick={() => setOpen(!isOpen)}
        aria-expanded={canOpen ? isOpen : undefined}
        sx={{ width: '100%', display: 'flex', gap: 0.75, textAlign: 'left', borderRadius: 1 }}
      >
        <Box sx={{ width: 16, display: 'grid', placeItems: 'center', visibility: canOpen ? 'visible' : 'hidden' }}>
          {isOpen ? <ChevronDownIcon /> : <ChevronRightIcon />}
        </Box>
        <Typography variant="body2" component="span" sx={{ width: 104 }}>
          {humanize(part.part)}
        </Typography>
        <Box sx={{ flex: 1, alignSelf: 'center', height: 6, bgcolor: 'action.hover', borderRadius: 1 }}>
          <Box sx={{ width: `${share * 100}%`, height: 1, bgcolor: 'primary.main', borderRadius: 1 }} />
        </Box>
        <Typography variant="body2" component="span" sx={{ width: 84, textAlign: 'right' }} title={part.reason ?? undefined}>
          {part.customerHours == null ? 'not known' : formatQuantity(part.customerHours, 'cust-h')}
        </Typography>
      </ButtonBase>
      {part.customerHours == null && part.reason != null && (
        <Typography variant="caption" component="p" color="textSecondary" sx={{ pl: 3 }}>
          {part.reason}
        </Typography>
      )}
      {isOpen && (
        <Box component="ul" aria-label={`What adds most to ${humanize(part.part).toLowerCase()}`} sx={{ listStyle: 'none', m: 0, pl: 3 }}>
          {part.contributions.map((each) => (
            <Box component="li" key={`${each.kind}/${each.assetId}`} sx={{ display: 'flex', justifyContent: 'space-between' }}>
              {each.kind === 'CAUSE' || each.kind === 'TREE' ? (
                <Typography variant="caption">{humanize(each.assetId)}</Typography>
              ) : (
                <ButtonBase onClick={() => onSelect(each.assetId)} sx={{ color: 'primary.main', fontSize: '0.75rem' }}>
                  {each.assetId}
                </ButtonBase>
              )}
              <Typography variant="caption" color="textSecondary">
                {formatQuantity(each.customerHours, 'cust-h')}
              </Typography>
            </Box>
          ))}
        </Box>
      )}
    </Box>
  );
}
