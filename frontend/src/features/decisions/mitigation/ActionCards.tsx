import Box from '@mui/material/Box';
import Typography from '@mui/material/Typography';
import { useTheme } from '@mui/material/styles';
import { useMemo } from 'react';

import { formatUsd } from '../../../lib/costs/words';
import { formatNumber, formatQuantity } from '../../../lib/format';
import { Chart } from '../../../ui/Chart';
import type { ChartOption } from '../../../ui/Chart';
import { FactList } from '../../../ui/FactList';
import { Fold } from '../../../ui/Fold';
import { SERIES, useColours } from '../../../ui/palette';
import { Part } from '../Part';
import { AssetLink } from '../links';
import { actionWords, formatShare } from '../words';

import { shortName, PRIORITY_WORDS, priorityOf, sideEffects } from './priority';
import type { RankedAction } from './priority';

const MOST_CHANGES = 40;

/** The ticked actions beside each other. */
export function ActionCards({ lostMw, actions }: { lostMw: number; actions: readonly RankedAction[] }) {
  if (actions.length === 0) return null;
  return (
    <Part title="Compared" note="The actions ticked above, beside each other" testId="action-cards">
      <LossChart lostMw={lostMw} actions={actions} />
      <Box sx={{ display: 'grid', gridTemplateColumns: 'repeat(auto-fit, minmax(270px, 1fr))', gap: 1.5, mt: 1 }}>
        {actions.map((action) => (
          <Box key={action.key} component="article" aria-label={`Action ${action.rank}`} sx={{ border: 1, borderColor: 'divider', borderRadius: 1, p: 1.25, minWidth: 0 }}>
            <Typography variant="h3" component="h4" sx={{ mb: 0.5, overflowWrap: 'anywhere' }}>
              {action.rank}. {shortName(action)}
            </Typography>
            <FactList
              facts={[
                { label: 'Priority', value: `P${priorityOf(action)}: ${PRIORITY_WORDS[priorityOf(action)].toLowerCase()}` },
                { label: 'Lost', value: `${formatNumber(lostMw, 1)} → ${formatQuantity(action.lostMw, 'MW', 1)}` },
                { label: 'Customers saved', value: action.customersSaved === null ? 'not on record' : formatNumber(action.customersSaved) },
                { label: 'Dollars saved', value: action.savedUsd === null ? 'no hours were given' : formatUsd(action.savedUsd) },
                { label: 'Side effects', value: sideEffects(action, (mw) => formatQuantity(mw, 'MW', 1)).join('; ') || 'none' },
                ...(action.containment === null
                  ? []
                  : [
                      {
                        label: 'In time',
                        value: `${formatShare(action.containment.probability, 1)} ± ${formatShare(action.containment.standardError, 1)}; expected loss ${formatQuantity(action.containment.expectedLostMw, 'MW', 1)}`,
                      },
                    ]),
              ]}
            />
            {action.changes.length > 0 && (
              <Fold summary={`${formatNumber(action.changes.length)} changes, largest first`}>
                <FactList
                  facts={action.changes
                    .toSorted((first, second) => Math.abs(second.mw) - Math.abs(first.mw))
                    .slice(0, MOST_CHANGES)
                    .map(({ assetId, mw }) => ({ label: assetId, value: <AssetLink id={assetId}>{`${mw > 0 ? '+' : ''}${formatQuantity(mw, 'MW', 1)}`}</AssetLink> }))}
                />
                {action.changes.length > MOST_CHANGES && <p>{formatNumber(action.changes.length - MOST_CHANGES)} smaller ones are not listed.</p>}
              </Fold>
            )}
          </Box>
        ))}
      </Box>
    </Part>
  );
}

function LossChart({ lostMw, actions }: { lostMw: number; actions: readonly RankedAction[] }) {
  const { mode } = useTheme().palette;
  const { surface, signal } = useColours();
  const option = useMemo<ChartOption>(() => {
    const rows = [{ name: 'No action', value: lostMw }, ...actions.map((action) => ({ name: `${action.rank}. ${actionWords(action.kind)}`, value: action.lostMw }))];
    return {
      grid: { left: 8, right: 56, top: 4, bottom: 4, containLabel: true },
      xAxis: { type: 'value', min: 0, show: false },
      yAxis: { type: 'category', inverse: true, data: rows.map(({ name }) => name), axisLabel: { color: surface.text, width: 200, overflow: 'truncate' }, axisTick: { show: false } },
      series: [
        {
          type: 'bar',
          barMaxWidth: 18,
          data: rows.map(({ value }, index) => ({ value, itemStyle: { color: index === 0 ? signal.bad : SERIES[mode][0] } })),
          label: { show: true, position: 'right', color: surface.text, formatter: ({ value }) => formatQuantity(Number(value), 'MW', 1) },
        },
      ],
    };
  }, [actions, lostMw, mode, signal, surface]);
  return <Chart option={option} heightPx={28 * (actions.length + 1) + 12} label={`Load lost: ${formatQuantity(lostMw, 'MW', 1)} without action, and after each of ${actions.length} actions`} />;
}
