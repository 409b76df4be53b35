import Box from '@mui/material/Box';
import Checkbox from '@mui/material/Checkbox';
import Chip from '@mui/material/Chip';
import { useMemo } from 'react';

import { formatUsd } from '../../../lib/costs/words';
import { formatNumber, formatQuantity } from '../../../lib/format';
import { CsvButton } from '../../../ui/CsvButton';
import { DataTable } from '../../../ui/DataTable';
import type { ShownColumn } from '../../../ui/DataTable';
import { Maybe } from '../../../ui/Maybe';
import { Note } from '../../../ui/Note';
import { Part } from '../Part';
import { AssetLink } from '../links';
import type { StudyRow } from '../queries';
import { actionWords, formatShare } from '../words';

import { actionName, PRIORITY_WORDS, priorityOf, sideEffects } from './priority';
import type { RankedAction } from './priority';

const MOST_TARGETS = 3;
const PRIORITY_COLOURS = { 1: 'success', 2: 'warning', 3: 'default' } as const;

interface Props {
  study: StudyRow;
  lostMw: number;
  actions: readonly RankedAction[];
  ticked: ReadonlySet<string>;
  onToggle: (key: string) => void;
  isReport: boolean;
}

/** All actions that save load, the best first. */
export function ActionTable({ study, lostMw, actions, ticked, onToggle, isReport }: Props) {
  const hasDollars = actions.some(({ savedUsd }) => savedUsd !== null);
  const hasChance = actions.some(({ containment }) => containment !== null);
  const columns = useMemo<readonly ShownColumn<RankedAction>[]>(() => {
    const tick: ShownColumn<RankedAction> = {
      key: 'compare',
      label: 'Compare',
      value: ({ key }) => (ticked.has(key) ? 1 : 0),
      cell: (row) => (
        <Checkbox size="small" sx={{ p: 0 }} checked={ticked.has(row.key)} onChange={() => onToggle(row.key)} slotProps={{ input: { 'aria-label': `Compare action ${row.rank}` } }} />
      ),
    };
    return [
      ...(isReport ? [] : [tick]),
      { key: 'rank', label: 'Order', isNumber: true, value: ({ rank }) => rank },
      {
        key: 'priority',
        label: 'Priority',
        value: priorityOf,
        cell: (row) => <Chip variant="outlined" color={PRIORITY_COLOURS[priorityOf(row)]} label={`P${priorityOf(row)}`} title={PRIORITY_WORDS[priorityOf(row)]} />,
      },
      {
        key: 'action',
        label: 'Action',
        value: actionName,
        cell: (row) => (
          <Box sx={{ whiteSpace: 'normal', minWidth: 200, maxWidth: 340 }}>
            {actionWords(row.kind)}
            {row.targets.slice(0, MOST_TARGETS).map((target, index) => (
              <span key={target}>
                {index === 0 ? ': ' : ', '}
                <AssetLink id={target}>{row.names[index] ?? target}</AssetLink>
              </span>
            ))}
            {row.targets.length > MOST_TARGETS && ` and ${formatNumber(row.targets.length - MOST_TARGETS)} more`}
          </Box>
        ),
      },
      {
        key: 'lost',
        label: 'Lost: before → after',
        unit: 'MW after',
        isNumber: true,
        value: (row) => row.lostMw,
        cell: (row) => `${formatNumber(lostMw, 1)} → ${formatQuantity(row.lostMw, 'MW', 1)}`,
      },
      { key: 'saved', label: 'Saved', unit: 'MW', isNumber: true, value: (row) => row.savedMw, cell: (row) => `${formatQuantity(row.savedMw, 'MW', 1)} (${formatShare(lostMw > 0 ? row.savedMw / lostMw : null)})` },
      { key: 'customers', label: 'Customers saved', isNumber: true, value: (row) => row.customersSaved, cell: (row) => <Maybe text={formatNumber(row.customersSaved)} /> },
      ...(hasDollars ? [{ key: 'usd', label: 'Saved', unit: '$', isNumber: true, value: (row: RankedAction) => row.savedUsd, cell: (row: RankedAction) => <Maybe text={formatUsd(row.savedUsd)} /> }] : []),
      { key: 'shed', label: 'Sheds', unit: 'MW', isNumber: true, isHidden: true, value: (row) => row.shedMw },
      { key: 'moved', label: 'Moves', unit: 'MW', isNumber: true, isHidden: true, value: (row) => row.movedMw },
      { key: 'trips', label: 'Trips after', isNumber: true, value: (row) => row.trippedCount },
      {
        key: 'side',
        label: 'Side effects',
        value: (row) => sideEffects(row, (mw) => formatQuantity(mw, 'MW', 1)).join('; '),
        cell: (row) => <Box sx={{ whiteSpace: 'normal', minWidth: 160 }}>{sideEffects(row, (mw) => formatQuantity(mw, 'MW', 1)).join('; ') || 'none'}</Box>,
      },
      ...(hasChance
        ? [
            {
              key: 'chance',
              label: 'In time',
              unit: 'share',
              isNumber: true,
              value: (row: RankedAction) => row.containment?.probability ?? null,
              cell: (row: RankedAction) => <Maybe text={formatShare(row.containment?.probability, 1)} />,
            },
            {
              key: 'expected',
              label: 'Expected loss',
              unit: 'MW',
              isNumber: true,
              value: (row: RankedAction) => row.containment?.expectedLostMw ?? null,
              cell: (row: RankedAction) => <Maybe text={formatQuantity(row.containment?.expectedLostMw, 'MW', 1)} />,
            },
          ]
        : []),
    ];
  }, [hasDollars, hasChance, isReport, lostMw, onToggle, ticked]);
  return (
    <Part
      title="Actions, the best first"
      tools={<CsvButton name={`actions-of-study-${study.studyId}`} rows={actions} columns={columns.filter(({ key }) => key !== 'compare')} what="the actions" />}
      testId="mitigation-actions"
    >
      <DataTable caption="Priority: P1 stops the cascade without shedding, P2 by shedding, P3 saves load while branches still trip." rows={actions} columns={columns} rowKey={({ key }) => key} testId="action-table" />
      <Note>
        Each action was simulated by itself. Several together were not: what they save adds up to no known figure. “Redispatch, and shed the rest” is one set,
        simulated together. What an action costs is not on record{hasDollars ? '; dollars saved are at the value of lost load' : ', and no hours were given, so no dollars are worked out'}.
        {!hasChance && ' How operators respond was not given, so no chance of being in time is worked out.'}
      </Note>
    </Part>
  );
}
